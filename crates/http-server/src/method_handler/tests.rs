//! Which function or closure answers which method, and what is said for the rest.

use super::{ByMethod, MethodHandler, Methods};
use crate::error::HandlerError;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::testing::{self, TestAnswer};
use http_proto::Method;

/// Answers `method` by what `handler` has for it.
fn ask(method: &str, handler: &impl Handler) -> TestAnswer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    testing::request(method, "/").send_to(handler)
}

/// For each method: the status, the content and the Allow field.
#[track_caller]
fn check(handler: &impl Handler, rows: &[(&str, u16, &str, Option<&str>)]) {
    for (method, status, text, allow) in rows {
        let answer = ask(method, handler);
        assert_eq!(answer.status().as_u16(), *status, "{method}");
        if *status == 200 {
            assert_eq!(answer.text(), *text, "{method}");
        }
        assert_eq!(answer.headers().get("allow").map(|value| value.to_str().unwrap()), *allow, "{method}");
    }
}

struct Each;

macro_rules! says {
    ($($function:ident: $text:literal,)*) => {$(
        fn $function(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
            Ok(Response::text($text))
        }
    )*}
}

impl MethodHandler for Each {
    fn methods(&self) -> &[Method] {
        &[Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE]
    }

    says! {
        do_get: "get",
        do_post: "post",
        do_put: "put",
        do_delete: "delete",
        do_patch: "patch",
        do_other: "other",
    }
}

#[test]
fn each_method_has_its_function_and_the_other_listed_ones_share_one() {
    check(
        &ByMethod(Each),
        &[
            ("GET", 200, "get", None),
            ("HEAD", 200, "", None),
            ("POST", 200, "post", None),
            ("PUT", 200, "put", None),
            ("DELETE", 200, "delete", None),
            ("PATCH", 200, "patch", None),
            ("TRACE", 200, "other", None),
            ("OPTIONS", 204, "", Some("GET, HEAD, POST, PUT, DELETE, PATCH, TRACE, OPTIONS")),
            ("BREW", 501, "", None),
        ],
    );
}

struct Listed;

impl MethodHandler for Listed {
    fn methods(&self) -> &[Method] {
        &[Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH]
    }
}

#[test]
fn a_function_that_is_not_written_is_answered_with_501_and_a_method_that_is_not_listed_with_405() {
    let allow = Some("GET, POST, PUT, DELETE, PATCH, OPTIONS");
    check(
        &ByMethod(Listed),
        &[
            ("GET", 501, "", None),
            ("POST", 501, "", None),
            ("PUT", 501, "", None),
            ("DELETE", 501, "", None),
            ("PATCH", 501, "", None),
            ("HEAD", 405, "", allow),
            ("TRACE", 405, "", allow),
            ("OPTIONS", 204, "", allow),
        ],
    );
}

fn says(text: &'static str) -> impl Fn(&mut Request<'_>) -> Response {
    move |_: &mut Request<'_>| Response::text(text)
}

#[test]
fn a_table_answers_what_it_has_head_as_get_and_says_what_it_has() {
    let table = Methods::new()
        .get(says("get"))
        .post(says("post"))
        .put(says("put"))
        .delete(says("delete"))
        .patch(says("patch"));
    let allow = Some("GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS");
    check(
        &table,
        &[
            ("GET", 200, "get", None),
            ("HEAD", 200, "", None),
            ("POST", 200, "post", None),
            ("PUT", 200, "put", None),
            ("DELETE", 200, "delete", None),
            ("PATCH", 200, "patch", None),
            ("OPTIONS", 204, "", allow),
            ("TRACE", 405, "", allow),
            ("BREW", 501, "", None),
        ],
    );
    assert_eq!(format!("{table:?}"), "Methods { methods: [GET, POST, PUT, DELETE, PATCH], .. }");
}

#[test]
fn a_later_entry_of_a_table_replaces_an_earlier_one() {
    let brew = Method::from_bytes(b"BREW").unwrap();
    let table = Methods::new()
        .get(says("old"))
        .on(brew, says("tea"))
        .on(Method::OPTIONS, says("own"))
        .get(says("new"));
    check(
        &table,
        &[
            ("GET", 200, "new", None),
            ("BREW", 200, "tea", None),
            ("OPTIONS", 200, "own", None),
            ("PUT", 405, "", Some("BREW, OPTIONS, GET, HEAD")),
        ],
    );
}
