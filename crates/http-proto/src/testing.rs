//! Tools of this crate's own tests: cutting input everywhere.

use crate::error::ProtocolError;
use crate::head::{RequestHead, ResponseHead};
use crate::limits::{Leniency, Limits};
use crate::parse::{Parsed, RequestParser, ResponseParser};

/// One way of handing a parser its input: the lengths of the growing beginnings that it sees, the last one whole.
fn deliveries(length: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![length], (0..=length).collect()];
    all.extend((0..length).map(|cut| vec![cut, length]));
    all
}

/// Hands `input` to fresh calls of `parse` whole, byte by byte, in every two pieces, and with bytes behind it; the
/// outcome is always the same and is returned. `None` stands for a head that is not whole.
///
/// `parse` is given a growing input and says `None` while it wants more.
#[track_caller]
pub(crate) fn cut_everywhere<T, P>(input: &[u8], mut begin: impl FnMut() -> P) -> Option<T>
where
    T: PartialEq + std::fmt::Debug,
    P: FnMut(&[u8]) -> Option<T>,
{
    let whole = begin()(input);
    for delivery in deliveries(input.len()) {
        let mut parse = begin();
        let outcome = delivery.iter().find_map(|&end| parse(&input[..end]));
        assert_eq!(outcome, whole, "delivered as {delivery:?}: {}", input.escape_ascii());
    }
    if whole.is_some() {
        for extra in [&b"\r"[..], b"\n", b" ", b"x: y\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0\xff"] {
            let longer = [input, extra].concat();
            let outcome = begin()(&longer);
            assert_eq!(outcome, whole, "with {:?} behind it", extra.escape_ascii().to_string());
        }
    }
    whole
}

/// A parsed head and its length, or the rule that was broken; `None` for a head that is not whole.
pub(crate) type Outcome<T> = Option<Result<(T, usize), ProtocolError>>;

/// A request head, read in every possible way: into a new head, and into one that holds its fields already.
#[track_caller]
pub(crate) fn request(input: &[u8], limits: Limits) -> Outcome<RequestHead> {
    let outcome = request_into(&RequestHead::default(), input, limits);
    let mut held = RequestHead::default();
    let endless =
        Limits { head_bytes_max: usize::MAX, line_bytes_max: usize::MAX, fields_max: usize::MAX, ..limits };
    if let Ok(Parsed::Complete { .. }) = RequestParser::new(endless).parse(input, &mut held) {
        assert_eq!(request_into(&held, input, limits), outcome, "into a head that holds the fields already");
    }
    outcome
}

#[track_caller]
fn request_into(held: &RequestHead, input: &[u8], limits: Limits) -> Outcome<RequestHead> {
    cut_everywhere(input, || {
        let mut parser = RequestParser::new(limits);
        let mut head = held.clone();
        move |input: &[u8]| match parser.parse(input, &mut head) {
            Ok(Parsed::Complete { consumed_bytes, .. }) => Some(Ok((head.clone(), consumed_bytes))),
            Ok(Parsed::Partial) => None,
            Err(error) => Some(Err(error)),
        }
    })
}

/// A response head, read in every possible way.
#[track_caller]
pub(crate) fn response(input: &[u8], limits: Limits, leniency: Leniency) -> Outcome<ResponseHead> {
    cut_everywhere(input, || {
        let mut parser = ResponseParser::new(limits, leniency);
        let mut head = ResponseHead::default();
        move |input: &[u8]| match parser.parse(input, &mut head) {
            Ok(Parsed::Complete { consumed_bytes, .. }) => Some(Ok((head.clone(), consumed_bytes))),
            Ok(Parsed::Partial) => None,
            Err(error) => Some(Err(error)),
        }
    })
}
