//! Tests of the value readers.
