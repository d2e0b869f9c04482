//! What an answer has for itself, and what it shares with others.

use super::Response;
use http_proto::StatusCode;

#[test]
fn an_answer_fits_where_128_bytes_do() {
    assert!(size_of::<Response>() <= 128, "{} bytes", size_of::<Response>());
}

#[test]
fn what_is_added_to_one_answer_is_not_in_the_next_of_its_kind() {
    let makers: [fn(&'static str) -> Response; 2] =
        [|text| Response::text(text), |page| Response::html(page)];
    for make in makers {
        let mut first = make("a").with_header("X-First", "1").with_header("Content-Type", "text/csv");
        first.headers_mut().append("X-Second", "2").unwrap();
        assert_eq!(first.headers().len(), 3);
        assert_eq!(first.header("content-type").unwrap(), "text/csv");
        let next = make("b");
        assert_eq!(next.headers().len(), 1);
        assert_ne!(next.header("content-type").unwrap(), "text/csv");
    }
}

#[test]
fn only_an_answer_to_which_nothing_was_added_has_nothing_but_a_type() {
    assert!(Response::html("").only_a_type().is_some());
    assert!(Response::text("").with_status(StatusCode::CREATED).with_body("more").only_a_type().is_some());
    assert!(Response::text("").with_header("Connection", "close").only_a_type().is_none());
    assert!(Response::content("text/plain", "").only_a_type().is_none());
    assert!(Response::new(StatusCode::OK).only_a_type().is_none());
}

#[test]
fn a_field_that_cannot_be_sent_is_remembered_though_good_ones_follow() {
    let answer = Response::text("").with_header("X-Bad", "a\r\nb").with_header("X-Good", "c");
    assert!(answer.invalid().is_some());
    assert!(Response::content("text/\nplain", "").invalid().is_some());
    assert!(Response::text("").with_header("X-Good", "c").invalid().is_none());
}
