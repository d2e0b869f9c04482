//! The fast way is as right as the general one, and is the way that lines take as a rule.

use http_cookies::SameSite;
use proptest::prelude::*;

use super::read;
use crate::cookie::Cookie;
use crate::file::FileFormat;
use crate::file::json::{JsonFormat, read_generally};

const NOW: i64 = 1_786_000_000;

fn line_of(cookie: &Cookie) -> String {
    let mut line = Vec::new();
    JsonFormat.write_cookie(cookie, &mut line).expect("writable");
    assert_eq!(line.pop(), Some(b'\n'));
    String::from_utf8(line).expect("text")
}

fn usual() -> Cookie {
    let builder = Cookie::builder("sid", "31d4 \u{e9}").domain(".example.org").path("/a").path_given(true);
    let builder = builder.secure(true).http_only(true).same_site(SameSite::Lax);
    builder.expires(NOW + 9).created(NOW - 5).build().expect("a cookie")
}

#[test]
fn the_usual_cookies_take_the_fast_way() {
    for cookie in [usual(), Cookie::builder("", "").domain("x").build().expect("a cookie")] {
        let line = line_of(&cookie);
        assert!(read(&line, NOW).is_some_and(|read| read == cookie), "{line}");
    }
}

#[test]
fn what_is_not_usual_is_left_to_the_general_way() {
    let line = line_of(&usual());
    for (from, to) in [
        ("{\"name\"", "{ \"name\""),
        ("sid", "s\\u0069d"),
        ("sid", "si=d"),
        ("31d4", "31;d4"),
        ("31d4", "31\u{7f}d4"),
        ("example", "exa mple"),
        ("Lax", "None of these"),
        ("true", "false"),
        ("\"expires\":1", "\"expires\":01"),
        ("\"expires\":1", "\"expires\":1.5e"),
        ("\"created\":", "\"created\":0000000000000000000"),
        ("}", ",\"new\":1}"),
        ("}", "} "),
        ("}", ""),
    ] {
        let changed = line.replacen(from, to, 1);
        assert!(changed != line && read(&changed, NOW).is_none(), "{changed}");
    }
}

proptest! {
    #[test]
    fn both_ways_end_at_the_same_cookie(at in 0_usize..220, cut in 0_usize..3, put in "[\"\\\\{}:,;= a0-9é-]{0,3}") {
        let mut line = line_of(&usual());
        let start = (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        let end = (start..=(start + cut).min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(start);
        line.replace_range(start..end, &put);
        if let Some(fast) = read(&line, NOW) {
            prop_assert!(read_generally(&line, NOW) == Ok(fast), "{line}");
        }
    }
}
