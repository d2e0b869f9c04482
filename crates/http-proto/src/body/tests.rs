//! Tests of body decoding and encoding.
