//! HTTP/1.x without I/O.
