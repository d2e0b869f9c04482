//! `test`: all unit, doc and integration tests that need nothing but Rust. Those with foreign peers are
//! `interop` and `parity`.

use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let tally = Call::cargo(context)
        .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
        .args(arguments)
        .run_tests(context)?;
    if tally.passed == 0 {
        return Err(Failure::new("not one test ran: is the filter right?"));
    }
    Ok(())
}
