//! Texts that other servers render beside a listing.

use http_server::FieldValue;
use http_server::files::StaticFiles;
use http_server::testing;
use std::fs;

#[test]
fn a_readme_is_no_markup_and_no_listing_shows_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["README", "README.md", "README.txt", "readme.markdown"];
    for name in names {
        fs::write(folder.path().join(name), "<script>alert('read me')</script>").unwrap();
    }
    let served = StaticFiles::new(folder.path()).unwrap();
    for like in ["text/html", "application/json", "text/plain"] {
        let listing = testing::get("/").with_header("Accept", like).send_to(&served);
        assert_eq!(listing.status(), 200);
        assert!(!listing.text().contains("read me"), "{}", listing.text());
    }
    for name in names {
        let answer = testing::get(&format!("/{name}")).send_to(&served);
        let kind = answer.headers().get("Content-Type").map(FieldValue::to_latin1).unwrap_or_default();
        assert!(!kind.is_empty() && !kind.contains("ml"), "{name}: {kind}");
        assert_eq!(answer.headers().get("X-Content-Type-Options").unwrap(), "nosniff");
    }
}
