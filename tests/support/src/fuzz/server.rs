//! What `http-server` promises for any bytes.

use std::io::Read;

use http_server::{Multipart, MultipartLimits};

use super::Slow;

/// Name, file name and content of a part.
type PartRead = (String, Option<String>, Vec<u8>);

/// The parts of a form, and whether it was whole.
fn parts(reader: impl Read) -> (Vec<PartRead>, bool) {
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

/// A header of the PROXY protocol: what is read never changes when more bytes follow, takes no byte too many, and every
/// shorter beginning asks for more.
///
/// # Panics
/// Where one of these does not hold.
pub fn proxy_header(data: &[u8]) {
    use http_server::proxy_protocol::{Read, V2_BYTES_MAX, read};
    match read(data) {
        Ok(Read::Complete { relayed, consumed_bytes }) => {
            assert!(consumed_bytes <= data.len() && consumed_bytes <= V2_BYTES_MAX);
            let own = data.get(..consumed_bytes).unwrap_or_default();
            assert_eq!(read(own), Ok(Read::Complete { relayed, consumed_bytes }));
            for cut in 0..consumed_bytes {
                assert_eq!(read(own.get(..cut).unwrap_or_default()), Ok(Read::Partial));
            }
        }
        Ok(Read::Partial) => {
            assert!(data.len() < V2_BYTES_MAX);
            for cut in 0..data.len() {
                assert_eq!(read(data.get(..cut).unwrap_or_default()), Ok(Read::Partial));
            }
        }
        Err(error) => assert_eq!(read(&[data, b"more"].concat()), Err(error)),
    }
}

/// Fields of proxies, a line of data each: what a client sends never comes before what its proxy adds, on a line of its
/// own or behind a comma, and who is not trusted is not believed.
///
/// # Panics
/// Where one of these does not hold.
pub fn forwarded(data: &[u8]) {
    use http_proto::Headers;
    use http_server::{Networks, TrustedProxies};
    use std::net::IpAddr;

    let proxy = IpAddr::from([10, 0, 0, 1]);
    let stranger = IpAddr::from([192, 0, 2, 66]);
    let Ok(networks) = Networks::new(["10.0.0.1"]) else { return };
    let fields = TrustedProxies::forwarded(networks.clone());
    let x_fields = TrustedProxies::x_forwarded(networks);
    for (name, added, client, proxies) in [
        ("Forwarded", "for=192.0.2.1", IpAddr::from([192, 0, 2, 1]), &fields),
        ("Forwarded", "for=\"[::2]:80\";host=\"x\"", IpAddr::from([0, 0, 0, 0, 0, 0, 0, 2_u16]), &fields),
        ("X-Forwarded-For", "192.0.2.1", IpAddr::from([192, 0, 2, 1]), &x_fields),
    ] {
        let mut headers = Headers::new();
        let mut joined = Headers::new();
        for line in data.split(|byte| *byte == b'\n') {
            // What no field can hold does not arrive.
            let _ = headers.append(name, line);
            let _ = joined.set(name, [line, b", ", added.as_bytes()].concat());
            if let Some(value) = joined.get(name) {
                let found = proxies.client_addr(Some(proxy), &joined);
                assert!(found == Some(client) || found == Some(proxy), "{value:?}: {found:?}");
            }
        }
        assert_eq!(proxies.client_addr(Some(stranger), &headers), Some(stranger));
        let _ = headers.append(name, added);
        assert_eq!(proxies.client_addr(Some(proxy), &headers), Some(client));
    }
}
