//! The command `http-server`.

use std::process::ExitCode;

fn main() -> ExitCode {
    httpkit_cli::http_server::main()
}
