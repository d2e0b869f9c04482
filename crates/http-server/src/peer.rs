//! Who is at the other end of a connection.

use crate::introduction::Introduction;
use std::net::SocketAddr;

/// Who is at the other end.
#[derive(Debug, Default)]
pub(crate) struct Peer {
    pub(crate) addr: Option<SocketAddr>,
    /// What a proxy has said ahead of the connection, or is about to say.
    pub(crate) introduction: Option<Box<Introduction>>,
}
