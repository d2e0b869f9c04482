//! Tests of the header list.
