//! Manual pages and completions: each option that a command takes stands in each of its files.

use std::path::Path;

#[path = "../../examples/manuals.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod example;

/// The options that a person can see, of a command and of those within it.
fn long_options(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let own = own.filter_map(|argument| argument.get_long().map(str::to_owned));
    own.chain(command.get_subcommands().flat_map(long_options)).collect()
}

#[track_caller]
fn check(folder: &Path, file: &str, command: &clap::Command, prefix: &str) {
    // A page writes a hyphen so that nobody breaks a line there.
    let text = std::fs::read_to_string(folder.join(file)).unwrap().replace(r"\-", "-");
    let options = long_options(command);
    assert!(options.len() > 2, "{file}: {options:?}");
    for option in options {
        let whole_word = text.match_indices(&format!("{prefix}{option}")).any(|(at, found)| {
            let next = text[at + found.len()..].chars().next().unwrap_or(' ');
            !next.is_ascii_alphanumeric() && next != '-'
        });
        assert!(whole_word, "{file} lacks {prefix}{option}");
    }
}

#[test]
fn each_option_is_found_in_each_page_and_each_completion() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    example::write(folder).unwrap();
    let server = httpkit_cli::http_server::command();
    let httpkit = httpkit_cli::fetch::command();
    for command in [&server, &httpkit] {
        let name = command.get_name();
        check(folder, &format!("bash-completion/completions/{name}"), command, "--");
        check(folder, &format!("zsh/site-functions/_{name}"), command, "--");
        check(folder, &format!("fish/vendor_completions.d/{name}.fish"), command, "-l ");
    }
    check(folder, "man/man1/http-server.1", &server, "--");
    for command in httpkit.get_subcommands() {
        check(folder, &format!("man/man1/httpkit-{}.1", command.get_name()), command, "--");
    }
    let page = std::fs::read_to_string(folder.join("man/man1/httpkit-get.1")).unwrap();
    assert!(page.contains("URL"), "a page says what the command is called with: {page}");
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(example::write(file.path()).is_err());
}
