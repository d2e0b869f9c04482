//! Colours, and nothing but the status in them.

use super::coloured;

#[track_caller]
fn check(status: &str, colour: &str) {
    let line = |status: &str| format!("::1 - - [22/Nov/2026 07:00:30] \"GET /a HTTP/1.1\" {status} 5");
    assert_eq!(coloured(&line(status)), line(&format!("\u{1b}[{colour}m{status}\u{1b}[0m")));
}

#[test]
fn a_status_has_the_colour_of_its_class() {
    check("200", "32");
    check("304", "36");
    check("404", "33");
    check("503", "31");
}

#[test]
fn lines_of_another_form_stay_as_they_are() {
    for line in [
        "",
        "{\"status\":200}",
        "a \"GET / HTTP/1.1\"",
        "a \"GET / HTTP/1.1\" 2",
        "a \"GET / HTTP/1.1\" x00 -",
        " HTTP/1.é",
    ] {
        assert_eq!(coloured(line), line);
    }
}
