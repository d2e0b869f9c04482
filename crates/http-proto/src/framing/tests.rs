//! Tests of the framing verdicts.
