//! A server that counts visits in a sealed cookie and remembers a colour in a plain one; it keeps nothing itself, so that
//! any machine with the same secret could answer the next request. `cargo run -p httpkit --example cookies --features secure`
#![expect(clippy::print_stdout, reason = "a program that talks to a person")]

use std::error::Error;
use std::time::{Duration, SystemTime};

use httpkit::cookies::secure::{Keyring, SecretKey};
use httpkit::cookies::{BaseCookie, CookieBuilder, Percent, SameSite, request_pairs};
use httpkit::server::{HandlerError, Request, Response, Server};

const VISITS: &str = "visits";
const A_WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

fn main() -> Result<(), Box<dyn Error>> {
    // A service reads its secret from a place that all its machines share; this one forgets when it ends.
    let keys = Keyring::new(SecretKey::from_bytes(&SecretKey::generate_bytes()?)?);
    let server = Server::bind("127.0.0.1:0")?
        .serve(move |request: &mut Request<'_>| answer(&keys, request, clock()))?;
    for address in server.addresses() {
        println!("try http://{address}/?colour=sea%20green and reload; http://{address}/forget starts again");
    }
    server.wait();
    Ok(())
}

fn answer(keys: &Keyring, request: &Request<'_>, now: SystemTime) -> Result<Response, HandlerError> {
    if request.path() == "/forget" {
        let mut response = Response::text("forgotten\n");
        for name in [VISITS, "colour"] {
            CookieBuilder::new(name, "").path("/").removal().append_to(response.headers_mut())?;
        }
        return Ok(response);
    }
    let visits = visits(keys, request, now) + 1;
    let asked = request.query_value("colour");
    let colour = asked.as_deref().map_or_else(|| kept_colour(request), |colour| Some(colour.to_owned()));
    let mut response = Response::text(match &colour {
        Some(colour) => format!("visit {visits}, in {colour}\n"),
        None => format!("visit {visits}\n"),
    });
    // Over HTTPS these would be `secure()` as well, and the first could be called `__Host-visits`.
    let sealed = keys.seal(VISITS, visits.to_string(), now + A_WEEK)?;
    CookieBuilder::new(VISITS, &sealed)
        .path("/")
        .max_age(A_WEEK)
        .http_only()
        .same_site(SameSite::Lax)
        .append_to(response.headers_mut())?;
    if let Some(colour) = &asked {
        CookieBuilder::encoded("colour", colour, &Percent)?.path("/").append_to(response.headers_mut())?;
    }
    Ok(response)
}

/// The count that the browser brings; a forged or expired one counts as none.
fn visits(keys: &Keyring, request: &Request<'_>, now: SystemTime) -> u32 {
    request_pairs(request.headers())
        .filter(|(name, _)| *name == VISITS.as_bytes())
        .filter_map(|(_, text)| keys.open_at(VISITS, text, now).ok())
        .find_map(|opened| std::str::from_utf8(&opened.value).ok()?.parse().ok())
        .unwrap_or(0)
}

/// The colour that the browser brings, read with the dictionary that Python's users know.
fn kept_colour(request: &Request<'_>) -> Option<String> {
    let mut cookies = BaseCookie::<Percent>::new();
    let _skipped = cookies.load_request(request.headers());
    cookies.value("colour").map(str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "a program asks the clock at its edge")]
fn clock() -> SystemTime {
    SystemTime::now()
}
