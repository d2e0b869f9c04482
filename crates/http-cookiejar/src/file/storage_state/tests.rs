//! What the import of storageState promises.

use super::{NotStorageState, read_storage_state};

#[test]
fn cookies_of_a_browser_come_over() {
    let text = r#"{
      "cookies": [
        {"name":"a","value":"1","domain":"x.org","path":"/p","expires":1999999999.5,"httpOnly":false,"secure":true,"sameSite":"None"},
        {"name":"b","value":"2","domain":".x.org","path":"/","expires":-1,"httpOnly":true,"secure":false,"sameSite":"Lax"},
        {"name":"c","domain":"x.org"},
        17
      ],
      "origins": [{"origin":"https://x.org","localStorage":[{"name":"k","value":"v"}]}]
    }"#;
    let imported = read_storage_state(text, 9).expect("a file");
    assert_eq!(imported.bad, [2, 3]);
    let [a, b] = imported.cookies.as_slice() else { panic!("two cookies") };
    assert_eq!((a.expires(), a.host_only(), a.secure(), a.created()), (Some(1_999_999_999), true, true, 9));
    assert_eq!((b.expires(), b.host_only(), b.http_only(), b.discard()), (None, false, true, true));
}

#[test]
fn other_texts_are_refused() {
    for text in ["", "[]", "{}", r#"{"cookies":{}}"#, r#"{"cookies":[]} x"#, r#"{"cookies":[1,]}"#] {
        assert_eq!(read_storage_state(text, 0), Err(NotStorageState), "{text}");
    }
}
