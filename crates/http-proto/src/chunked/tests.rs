//! Tests of the chunked coding.
