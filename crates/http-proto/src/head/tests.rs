//! Tests of targets and heads.
