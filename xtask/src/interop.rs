//! `interop`: our server against foreign clients and our client against foreign servers, on loopback. The cases
//! live in `tests/interop`; here stands which programs they need and how those come onto the machine.

use crate::context::{Context, Failure, Outcome};
use crate::run::{Call, find_program};

/// A foreign program and the Debian package that brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer<'a> {
    pub(crate) program: &'a str,
    pub(crate) package: &'a str,
}

pub(crate) const PYTHON: Peer<'_> = Peer { program: "python3", package: "python3" };
pub(crate) const CURL: Peer<'_> = Peer { program: "curl", package: "curl" };
pub(crate) const WGET: Peer<'_> = Peer { program: "wget", package: "wget" };
/// Shows which calls a save makes, and in which order.
pub(crate) const STRACE: Peer<'_> = Peer { program: "strace", package: "strace" };
const UNZIP: Peer<'_> = Peer { program: "unzip", package: "unzip" };
/// Looks at the pages that we make.
const CHROMIUM: Peer<'_> = Peer { program: "chromium", package: "chromium" };

/// What the client is tested against beside CPython: a server, forward proxies, and a SOCKS proxy.
pub(crate) const NGINX: Peer<'_> = Peer { program: "nginx", package: "nginx-light" };
/// What stands in front of the server, beside nginx.
const HAPROXY: Peer<'_> = Peer { program: "haproxy", package: "haproxy" };
/// Load while one server takes over from another.
const WRK: Peer<'_> = Peer { program: "wrk", package: "wrk" };
const TINYPROXY: Peer<'_> = Peer { program: "tinyproxy", package: "tinyproxy-bin" };
const SQUID: Peer<'_> = Peer { program: "squid", package: "squid" };
const MICROSOCKS: Peer<'_> = Peer { program: "microsocks", package: "microsocks" };

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    provide(
        context,
        &[PYTHON, CURL, WGET, UNZIP, CHROMIUM, NGINX, HAPROXY, WRK, TINYPROXY, SQUID, MICROSOCKS],
    )?;
    // The browser visits the command, too. With the features that `test` has, so that CI builds it once.
    Call::cargo(context).args(["build", "--workspace", "--all-features", "--bin", "http-server"]).run()?;
    Call::cargo(context)
        .args(["test", "-p", "httpkit-tests", "--test", "interop", "--"])
        .args(arguments)
        .run_tests(context)
        .map(drop)
}

/// Servers that are measured beside ours.
pub(crate) const H2O: Peer<'_> = Peer { program: "h2o", package: "h2o" };
pub(crate) const LIGHTTPD: Peer<'_> = Peer { program: "lighttpd", package: "lighttpd" };
pub(crate) const GO: Peer<'_> = Peer { program: "go", package: "golang-go" };
pub(crate) const IP: Peer<'_> = Peer { program: "ip", package: "iproute2" };

/// Makes sure that the peers are there: installs what is missing where this may be done, and says what is missing
/// where not.
pub(crate) fn provide(context: &Context, peers: &[Peer<'_>]) -> Outcome {
    let missing: Vec<Peer<'_>> =
        peers.iter().copied().filter(|peer| find_program(peer.program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|peer| peer.package).collect();
    if find_program("apt-get").is_none() || !is_root(context) {
        return Err(Failure::new(format!(
            "missing on this machine: {}; install them, or run as root where apt-get is",
            packages.join(", ")
        )));
    }
    let apt =
        |words: &[&str]| Call::new(context, "apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(words);
    apt(&["update", "-qq"]).run()?;
    apt(&["install", "-y", "-qq", "--no-install-recommends"]).args(&packages).run()?;
    match missing.iter().find(|peer| find_program(peer.program).is_none()) {
        Some(peer) => Err(Failure::new(format!(
            "{} was installed, but {} is not on the path",
            peer.package, peer.program
        ))),
        None => Ok(()),
    }
}

fn is_root(context: &Context) -> bool {
    Call::new(context, "id").args(["-u"]).output().is_ok_and(|text| text.trim() == "0")
}
