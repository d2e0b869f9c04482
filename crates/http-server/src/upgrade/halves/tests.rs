//! How the halves of a stream end.

use crate::link::tests::encrypted::{hear, link, script};
use crate::upgrade::Upgraded;
use std::io::{Read, Write};
use std::sync::Arc;

#[test]
fn a_stream_over_tls_ends_whole_though_its_last_bytes_have_filled_the_socket() {
    for is_split in [false, true] {
        let (link, mut peer) = link();
        let socket = Arc::clone(link.socket());
        let mut stream = Upgraded::new(link, Vec::new(), None, Arc::default()).unwrap();
        if is_split {
            let (_reading, mut writing) = stream.split();
            writing.write_all(b"all").unwrap();
            script(&socket).tempo.crowded = true;
        } else {
            stream.write_all(b"all").unwrap();
            script(&socket).tempo.crowded = true;
            drop(stream);
        }
        hear(&mut peer, &socket);
        let mut text = String::new();
        peer.reader().read_to_string(&mut text).unwrap();
        assert_eq!(text, "all", "split: {is_split}");
    }
}
