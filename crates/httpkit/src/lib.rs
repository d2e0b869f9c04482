//! httpkit
