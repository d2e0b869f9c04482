//! The command `httpkit`.

use std::process::ExitCode;

fn main() -> ExitCode {
    httpkit_cli::fetch::main()
}
