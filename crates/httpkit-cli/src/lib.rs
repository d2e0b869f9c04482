//! httpkit-cli
