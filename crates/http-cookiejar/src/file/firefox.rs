//! Import of Firefox's `cookies.sqlite`: which rows become which cookies. How the files are read without touching them is
//! in `firefox/snapshot.rs`.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

use http_cookies::SameSite;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};
use thiserror::Error;

use crate::cookie::Cookie;
use crate::file::BAD_LINES_MAX;
use crate::file::firefox::snapshot::Snapshot;
use crate::host::canonical_host;

mod snapshot;

/// Why no cookies came out of a Firefox database.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FirefoxError {
    /// The system refused a step.
    #[error("cannot {step} {}", path.display())]
    Io {
        /// What was to be done.
        step: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Firefox wrote to the files during every one of several attempts to copy them.
    #[error("{} changed while it was read; try again when firefox is less busy", .0.display())]
    Changing(PathBuf),
    /// The file is no SQLite database.
    #[error("{} is not a SQLite database; name the cookies.sqlite of a firefox profile", .0.display())]
    NotADatabase(PathBuf),
    /// A database without Firefox's table of cookies.
    #[error("{} has no table moz_cookies; name the cookies.sqlite of a firefox profile", .0.display())]
    NoTable(PathBuf),
    /// The table lacks a column that a cookie cannot do without.
    #[error(
        "{} (schema {schema}) has no column {column}: if it is from an old firefox, open the profile once with a new one",
        path.display()
    )]
    TooOld {
        /// The file.
        path: PathBuf,
        /// The version of the schema, as the file says.
        schema: i64,
        /// The column that is missing.
        column: &'static str,
    },
    /// SQLite could not read on: the database is damaged.
    #[error("cannot read {}: the database is damaged; let firefox repair it, or take a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's answer.
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl FirefoxError {
    fn io(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { step, path, source }
    }

    fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(path.clone()),
            _ => Self::Damaged { path: path.clone(), source: Box::new(error) },
        }
    }
}

/// A row that gave no cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("row {row}: {reason}")]
#[non_exhaustive]
pub struct BadRow {
    /// SQLite's `rowid`, which is Firefox's column `id`.
    pub row: i64,
    /// Why it gave none.
    pub reason: BadRowReason,
}

/// Why a row gave no cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadRowReason {
    /// A column holds another kind of value than Firefox writes.
    #[error("column {0} has a value of the wrong type")]
    Type(&'static str),
    /// Name, value, host, path or attributes are longer than any browser's.
    #[error("the cookie is longer than 64 KiB")]
    TooLong,
    /// The host is none.
    #[error("the host is not a host")]
    Host,
    /// The path does not begin with a slash.
    #[error("the path does not begin with a slash")]
    Path,
    /// A control character, or a separator within name or value.
    #[error("the name or value has characters that a cookie cannot have")]
    Text,
    /// A number for `SameSite` that is not known.
    #[error("the column sameSite has a number that is not known")]
    SameSite,
    /// The cookie belongs to another container than the one asked for (its `userContextId`).
    #[error("the cookie belongs to container {0}, which was not asked for")]
    Container(u32),
    /// The cookie is partitioned in a way that a jar cannot hold: without a scheme, by port, or by its ancestors.
    #[error("the cookie is partitioned in a way that a jar cannot hold")]
    Partition,
    /// The cookie belongs to a private window, an isolated first party or an embedded browser.
    #[error("the cookie belongs to a private or isolated context")]
    Context,
}

/// Which cookies are imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct FirefoxOptions {
    container: u32,
}

impl FirefoxOptions {
    /// The cookies that are in no container.
    pub fn new() -> Self {
        Self::default()
    }

    /// The container whose cookies are imported: its `userContextId` in the profile's `containers.json`. 0, which is also
    /// the default, stands for those in no container.
    pub fn container(mut self, id: u32) -> Self {
        self.container = id;
        self
    }
}

/// What an import from Firefox found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirefoxImported {
    /// The cookies, expired ones included; put them into a jar with `extend`.
    pub cookies: Vec<Cookie>,
    /// Rows that gave no cookie, at most [`BAD_LINES_MAX`] of them.
    pub bad: Vec<BadRow>,
    /// How many rows gave no cookie.
    pub bad_rows: usize,
    /// The version of the database's schema.
    pub schema: i64,
}

/// Reads the cookies of a Firefox profile; `path` is its `cookies.sqlite`, or the folder of the profile. `now` (seconds
/// since 1970) becomes the time of creation where an old schema has none.
///
/// Firefox may be running: the database and its log (`cookies.sqlite-wal`, where the newest cookies are) are copied to a
/// folder that only this user may open, and read there; nothing is written or locked beside the original. The folder is
/// removed before this function returns.
///
/// Ends are in milliseconds since schema 16 (Firefox 142) and in seconds before; a row where that gives a year before 1994 or
/// after 9999, and the other unit does not, is read in the other. Session cookies are not in this file. A partitioned
/// cookie keeps its top-level site. `SameSite` 0 is `None` for secure cookies, and "not said" for others.
///
/// ```no_run
/// use std::time::SystemTime;
///
/// use http_cookiejar::{CookieJar, FirefoxOptions, read_firefox, unix_seconds};
///
/// let mut jar = CookieJar::new();
/// let imported = read_firefox("profile/cookies.sqlite", FirefoxOptions::new(), unix_seconds(SystemTime::now()))?;
/// for bad in &imported.bad {
///     eprintln!("{bad}");
/// }
/// jar.extend(imported.cookies);
/// # Ok::<(), http_cookiejar::FirefoxError>(())
/// ```
///
/// # Errors
/// [`FirefoxError`] if the files cannot be read, are something else, or are damaged. A single bad row is reported and passed
/// over.
pub fn read_firefox(
    path: impl AsRef<Path>,
    options: FirefoxOptions,
    now: i64,
) -> Result<FirefoxImported, FirefoxError> {
    read(path.as_ref(), options, now)
}

fn read(path: &Path, options: FirefoxOptions, now: i64) -> Result<FirefoxImported, FirefoxError> {
    let file = if path.is_dir() { path.join("cookies.sqlite") } else { path.to_owned() };
    let snapshot = Snapshot::take(&file)?;
    let sqlite = FirefoxError::sqlite(&file);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(snapshot.database(), flags).map_err(&sqlite)?;
    // Nothing in a stranger's schema may call functions, and cells are checked before they are believed.
    database.pragma_update(None, "trusted_schema", false).map_err(&sqlite)?;
    database.pragma_update(None, "cell_size_check", true).map_err(&sqlite)?;
    let schema: i64 = database.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(&sqlite)?;
    let query = query(&database, &file, schema)?;
    let mut statement = database.prepare(&query).map_err(&sqlite)?;
    let mut rows = statement.query(()).map_err(&sqlite)?;
    let mut imported = FirefoxImported { schema, ..FirefoxImported::default() };
    while let Some(row) = rows.next().map_err(&sqlite)? {
        let id = row.get(0).map_err(&sqlite)?;
        match read_row(row, options, schema, now) {
            Ok(cookie) => imported.cookies.push(cookie),
            Err(reason) => {
                imported.bad_rows += 1;
                if imported.bad.len() < BAD_LINES_MAX {
                    imported.bad.push(BadRow { row: id, reason });
                }
            }
        }
    }
    Ok(imported)
}

/// The columns that are read, in this order behind the row's number, and whether a cookie can do without.
const COLUMNS: [(&str, bool); 12] = [
    ("name", true),
    ("value", true),
    ("host", true),
    ("path", true),
    ("expiry", true),
    ("isSecure", true),
    ("isHttpOnly", true),
    ("creationTime", false),
    ("lastAccessed", false),
    ("sameSite", false),
    ("originAttributes", false),
    ("isPartitionedAttributeSet", false),
];

const NAME: usize = 1;
const VALUE: usize = 2;
const HOST: usize = 3;
const PATH: usize = 4;
const EXPIRY: usize = 5;
const SECURE: usize = 6;
const HTTP_ONLY: usize = 7;
const CREATED: usize = 8;
const ACCESSED: usize = 9;
const SAME_SITE: usize = 10;
const ATTRIBUTES: usize = 11;
const PARTITIONED: usize = 12;

/// The query for the columns that this schema has, with NULL for the others.
fn query(database: &Connection, file: &Path, schema: i64) -> Result<String, FirefoxError> {
    let sqlite = FirefoxError::sqlite(file);
    // A view or a virtual table of this name could run anything; Firefox has a table.
    let mut statement = database
        .prepare("SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = 'moz_cookies'")
        .map_err(&sqlite)?;
    let mut kinds = statement.query(()).map_err(&sqlite)?;
    let is_table = match kinds.next().map_err(&sqlite)? {
        Some(row) => row.get_ref(0).map_err(&sqlite)? == ValueRef::Text(b"table"),
        None => false,
    };
    if !is_table {
        return Err(FirefoxError::NoTable(file.to_owned()));
    }
    let mut present = Vec::new();
    database
        .pragma(None, "table_info", "moz_cookies", |row| {
            present.push(row.get::<_, String>("name")?);
            Ok(())
        })
        .map_err(&sqlite)?;
    let mut query = "SELECT rowid".to_owned();
    for (column, needed) in COLUMNS {
        query.push_str(", ");
        if present.iter().any(|name| name.eq_ignore_ascii_case(column)) {
            query.push_str(column);
        } else if needed {
            return Err(FirefoxError::TooOld { path: file.to_owned(), schema, column });
        } else {
            query.push_str("NULL");
        }
    }
    query.push_str(" FROM moz_cookies ORDER BY rowid");
    Ok(query)
}

/// More than any browser keeps of one cookie: 64 KiB.
const TEXT_BYTES_MAX: usize = 64 << 10;

fn read_row(row: &Row<'_>, options: FirefoxOptions, schema: i64, now: i64) -> Result<Cookie, BadRowReason> {
    let (name, value, host, path) =
        (bytes(row, NAME)?, bytes(row, VALUE)?, text(row, HOST)?, text(row, PATH)?);
    let attributes = if is_null(row, ATTRIBUTES) { "" } else { text(row, ATTRIBUTES)? };
    if name.len() + value.len() + host.len() + path.len() + attributes.len() > TEXT_BYTES_MAX {
        return Err(BadRowReason::TooLong);
    }
    let context = Context::read(attributes)?;
    if context.container != options.container {
        return Err(BadRowReason::Container(context.container));
    }
    if context.partition.is_none() && number(row, PARTITIONED)?.is_some_and(|flag| flag != 0) {
        return Err(BadRowReason::Partition);
    }
    let bare = canonical_host(host.strip_prefix('.').unwrap_or(host)).ok_or(BadRowReason::Host)?;
    if !path.starts_with('/') {
        return Err(BadRowReason::Path);
    }
    let secure = needed(row, SECURE)? != 0;
    let same_site = match number(row, SAME_SITE)? {
        Some(0) if secure => Some(SameSite::None),
        Some(1) => Some(SameSite::Lax),
        Some(2) => Some(SameSite::Strict),
        // 256 is what newer versions write where the server said nothing.
        None | Some(0 | 256) => None,
        Some(_) => return Err(BadRowReason::SameSite),
    };
    let created = number(row, CREATED)?.map_or(now, seconds_of_micros);
    let accessed = number(row, ACCESSED)?.map_or(created, seconds_of_micros);
    let builder = Cookie::builder(name, value).domain(&bare).host_only(!host.starts_with('.')).path(path);
    let builder = builder.secure(secure).http_only(needed(row, HTTP_ONLY)? != 0).same_site(same_site);
    let builder = builder.expires(expiry_seconds(needed(row, EXPIRY)?, schema));
    let builder = builder.partition(context.partition.as_deref()).created(created).last_access(accessed);
    builder.build().map_err(|_| BadRowReason::Text)
}

fn seconds_of_micros(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}

/// From which schema on the column `expiry` is in milliseconds.
const MILLISECONDS_SINCE_SCHEMA: i64 = 16;

/// The end in seconds: in the unit of the schema, unless only the other one gives a time that a cookie may have.
fn expiry_seconds(expiry: i64, schema: i64) -> i64 {
    let (as_seconds, as_millis) = (expiry, expiry.div_euclid(1000));
    let (by_schema, other) =
        if schema >= MILLISECONDS_SINCE_SCHEMA { (as_millis, as_seconds) } else { (as_seconds, as_millis) };
    if is_plausible(other) && !is_plausible(by_schema) { other } else { by_schema }
}

/// Whether a time lies between 1994, when there were no cookies yet, and the end of the year 9999.
fn is_plausible(seconds: i64) -> bool {
    (757_382_400..=253_402_300_799).contains(&seconds)
}

/// What the column `originAttributes` says: `^key=value&key=value`, in the encoding of forms.
#[derive(Debug, Default, PartialEq, Eq)]
struct Context {
    container: u32,
    partition: Option<String>,
}

impl Context {
    fn read(attributes: &str) -> Result<Self, BadRowReason> {
        let mut context = Self::default();
        if attributes.is_empty() {
            return Ok(context);
        }
        let pairs = attributes.strip_prefix('^').ok_or(BadRowReason::Context)?;
        for (key, value) in url::form_urlencoded::parse(pairs.as_bytes()) {
            match key.as_ref() {
                "userContextId" => context.container = value.parse().map_err(|_| BadRowReason::Context)?,
                "partitionKey" => context.partition = Some(site(&value).ok_or(BadRowReason::Partition)?),
                _ => return Err(BadRowReason::Context),
            }
        }
        Ok(context)
    }
}

/// `(https,example.org)` as `https://example.org`; `None` for a port, for the mark of foreign ancestors, and for the old form
/// without a scheme, since a jar knows none of these.
fn site(key: &str) -> Option<String> {
    let (scheme, host) = key.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    if !matches!(scheme, "http" | "https") || host.contains(',') {
        return None;
    }
    Some([scheme, "://", &canonical_host(host)?].concat())
}

/// The name of a column of the query, for messages.
fn column(place: usize) -> &'static str {
    place.checked_sub(1).and_then(|place| COLUMNS.get(place)).map_or("rowid", |(name, _)| name)
}

fn bytes<'r>(row: &'r Row<'_>, place: usize) -> Result<&'r [u8], BadRowReason> {
    match row.get_ref(place) {
        Ok(ValueRef::Text(bytes)) => Ok(bytes),
        _ => Err(BadRowReason::Type(column(place))),
    }
}

fn text<'r>(row: &'r Row<'_>, place: usize) -> Result<&'r str, BadRowReason> {
    str::from_utf8(bytes(row, place)?).map_err(|_| BadRowReason::Type(column(place)))
}

fn is_null(row: &Row<'_>, place: usize) -> bool {
    matches!(row.get_ref(place), Ok(ValueRef::Null))
}

/// A number; `None` where there is none or no such column.
fn number(row: &Row<'_>, place: usize) -> Result<Option<i64>, BadRowReason> {
    match row.get_ref(place) {
        Ok(ValueRef::Integer(number)) => Ok(Some(number)),
        Ok(ValueRef::Null) => Ok(None),
        _ => Err(BadRowReason::Type(column(place))),
    }
}

fn needed(row: &Row<'_>, place: usize) -> Result<i64, BadRowReason> {
    number(row, place)?.ok_or(BadRowReason::Type(column(place)))
}

#[cfg(test)]
mod tests;
