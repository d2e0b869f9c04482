//! http-cookiejar
