//! Tests of the read buffer and of content read through it.
