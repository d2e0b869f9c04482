//! Where an answer goes: standard output or a file, with its head, with a bar, or not at all.

use crate::fetch::options::GetOptions;
use crate::fetch::{Failure, clock, typed};
use httpkit::Method;
use httpkit::client::client::{Downloaded, Error, Next, Request, RequestBuilder, Response, Timings};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

/// Sends the request and shows the answer.
pub(crate) fn show(options: &GetOptions, request: RequestBuilder, is_plain_get: bool) -> Result<(), Failure> {
    let begun = clock::now();
    let shown = match path(options)? {
        None => print(options, send(options, request)?),
        Some(path) => to_file(options, request, &path, is_plain_get),
    };
    if options.timings {
        say_took("all", clock::now().saturating_duration_since(begun));
    }
    shown
}

/// Sends the request, with a bar for a file that goes up.
fn send(options: &GetOptions, request: RequestBuilder) -> Result<Response, Error> {
    let bar = if options.upload_file.is_some() { bar(options) } else { ProgressBar::hidden() };
    if bar.is_hidden() {
        return request.send();
    }
    let moving = bar.clone();
    let answer = request
        .on_upload(move |sent, total| {
            if let Some(total) = total {
                moving.set_length(total);
            }
            moving.set_position(sent);
        })
        .send();
    bar.finish_and_clear();
    answer
}

/// Shows what is asked for of each answer as soon as its head is there.
pub(crate) fn heads(
    include: bool,
    timings: bool,
) -> impl Fn(Request, Next<'_>) -> Result<Response, Error> + Send + Sync {
    move |request, next| {
        let answer = next.run(request)?;
        if timings {
            say_timings(answer.timings());
        }
        if include {
            write_head(&answer).map_err(Error::other)?;
        }
        Ok(answer)
    }
}

fn to_file(
    options: &GetOptions,
    request: RequestBuilder,
    path: &Path,
    is_plain_get: bool,
) -> Result<(), Failure> {
    if options.resume && !is_plain_get {
        return Err(Failure::usage("--continue is for GET requests without content"));
    }
    if path.is_dir() {
        return Err(Failure::file("write", path, "it is a folder; name a file in it"));
    }
    let bar = bar(options);
    let (moving, is_shown) = (bar.clone(), !bar.is_hidden());
    let request = if is_shown {
        request.on_download(move |received, total| {
            if let Some(total) = total {
                moving.set_length(total);
            }
            moving.set_position(received);
        })
    } else {
        request
    };
    let saved = if is_plain_get { download(options, request, path) } else { save(options, request, path) };
    bar.finish_and_clear();
    let (bytes, resumed_bytes) = saved?;
    if is_shown {
        let there = match resumed_bytes {
            0 => String::new(),
            there => format!(", {} of it from an earlier download", HumanBytes(there)),
        };
        // Nobody is left to tell where standard error is closed.
        let _ = writeln!(io::stderr(), "saved {} ({}{there})", path.display(), HumanBytes(bytes));
    }
    Ok(())
}

/// Content of an answer that cannot be asked for in parts.
fn save(options: &GetOptions, request: RequestBuilder, path: &Path) -> Result<(u64, u64), Failure> {
    let answer = request.send()?;
    refuse(options, &answer)?;
    Ok((answer.save_to(path)?, 0))
}

/// What breaks off stays beside the file, for `--continue` to go on with.
fn download(options: &GetOptions, request: RequestBuilder, path: &Path) -> Result<(u64, u64), Failure> {
    let done = if options.resume { request.download(path) } else { request.download_anew(path) };
    match done? {
        Downloaded::Refused(answer) => {
            refuse(options, &answer)?;
            // What the server says instead of the file is saved too, as curl does, but never continued.
            Ok((answer.save_to(path)?, 0))
        }
        Downloaded::Saved { bytes, resumed_bytes, .. } => Ok((bytes, resumed_bytes)),
        _ => Err(Failure::usage("the download ended in a way that is not known here")),
    }
}

/// Whether the content goes to a file.
pub(crate) fn is_saved(options: &GetOptions) -> bool {
    options.remote_name || options.output.as_ref().is_some_and(|path| path.as_os_str() != "-")
}

fn path(options: &GetOptions) -> Result<Option<PathBuf>, Failure> {
    if !is_saved(options) {
        let text = "--continue needs -o FILE or -O";
        return if options.resume { Err(Failure::usage(text)) } else { Ok(None) };
    }
    if let Some(path) = &options.output {
        return Ok(Some(path.clone()));
    }
    let name = typed::file_name(&options.url)
        .ok_or_else(|| Failure::usage("-O: the URL's path ends with no file name; use -o FILE"))?;
    Ok(Some(PathBuf::from(name)))
}

fn refuse(options: &GetOptions, answer: &Response) -> Result<(), Failure> {
    let status = answer.status();
    if options.fail && (status.is_client_error() || status.is_server_error()) {
        return Err(Failure::status(status.as_u16()));
    }
    Ok(())
}

fn print(options: &GetOptions, mut answer: Response) -> Result<(), Failure> {
    refuse(options, &answer)?;
    let mut out = io::stdout().lock();
    if options.output.is_none() && out.is_terminal() && looks_binary(&mut answer)? {
        return Err(Failure::terminal());
    }
    answer.copy_to(&mut out)?;
    out.flush().map_err(|error| Failure::output(&error))
}

/// Whether the content begins with what no text has.
fn looks_binary(answer: &mut Response) -> Result<bool, Failure> {
    let begin = answer.fill_buf().map_err(|error| Failure::broken(&error))?;
    Ok(begin.iter().take(4096).any(|&byte| byte == 0))
}

fn write_head(answer: &Response) -> io::Result<()> {
    let mut head = format!("{:?} {} ", answer.version(), answer.status().as_u16()).into_bytes();
    head.extend_from_slice(answer.reason());
    head.extend_from_slice(b"\r\n");
    answer.headers().write_to(&mut head);
    head.extend_from_slice(b"\r\n");
    io::stdout().lock().write_all(&head)
}

fn bar(options: &GetOptions) -> ProgressBar {
    if options.silent || options.verbose || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    let template = "{bytes:>10} / {total_bytes:<10} [{bar:30}] {bytes_per_sec:>12} {eta:>6}";
    // The template is a constant, and the default style is no harm.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn say_timings(timings: &Timings) {
    let Timings { resolve, connect, send, first_byte, head, .. } = *timings;
    let steps = [
        ("resolve", resolve),
        ("connect", connect),
        ("send", send),
        ("first byte", first_byte),
        ("head", head),
    ];
    for (name, took) in steps {
        say_took(name, took);
    }
}

fn say_took(name: &str, took: std::time::Duration) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(io::stderr(), "{name:>10} {:>9.3} ms", took.as_secs_f64() * 1000.0);
}

/// Whether the request is one whose content can be asked for in parts.
pub(crate) fn is_plain_get(method: &Method, has_content: bool) -> bool {
    *method == Method::GET && !has_content
}
