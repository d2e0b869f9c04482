//! Input cut everywhere: whatever a parser makes of it must not depend on how it arrives.

use std::fmt::Debug;

/// What is put behind an input to see that a parser stops where its message ends.
const EXTRA: [&[u8]; 6] = [b"\r", b"\n", b" ", b"x: y\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0\xff"];

/// Hands `input` to fresh parsers whole, byte by byte, in every two pieces, and with bytes behind it. The outcome is the
/// same each time, and is returned; `None` stands for a message that is not whole.
///
/// `begin` makes a parser: a function that is given a growing input (all bytes so far, each time) and says `None` while
/// it wants more.
///
/// # Panics
/// Where two deliveries have two outcomes.
#[track_caller]
pub fn cut_everywhere<T, P>(input: &[u8], mut begin: impl FnMut() -> P) -> Option<T>
where
    T: PartialEq + Debug,
    P: FnMut(&[u8]) -> Option<T>,
{
    let whole = begin()(input);
    let mut deliver = |ends: &[usize]| {
        let mut parse = begin();
        let outcome = ends.iter().find_map(|&end| parse(input.get(..end).unwrap_or(input)));
        assert_eq!(outcome, whole, "delivered up to {ends:?}: {}", input.escape_ascii());
    };
    deliver(&(0..=input.len()).collect::<Vec<_>>());
    for cut in 0..input.len() {
        deliver(&[cut, input.len()]);
    }
    if whole.is_some() {
        for extra in EXTRA {
            let outcome = begin()(&[input, extra].concat());
            assert_eq!(outcome, whole, "with {} behind it: {}", extra.escape_ascii(), input.escape_ascii());
        }
    }
    whole
}
