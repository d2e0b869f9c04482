//! CPython as a case: see the harness.

pub(crate) use bench_harness::python::Script;
