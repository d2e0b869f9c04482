//! Routes by tables: which pattern wins, what its names stand for, what is refused.

use super::Router;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::Method;

fn says(text: &'static str) -> impl crate::handler::Handler + 'static {
    move |request: &mut Request<'_>| {
        let name = |name| {
            Router::parameter(request, name).map(|value| format!(" {name}={value}")).unwrap_or_default()
        };
        Response::text(format!("{text}{}{}", name("id"), name("rest")))
    }
}

fn router() -> Router {
    Router::new()
        .any("/files/{rest...}", says("files"))
        .and_then(|router| router.get("/people/{id}", says("one")))
        .and_then(|router| router.get("/people/all", says("all")))
        .and_then(|router| router.route(Method::DELETE, "/people/{id}", says("gone")))
        .and_then(|router| router.get("/", says("home")))
        .and_then(|router| router.get("/a/{id}/b", says("between")))
        .and_then(|router| router.get("/files/special", says("special")))
        .unwrap()
}

#[track_caller]
fn check(method: &Method, path: &str, status: u16, text: &str) {
    let answer = testing::request(method.clone(), path).send_to(&router());
    assert_eq!(answer.status(), status, "{method} {path}");
    if status == 200 && *method != Method::HEAD {
        assert_eq!(answer.text(), text, "{method} {path}");
    }
}

#[test]
fn the_pattern_that_names_more_of_the_path_wins() {
    check(&Method::GET, "/", 200, "home");
    check(&Method::GET, "/people/7", 200, "one id=7");
    check(&Method::GET, "/people/all", 200, "all");
    check(&Method::GET, "/people/al%6C", 200, "all");
    check(&Method::GET, "/people/a%2Fb", 200, "one id=a/b");
    check(&Method::GET, "/people/%C3%A9?q=1", 200, "one id=é");
    check(&Method::GET, "/a/x/b", 200, "between id=x");
    check(&Method::GET, "/files/a/b", 200, "files rest=a/b");
    check(&Method::PUT, "/files/", 200, "files rest=");
    check(&Method::GET, "/files/special", 200, "special");
    check(&Method::POST, "/files/special", 200, "files rest=special");
    check(&Method::DELETE, "/people/all", 200, "gone id=all");
    check(&Method::HEAD, "/people/7", 200, "");
}

#[test]
fn other_paths_are_not_found_and_other_methods_not_allowed() {
    for path in ["/people/", "/people", "/people/7/", "/people//7", "/a//b", "/file", "//", "/people%2F7"] {
        check(&Method::GET, path, 404, "");
    }
    let answer = testing::request(Method::PUT, "/people/7").send_to(&router());
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers().get("allow").unwrap(), "GET, HEAD, DELETE, OPTIONS");
    let answer = testing::request(Method::OPTIONS, "/people/7").send_to(&router());
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers().get("allow").unwrap(), "GET, HEAD, DELETE, OPTIONS");
    assert_eq!(
        testing::request(Method::from_bytes(b"BREW").unwrap(), "/people/7").send_to(&router()).status(),
        501
    );
}

#[test]
fn allow_names_each_method_once_however_many_patterns_fit() {
    let answer = testing::request(Method::PUT, "/people/all").send_to(&router());
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers().get("allow").unwrap(), "GET, HEAD, DELETE, OPTIONS");
}

#[test]
fn a_route_of_the_method_wins_over_one_for_any_whichever_was_added_first() {
    let first = Router::new().any("/{a}", says("any")).unwrap().get("/{b}", says("get")).unwrap();
    let last = Router::new().get("/{b}", says("get")).unwrap().any("/{a}", says("any")).unwrap();
    for router in [first, last] {
        let router = router.route(Method::HEAD, "/{c}", says("head")).unwrap();
        assert_eq!(testing::get("/x").send_to(&router).text(), "get");
        assert_eq!(testing::post("/x", "").send_to(&router).text(), "any");
        let answer = testing::request(Method::HEAD, "/x").send_to(&router);
        assert_eq!(answer.headers().get("content-length").unwrap(), "4");
    }
}

#[test]
fn a_fallback_takes_what_is_left() {
    let router = router().fallback(says("left"));
    assert_eq!(testing::get("/nobody").send_to(&router).text(), "left");
    assert_eq!(testing::request(Method::PUT, "/people/7").send_to(&router).status(), 405);
}

#[test]
fn patterns_that_cannot_be_meant_are_refused() {
    for pattern in ["", "a", "/{}", "/{a", "/a}", "/x{a}", "/{a}x", "/{a...}/b", "/{...}", "/{{a}}"] {
        assert!(Router::new().get(pattern, says("x")).is_err(), "{pattern}");
    }
    // As other routers have them.
    for pattern in ["/a/:id", "/x/*", "/x/*rest", "/x/{*p}", "/{a}/{a}", "/{a}/{a...}", "/{id:int}", "/{a b}"]
    {
        assert!(Router::new().get(pattern, says("x")).is_err(), "{pattern}");
    }
    for pattern in ["/a:b", "/a*", "/{a_1}/{b...}"] {
        assert!(Router::new().get(pattern, says("x")).is_ok(), "{pattern}");
    }
    let twice = Router::new().get("/{a}", says("x")).unwrap().get("/{b}", says("y"));
    assert!(twice.is_err(), "they cannot be told apart");
    let by_method = Router::new().get("/{a}", says("x")).unwrap().post("/{b}", says("y"));
    assert!(by_method.is_ok());
}

#[test]
fn a_name_that_is_no_number_leads_nowhere_and_one_that_is_not_there_is_the_handlers_fault() {
    let asks = |name: &'static str| {
        move |request: &mut Request<'_>| {
            Router::parse::<u32>(request, name).map(|id| Response::text(id.to_string()))
        }
    };
    let router = Router::new()
        .get("/right/{id}", asks("id"))
        .and_then(|router| router.get("/wrong/{id}", asks("other")))
        .unwrap();
    assert_eq!(testing::get("/right/42").send_to(&router).text(), "42");
    let answer = testing::get("/right/%3Cabc%3E").send_to(&router);
    assert_eq!(answer.status(), 404);
    assert!(answer.text().contains("id in the path cannot be &quot;&lt;abc&gt;&quot;"), "{}", answer.text());
    assert_eq!(testing::get("/wrong/42").send_to(&router).status(), 500);
}

#[test]
fn each_usual_method_has_a_word_of_its_own() {
    let router = Router::new()
        .put("/x", says("put"))
        .and_then(|router| router.delete("/x", says("delete")))
        .and_then(|router| router.patch("/x", says("patch")))
        .unwrap();
    for (method, text) in [(Method::PUT, "put"), (Method::DELETE, "delete"), (Method::PATCH, "patch")] {
        assert_eq!(testing::request(method, "/x").send_to(&router).text(), text);
    }
    assert_eq!(testing::get("/x").send_to(&router).status(), 405);
}

#[test]
fn a_handler_beneath_a_prefix_sees_the_rest_of_the_path() {
    let shows = |request: &mut Request<'_>| {
        let tenant = Router::parameter(request, "tenant").unwrap_or("-").to_owned();
        let id = Router::parameter(request, "id").unwrap_or("-");
        Response::text(format!("{tenant} {id} {} {:?}", request.target().as_str(), request.host()))
    };
    let inner = Router::new().get("/items/{id}", shows).unwrap().fallback(shows);
    let router = Router::new()
        .nest("/api/{tenant}", inner)
        .and_then(|router| router.get("/api/{tenant}/special", says("special")))
        .unwrap();
    for (target, text) in [
        ("/api/a%2Fb/items/7?q=/x", "a/b 7 /items/7?q=/x Some(\"localhost\")"),
        ("/api/a", "a - / Some(\"localhost\")"),
        ("/api/a/", "a - / Some(\"localhost\")"),
        ("/api/a?q", "a - /?q Some(\"localhost\")"),
        ("/api/a//x/..%2F", "a - //x/..%2F Some(\"localhost\")"),
        ("/api/a/special", "special"),
        ("http://example.org/api/a/items/7", "a 7 http://example.org/items/7 Some(\"example.org\")"),
    ] {
        assert_eq!(testing::get(target).send_to(&router).text(), text, "{target}");
    }
    for target in ["/api", "/api/", "/other"] {
        assert_eq!(testing::get(target).send_to(&router).status(), 404, "{target}");
    }
    for prefix in ["", "/", "/a/", "/a/{rest...}", "a"] {
        assert!(Router::new().nest(prefix, says("x")).is_err(), "{prefix}");
    }
}

#[test]
fn a_folder_of_files_at_a_path_has_its_own_slash() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("index.html"), "start").unwrap();
    let files = crate::files::StaticFiles::new(folder.path()).unwrap();
    let router = Router::new().any("/docs/{rest...}", files.at("/docs")).unwrap();
    assert_eq!(testing::get("/docs/").send_to(&router).text(), "start");
    let moved = testing::get("/docs/sub").send_to(&router);
    assert_eq!(moved.headers().get("Location").unwrap(), "sub/");
    // Here, links of the page would start from the root.
    let bare = testing::get("/docs").send_to(&router);
    assert_ne!((bare.status().as_u16(), bare.text().as_str()), (200, "start"));
}
