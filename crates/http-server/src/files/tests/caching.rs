//! Cache-Control as answers have it.

use super::{files, get, place, value, write_old};
use crate::testing;

#[test]
fn a_rule_by_path_name_or_type_decides_how_long_a_file_is_kept() {
    let place = place();
    let served = files(&place)
        .cache_rule("/sub/*", "max-age=1")
        .and_then(|files| files.cache_rule("*.html", "max-age=2"))
        .and_then(|files| files.cache_rule("text/javascript", ""))
        .and_then(|files| files.cache_control("max-age=4"))
        .unwrap();
    for (target, wanted) in [
        ("/sub/deep/b.txt", "max-age=1"),
        ("/page.html", "max-age=2"),
        ("/site/", "max-age=2"),
        ("/app.js", ""),
        ("/a.txt", "max-age=4"),
        ("/sub/", "no-cache"),
        ("/nothing", ""),
    ] {
        assert_eq!(value(&get(&served, target), "Cache-Control"), wanted, "{target}");
    }
    let unchanged = testing::get("/page.html").with_header("If-None-Match", "*").send_to(&served);
    assert_eq!(
        (unchanged.status().as_u16(), value(&unchanged, "Cache-Control").as_str()),
        (304, "max-age=2")
    );
    assert!(files(&place).cache_rule("", "x").is_err() && files(&place).cache_rule("*", "\n").is_err());
}

#[test]
fn a_name_with_a_hash_is_kept_for_a_year_where_that_is_said() {
    let place = place();
    write_old(&place.path().join("root/app.3f2a9c1b.js"), "hashed");
    let year = "public, max-age=31536000, immutable";
    let served = files(&place).immutable_hashed_names(true);
    assert_eq!(value(&get(&served, "/app.3f2a9c1b.js"), "Cache-Control"), year);
    assert_eq!(value(&get(&served, "/app.js"), "Cache-Control"), "no-cache");
    assert_eq!(value(&get(&files(&place), "/app.3f2a9c1b.js"), "Cache-Control"), "no-cache");
}
