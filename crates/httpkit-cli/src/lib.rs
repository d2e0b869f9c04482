//! The commands of httpkit: what they take, what they do, and what they print. A binary is one call into here.
//!
//! - [`http_server`]: the command `http-server`, what one types instead of `python -m http.server`.
//!
//! - [`fetch`]: the command `httpkit`, what one types instead of `curl`.
//!
//! **In scope:** what the libraries can do, from a terminal and from scripts. **Out of scope:** logic that a program might
//! want too; that belongs below.
//!
//! ```
//! use clap::Parser as _;
//! use httpkit_cli::http_server::Options;
//!
//! let options = Options::try_parse_from(["http-server", "0", "--bind", "127.0.0.1"])?;
//! assert_eq!(options.port, Some(0));
//! # Ok::<(), clap::Error>(())
//! ```
//!
//! | promise | by | held by |
//! | --- | --- | --- |
//! | scripts can rely on exit codes and on what is printed | codes stand in each command's help; with `--json` the first line is JSON | `exit_codes_say_what_went_wrong`, `scripts_get_the_port_by_json_and_by_file` |
//! | no secret is printed | passwords have a type of their own, [`http_server::Secret`] | `no_password_is_shown_in_debug_text`, `verbose_shows_both_ways_and_hides_secrets`, `a_file_that_is_wrong_is_named_with_its_line_and_without_its_secrets` |
//! | nothing half done is left | downloads are put in place whole, or kept for `--continue` | `a_download_that_breaks_off_is_kept_and_continued`, `without_continue_a_download_begins_anew` |
//!
//! It has no features. Rust 1.89 or later; a release that needs a newer one says so in the changelog.
//!
//! The commands are a crate of their own so that nobody who uses the libraries compiles a parser of command lines.

mod causes;
pub mod fetch;
pub mod http_server;
