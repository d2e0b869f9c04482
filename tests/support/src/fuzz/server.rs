//! What `http-server` promises for any bytes.

use std::io::{self, Read};

use http_server::{Multipart, MultipartLimits};

/// A reader that gives a few bytes at a time.
struct Slow<'a> {
    rest: &'a [u8],
    bytes: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = out.len().min(self.bytes);
        self.rest.read(out.get_mut(..count).unwrap_or_default())
    }
}

/// The parts of a form, and whether it was whole.
fn parts(reader: impl Read) -> (Vec<(String, Option<String>, Vec<u8>)>, bool) {
    let limits = MultipartLimits::default().parts_max(8).part_head_bytes_max(200);
    let mut read = Vec::new();
    let Ok(mut form) = Multipart::new(reader, b"multipart/form-data; boundary=b", limits) else {
        return (read, false);
    };
    loop {
        match form.next_part() {
            Ok(None) => return (read, true),
            Err(_) => return (read, false),
            Ok(Some(mut part)) => {
                let name = part.name().to_owned();
                let file_name = part.plain_file_name().map(str::to_owned);
                match part.read_to_vec(usize::MAX) {
                    Ok(content) => read.push((name, file_name, content)),
                    Err(_) => return (read, false),
                }
            }
        }
    }
}

/// A form with the boundary `b`: what is read does not depend on how it arrives, no part holds a boundary, none is more
/// than was sent, and plain names stay in their folder.
///
/// # Panics
/// Where one of these does not hold.
pub fn multipart(data: &[u8]) {
    let whole = parts(data);
    for bytes in [1, 3] {
        assert_eq!(parts(Slow { rest: data, bytes }), whole);
    }
    let mut sum = 0;
    for (_, file_name, content) in &whole.0 {
        sum += content.len();
        assert!(!content.windows(5).any(|window| window == b"\r\n--b"));
        if let Some(name) = file_name {
            assert!(!name.contains(['/', '\\', '\0', ':']) && name != "." && name != "..");
        }
    }
    assert!(sum <= data.len());
}
