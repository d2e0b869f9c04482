//! Tests of field lines.
