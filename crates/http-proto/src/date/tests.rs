//! Tests of HTTP dates.
