//! Asking for a password at the terminal, where nobody sees it.

use crate::fetch::Failure;
use std::io::{self, IsTerminal as _};

/// User and password of `--user`; a password that was not given is asked for.
pub(crate) fn user_and_password(typed: &str) -> Result<(&str, String), Failure> {
    if let Some((user, password)) = typed.split_once(':') {
        return Ok((user, password.to_owned()));
    }
    let advice = "-u USER:PASSWORD gives one, and --netrc reads it from a file";
    if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
        let text = format!("--user {typed}: no password, and no terminal to ask for it; {advice}");
        return Err(Failure::usage(text));
    }
    match ask(&format!("Password of {typed}: ")) {
        Ok(password) => Ok((typed, password)),
        Err(error) => {
            Err(Failure::usage(format!("--user {typed}: cannot ask for the password: {error}; {advice}")))
        }
    }
}

/// Asks at the terminal itself, wherever the standard streams lead.
#[cfg(unix)]
fn ask(question: &str) -> io::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    use std::io::{BufRead as _, BufReader, Write as _};

    let terminal = std::fs::File::options().read(true).write(true).open("/dev/tty")?;
    let usual = tcgetattr(&terminal)?;
    let mut unseen = usual.clone();
    unseen.local_modes.remove(LocalModes::ECHO);
    unseen.local_modes.insert(LocalModes::ECHONL);
    // Before the question, so that no answer is too quick to be hidden.
    tcsetattr(&terminal, OptionalActions::Flush, &unseen)?;
    let mut line = String::new();
    let asked = (&terminal).write_all(question.as_bytes());
    let read = asked.and_then(|()| BufReader::new(&terminal).read_line(&mut line));
    tcsetattr(&terminal, OptionalActions::Now, &usual)?;
    match read? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

#[cfg(not(unix))]
fn ask(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question)
}
