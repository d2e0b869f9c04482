//! Cookies that browsers keep: how to set them so that they stay, and how to keep those of others.
//!
//! # Setting
//!
//! A browser drops a cookie in silence: a prefix whose rules are broken, `SameSite=None` without `Secure`, a name and value of
//! more than 4096 bytes, a control character. [`CookieBuilder`](crate::cookies::CookieBuilder) says so before it is sent:
//!
//! ```
//! use httpkit::cookies::{CookieBuilder, CookieError, SameSite};
//! use httpkit::server::{Request, Response, testing};
//! use std::time::Duration;
//!
//! let login = |_request: &mut Request<'_>| -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
//!     let session = CookieBuilder::new("__Host-session", "31d4d96e407aad42")
//!         .path("/")
//!         .secure()
//!         .http_only()
//!         .same_site(SameSite::Lax)
//!         .max_age(Duration::from_secs(14 * 86_400))
//!         .build()?;
//!     Ok(Response::text("welcome").with_header("Set-Cookie", session.as_bytes()))
//! };
//! let answer = testing::post("/login", "").send_to(&login);
//! assert!(answer.headers().get("Set-Cookie").is_some());
//!
//! // Another site may embed it only over TLS.
//! let refused = CookieBuilder::new("widget", "1").same_site(SameSite::None).build();
//! assert_eq!(refused, Err(CookieError::NeedsSecure("SameSite=None")));
//! ```
//!
//! A good default for a session is the one above: `__Host-` binds it to this host, to `/` and to TLS; `HttpOnly` hides it from
//! scripts; `Lax` keeps other sites' forms from using it. Browsers keep nothing longer than 400 days.
//!
//! To delete a cookie, send it again with the same name, path and domain and
//! [`removal`](crate::cookies::CookieBuilder::removal). With the feature `secure` a value can be signed or encrypted, so that
//! state lives with the browser.
//!
//! # Reading
//!
//! What arrives is written by strangers. [`pairs`](crate::cookies::pairs) reads any bytes, in order, without copying:
//!
//! ```
//! let sent = "theme=dark; __Host-session=31d4; broken; theme=light";
//! assert_eq!(httpkit::cookies::pairs(sent).get("__Host-session"), Some("31d4"));
//! ```
//!
//! # Keeping
//!
//! A [`SharedJar`](crate::cookiejar::SharedJar) in a client keeps what servers set and returns it where it belongs, on every hop
//! of a redirect. A file keeps it over restarts, in the format that curl and wget read, saved whole or not at all:
//!
//! ```
//! use httpkit::client::Client;
//! use httpkit::cookiejar::{LoadOptions, MozillaCookieJar, RequestInfo, SaveOptions, SharedJar};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("cookies.txt");
//! let jar = SharedJar::new(MozillaCookieJar::open(&file, LoadOptions::new())?);
//! let client = Client::builder().cookies(Arc::new(jar.clone())).build()?;
//! # let server = httpkit::server::Server::bind("127.0.0.1:0")?.serve(|request: &mut httpkit::server::Request<'_>| {
//! #     let sent = String::from_utf8_lossy(request.headers().get("Cookie").map_or(&b""[..], |value| value.as_bytes())).into_owned();
//! #     httpkit::server::Response::text(sent).with_header("Set-Cookie", "seen=1; Max-Age=3600")
//! # })?;
//! # let url = format!("http://{}/", server.addresses()[0]);
//! assert_eq!(client.get(&url).send()?.text()?, "");
//! assert_eq!(client.get(&url).send()?.text()?, "seen=1");
//!
//! // Why is a cookie not sent?
//! for cookie in jar.lock().explain(&RequestInfo::from_url("http://elsewhere.example/")?) {
//!     println!("{:?}: {:?}", cookie.cookie.name_str(), cookie.verdict);
//! }
//!
//! // The guard goes at the end of its statement: a call that is made while one is held waits for it for ever.
//! assert_eq!(jar.lock().save(None, SaveOptions::new())?.cookies, 1);
//! assert_eq!(MozillaCookieJar::open(&file, LoadOptions::new())?.len(), 1);
//! # Ok(())
//! # }
//! ```
