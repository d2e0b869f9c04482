//! What the import from Firefox promises; the databases are made by SQLite itself.

use std::fs;
use std::path::{Path, PathBuf};

use http_cookies::SameSite;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{
    BadRowReason, FirefoxError, FirefoxImported, FirefoxOptions, expiry_seconds, read_firefox, site,
};
use crate::cookie::Cookie;
use crate::file::BAD_LINES_MAX;
use crate::jar::CookieJar;
use crate::request::RequestInfo;

const NOW: i64 = 1_790_000_000;

/// The columns of three versions of the table.
const SCHEMA_4: &str = "id INTEGER PRIMARY KEY, baseDomain TEXT, name TEXT, value TEXT, host TEXT, path TEXT,
    expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER";
const SCHEMA_9: &str =
    "id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
    host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,
    isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0";
const SCHEMA_16: &str = "id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
    host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,
    isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0,
    isPartitionedAttributeSet INTEGER DEFAULT 0";

/// A profile with an empty table of a version.
fn profile(columns: &str, version: i64) -> (TempDir, PathBuf, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookies.sqlite");
    let database = Connection::open(&path).unwrap();
    database.execute_batch(&format!("CREATE TABLE moz_cookies ({columns})")).unwrap();
    database.pragma_update(None, "user_version", version).unwrap();
    (folder, path, database)
}

/// Puts a good row in, with some columns as said instead.
fn insert(database: &Connection, id: i64, instead: &[(&str, &str)]) {
    let mut row = vec![
        ("name", "'n'"),
        ("value", "'v'"),
        ("host", "'x.org'"),
        ("path", "'/'"),
        ("expiry", "1900000000000"),
        ("isSecure", "1"),
        ("isHttpOnly", "0"),
    ];
    for (column, value) in instead {
        row.retain(|(name, _)| name != column);
        row.push((column, value));
    }
    let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
    let (columns, values) = (columns.join(","), values.join(","));
    database
        .execute_batch(&format!("INSERT INTO moz_cookies (id,{columns}) VALUES ({id},{values})"))
        .unwrap();
}

#[track_caller]
fn read(path: &Path) -> FirefoxImported {
    read_firefox(path, FirefoxOptions::new(), NOW).expect("an import")
}

/// What one row of schema 16 gives.
fn read_one(instead: &[(&str, &str)]) -> Result<Cookie, BadRowReason> {
    let (_folder, path, database) = profile(SCHEMA_16, 16);
    insert(&database, 7, instead);
    let mut imported = read(&path);
    match imported.cookies.pop() {
        Some(cookie) => {
            assert_eq!((imported.cookies.len(), imported.bad_rows), (0, 0));
            Ok(cookie)
        }
        None => {
            assert_eq!((imported.bad.len(), imported.bad_rows, imported.bad[0].row), (1, 1, 7));
            Err(imported.bad[0].reason)
        }
    }
}

#[test]
fn cookies_of_schema_4_come_over() {
    let (_folder, path, database) = profile(SCHEMA_4, 4);
    let times = [
        ("expiry", "1900000000"),
        ("creationTime", "1700000000999999"),
        ("lastAccessed", "1700000001000000"),
    ];
    insert(&database, 1, &[("host", "'.x.org'"), ("isHttpOnly", "1"), times[0], times[1], times[2]]);
    insert(&database, 2, &[("host", "'www.x.org'"), ("isSecure", "0"), ("path", "'/p'"), times[0]]);
    let imported = read(&path);
    assert_eq!((imported.schema, imported.bad_rows), (4, 0));
    let [domain, host] = imported.cookies.as_slice() else { panic!("two cookies") };
    assert_eq!((domain.domain(), domain.host_only(), domain.secure()), ("x.org", false, true));
    assert_eq!((domain.name(), domain.value(), domain.http_only()), (&b"n"[..], &b"v"[..], true));
    assert_eq!((domain.expires(), domain.created()), (Some(1_900_000_000), 1_700_000_000));
    assert_eq!((domain.last_access(), domain.same_site()), (1_700_000_001, None));
    assert_eq!(
        (host.domain(), host.host_only(), host.secure(), host.path()),
        ("www.x.org", true, false, "/p")
    );
    assert_eq!((host.created(), host.last_access(), host.http_only()), (NOW, NOW, false));
}

#[test]
fn ends_are_seconds_before_schema_16_and_milliseconds_since() {
    for (version, expiry) in
        [(9, "1900000000"), (15, "1900000000"), (16, "1900000000999"), (17, "1900000000000")]
    {
        let (_folder, path, database) = profile(SCHEMA_9, version);
        insert(&database, 1, &[("expiry", expiry)]);
        assert_eq!(read(&path).cookies[0].expires(), Some(1_900_000_000), "schema {version}");
    }
}

#[test]
fn an_end_in_the_wrong_unit_is_known_by_its_size() {
    #[track_caller]
    fn check(expiry: i64, schema: i64, seconds: i64) {
        assert_eq!(expiry_seconds(expiry, schema), seconds, "{expiry} in schema {schema}");
    }
    check(1_900_000_000, 16, 1_900_000_000);
    check(1_900_000_000_000, 15, 1_900_000_000);
    // The year 9999 in seconds is no moment of 1978 in milliseconds.
    check(253_402_300_799, 15, 253_402_300_799);
    check(253_402_300_799_999, 16, 253_402_300_799);
    // Where neither unit makes sense the schema decides.
    check(0, 16, 0);
    check(-1, 15, -1);
    check(-1, 16, -1);
    check(i64::MAX, 15, i64::MAX);
    check(i64::MAX, 16, i64::MAX / 1000);
}

#[test]
fn same_site_is_what_firefox_enforces() {
    let same_site = |number, secure| {
        read_one(&[("sameSite", number), ("isSecure", secure)]).map(|cookie| cookie.same_site())
    };
    assert_eq!(same_site("0", "1"), Ok(Some(SameSite::None)));
    assert_eq!(same_site("0", "0"), Ok(None));
    assert_eq!(same_site("1", "0"), Ok(Some(SameSite::Lax)));
    assert_eq!(same_site("2", "1"), Ok(Some(SameSite::Strict)));
    assert_eq!(same_site("256", "1"), Ok(None));
    assert_eq!(same_site("3", "1"), Err(BadRowReason::SameSite));
}

#[test]
fn a_partitioned_cookie_goes_to_its_top_level_site_only() {
    let attributes = ("originAttributes", "'^partitionKey=%28https%2Ctop.example%29'");
    let cookie = read_one(&[attributes, ("isPartitionedAttributeSet", "1")]).unwrap();
    assert_eq!(cookie.partition(), Some("https://top.example"));
    let mut jar = CookieJar::new();
    jar.extend([cookie]);
    let request = || RequestInfo::from_url("https://x.org/").unwrap();
    assert_eq!(jar.cookies_for_at(&request(), NOW).len(), 0);
    assert_eq!(jar.cookies_for_at(&request().with_partition("https://top.example"), NOW).len(), 1);
}

#[test]
fn partitions_that_a_jar_cannot_hold_are_reported() {
    assert_eq!(site("(https,Top.Example)").as_deref(), Some("https://top.example"));
    for key in
        ["", "top.example", "(https)", "(https,a.org,8443)", "(https,a.org,f)", "(about,a.org)", "(https,)"]
    {
        assert_eq!(site(key), None, "{key}");
    }
    let row = read_one(&[("originAttributes", "'^partitionKey=%28https%2Ctop.example%2Cf%29'")]);
    assert_eq!(row, Err(BadRowReason::Partition));
    assert_eq!(read_one(&[("isPartitionedAttributeSet", "1")]), Err(BadRowReason::Partition));
}

#[test]
fn containers_are_kept_apart() {
    let (_folder, path, database) = profile(SCHEMA_16, 16);
    insert(&database, 1, &[("value", "'none'")]);
    insert(&database, 2, &[("value", "'second'"), ("originAttributes", "'^userContextId=2'")]);
    let both = "'^userContextId=2&partitionKey=%28https%2Ctop.example%29'";
    insert(&database, 3, &[("value", "'both'"), ("originAttributes", both)]);
    let imported = read(&path);
    assert_eq!(imported.cookies.iter().map(Cookie::value).collect::<Vec<_>>(), [b"none"]);
    let bad: Vec<_> = imported.bad.iter().map(|bad| (bad.row, bad.reason)).collect();
    assert_eq!(bad, [(2, BadRowReason::Container(2)), (3, BadRowReason::Container(2))]);
    assert_eq!(
        imported.bad[0].to_string(),
        "row 2: the cookie belongs to container 2, which was not asked for"
    );
    let imported = read_firefox(&path, FirefoxOptions::new().container(2), NOW).unwrap();
    assert_eq!(imported.cookies.iter().map(Cookie::value).collect::<Vec<_>>(), [&b"second"[..], b"both"]);
    assert_eq!(imported.cookies[1].partition(), Some("https://top.example"));
    assert_eq!(imported.bad[0].reason, BadRowReason::Container(0));
}

#[test]
fn cookies_of_private_and_isolated_contexts_are_reported() {
    for attributes in
        ["^privateBrowsingId=1", "^firstPartyDomain=a.org", "^userContextId=x", "userContextId=2", "^new=1"]
    {
        let row = read_one(&[("originAttributes", &format!("'{attributes}'"))]);
        assert_eq!(row, Err(BadRowReason::Context), "{attributes}");
    }
}

#[test]
fn a_bad_row_is_reported_by_its_number_and_costs_no_other() {
    #[track_caller]
    fn check(column: &'static str, value: &str, reason: BadRowReason) {
        assert_eq!(read_one(&[(column, value)]), Err(reason), "{column} {value}");
    }
    check("name", "NULL", BadRowReason::Type("name"));
    check("value", "x'00'", BadRowReason::Type("value"));
    check("host", "CAST(x'ff' AS TEXT)", BadRowReason::Type("host"));
    check("expiry", "NULL", BadRowReason::Type("expiry"));
    check("expiry", "'soon'", BadRowReason::Type("expiry"));
    check("isSecure", "'yes'", BadRowReason::Type("isSecure"));
    check("isHttpOnly", "1.5", BadRowReason::Type("isHttpOnly"));
    check("creationTime", "'then'", BadRowReason::Type("creationTime"));
    check("lastAccessed", "x'01'", BadRowReason::Type("lastAccessed"));
    check("sameSite", "'Lax'", BadRowReason::Type("sameSite"));
    check("originAttributes", "x'5e'", BadRowReason::Type("originAttributes"));
    check("isPartitionedAttributeSet", "'1x'", BadRowReason::Type("isPartitionedAttributeSet"));
    check("value", "CAST(zeroblob(50000000) AS TEXT)", BadRowReason::TooLong);
    check("value", "'a' || char(10) || 'b'", BadRowReason::Text);
    check("value", "'a;b'", BadRowReason::Text);
    check("name", "'a=b'", BadRowReason::Text);
    check("host", "''", BadRowReason::Host);
    check("host", "'.'", BadRowReason::Host);
    check("host", "'a b'", BadRowReason::Host);
    check("path", "'p'", BadRowReason::Path);

    let (_folder, path, database) = profile(SCHEMA_16, 16);
    for id in [1, 2, 3] {
        insert(&database, id, if id == 2 { &[("host", "' '")] } else { &[] });
    }
    let imported = read(&path);
    assert_eq!((imported.cookies.len(), imported.bad_rows, imported.bad[0].row), (2, 1, 2));
    assert_eq!(imported.bad[0].to_string(), "row 2: the host is not a host");
}

#[test]
fn all_bad_rows_are_counted_and_the_first_thousand_named() {
    let (_folder, path, database) = profile(SCHEMA_16, 16);
    database
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
             INSERT INTO moz_cookies (id) SELECT i FROM n",
        )
        .unwrap();
    let imported = read(&path);
    assert_eq!((imported.bad_rows, imported.bad.len()), (1500, BAD_LINES_MAX));
}

#[test]
fn names_values_and_hosts_need_not_be_plain() {
    let cookie = read_one(&[("value", "CAST(x'ff20' AS TEXT)"), ("name", "''")]).unwrap();
    assert_eq!((cookie.name(), cookie.value()), (&b""[..], &b"\xff "[..]));
    assert_eq!(read_one(&[("host", "'::1'")]).unwrap().domain(), "[::1]");
    assert_eq!(read_one(&[("host", "'.BÜCHER.example'")]).unwrap().domain(), "xn--bcher-kva.example");
}

/// The names and contents of a folder's files.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// A database that is still open, with one cookie in the database and one in its log only.
fn with_log() -> (TempDir, PathBuf, Connection) {
    let (folder, path, database) = profile(SCHEMA_16, 16);
    insert(&database, 1, &[]);
    database.pragma_update(None, "journal_mode", "wal").unwrap();
    database.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    insert(&database, 2, &[("name", "'newest'")]);
    (folder, path, database)
}

#[test]
fn cookies_that_are_in_the_log_only_are_read() {
    let (folder, path, _database) = with_log();
    let names =
        |path: &Path| read(path).cookies.iter().map(|cookie| cookie.name().to_vec()).collect::<Vec<_>>();
    assert_eq!(names(&path), [&b"n"[..], b"newest"]);
    assert_eq!(names(folder.path()), [&b"n"[..], b"newest"]);
    let without = tempfile::tempdir().unwrap();
    fs::copy(&path, without.path().join("cookies.sqlite")).unwrap();
    assert_eq!(names(without.path()), [b"n"]);
}

#[test]
fn a_database_that_is_locked_is_read() {
    let (_folder, path, database) = with_log();
    database.pragma_update(None, "locking_mode", "exclusive").unwrap();
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    insert(&database, 3, &[("name", "'uncommitted'")]);
    assert_eq!(read(&path).cookies.len(), 2);
    let (_folder, path, database) = profile(SCHEMA_16, 16);
    insert(&database, 1, &[]);
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    insert(&database, 2, &[("name", "'uncommitted'")]);
    assert_eq!(read(&path).cookies.len(), 1);
}

#[test]
fn the_files_of_the_browser_stay_as_they_are() {
    let (_folder, path, _database) = with_log();
    let copy = tempfile::tempdir().unwrap();
    for name in ["cookies.sqlite", "cookies.sqlite-wal"] {
        fs::copy(path.with_file_name(name), copy.path().join(name)).unwrap();
    }
    let before = contents(copy.path());
    assert_eq!(read(copy.path()).cookies.len(), 2);
    assert!(contents(copy.path()) == before, "a file was made or changed");
}

#[cfg(unix)]
#[test]
fn the_log_is_found_beside_the_file_that_a_link_leads_to() {
    let (_folder, path, _database) = with_log();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(read(&link).cookies.len(), 2);
}

#[test]
fn a_half_written_transaction_is_rolled_back_in_the_copy() {
    let (folder, path, database) = profile(SCHEMA_16, 16);
    for id in 1..=200 {
        insert(&database, id, &[("value", "hex(zeroblob(1000))")]);
    }
    // A cache of a few pages makes SQLite write to the database before the transaction ends.
    database.execute_batch("PRAGMA cache_size = 2; BEGIN; UPDATE moz_cookies SET name = 'changed'").unwrap();
    let before = contents(folder.path());
    let in_file = before
        .iter()
        .any(|(name, text)| name == "cookies.sqlite" && text.windows(7).any(|window| window == b"changed"));
    assert!(in_file, "the database must hold what is not committed for this test to say anything");
    let imported = read(&path);
    assert_eq!(imported.cookies.iter().filter(|cookie| cookie.name() == b"n").count(), 200);
    assert!(contents(folder.path()) == before);
}

#[test]
fn what_is_read_during_writes_is_of_one_moment() {
    let (_folder, path, database) = with_log();
    database.pragma_update(None, "wal_autocheckpoint", 4).unwrap();
    let writer = std::thread::spawn(move || {
        for round in 0..300 {
            database.execute_batch(&format!("UPDATE moz_cookies SET value = 'v{round}'")).unwrap();
        }
        database
    });
    loop {
        let done = writer.is_finished();
        match read_firefox(&path, FirefoxOptions::new(), NOW) {
            Ok(imported) => {
                let [one, other] = imported.cookies.as_slice() else { panic!("two cookies") };
                assert_eq!(one.value(), other.value());
                if done {
                    assert_eq!(one.value(), b"v299");
                    break;
                }
            }
            Err(FirefoxError::Changing(_)) if !done => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    drop(writer.join().unwrap());
}

#[track_caller]
fn refusal(path: &Path) -> String {
    let error = read_firefox(path, FirefoxOptions::new(), NOW).expect_err("an error");
    error.to_string().replace(&*path.to_string_lossy(), "FILE")
}

#[test]
fn other_files_are_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookies.sqlite");
    let error = read_firefox(&path, FirefoxOptions::new(), NOW).unwrap_err();
    assert!(matches!(error, FirefoxError::Io { step: "find", .. }), "{error:?}");
    fs::write(&path, "# Netscape HTTP Cookie File\n".repeat(100)).unwrap();
    assert_eq!(refusal(&path), "FILE is not a SQLite database; name the cookies.sqlite of a firefox profile");
    fs::write(&path, "").unwrap();
    let no_table = "FILE has no table moz_cookies; name the cookies.sqlite of a firefox profile";
    assert_eq!(refusal(&path), no_table);
    for schema in [
        "CREATE TABLE cookies (name TEXT)",
        "CREATE VIEW moz_cookies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)
            SELECT i AS name, i AS value, i AS host, i AS path, i AS expiry, i AS isSecure, i AS isHttpOnly FROM n",
    ] {
        fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        assert_eq!(refusal(&path), no_table, "{schema}");
    }
}

#[test]
fn a_table_without_a_column_that_counts_is_too_old() {
    for column in ["name", "value", "host", "path", "expiry", "isSecure", "isHttpOnly"] {
        let columns = SCHEMA_4.replace(&format!(" {column} "), &format!(" old_{column} "));
        let (_folder, path, _database) = profile(&columns, 1);
        let expected = format!(
            "FILE (schema 1) has no column {column}: if it is from an old firefox, open the profile once with a new one"
        );
        assert_eq!(refusal(&path), expected);
    }
}

#[test]
fn a_damaged_database_is_refused_and_not_half_read() {
    let (_folder, path, database) = profile(SCHEMA_16, 16);
    for id in 1..=200 {
        insert(&database, id, &[("value", "hex(zeroblob(1000))")]);
    }
    drop(database);
    let whole = fs::read(&path).unwrap();
    let mut torn = whole.clone();
    let middle = torn.len() / 2;
    torn[middle..].fill(0xA5);
    fs::write(&path, &torn).unwrap();
    let damaged = "cannot read FILE: the database is damaged; let firefox repair it, or take a backup";
    assert_eq!(refusal(&path), damaged);
    fs::write(&path, &whole[..middle]).unwrap();
    assert_eq!(refusal(&path), damaged);
}

#[test]
fn debug_shows_no_values() {
    let (_folder, path, database) = profile(SCHEMA_16, 16);
    insert(&database, 1, &[("value", "'hunter2'")]);
    assert!(!format!("{:?}", read(&path)).contains("hunter2"));
}
