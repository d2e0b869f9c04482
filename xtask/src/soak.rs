//! `soak`: the server under everything that clients do to it, for a long time. What is done, and what must hold at the
//! end, is in `tests/soak`.

use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

/// How long it takes when nobody says.
const SECONDS: u32 = 600;

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let seconds = match arguments {
        [] => SECONDS,
        [only] => only.parse().map_err(|_| Failure::new(format!("{only:?} is not a number of seconds")))?,
        _ => return Err(Failure::new("usage: cargo xtask soak [SECONDS]")),
    };
    // In the profile of the tests: an overflow or a broken assertion ends it.
    Call::cargo(context)
        .env("HTTPKIT_SOAK_SECONDS", seconds.to_string())
        .args(["test", "-p", "httpkit-tests", "--test", "soak", "--", "--nocapture"])
        .run_tests(context)
        .map(drop)
}
