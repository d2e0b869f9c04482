//! Where an answer goes: standard output or a file, with its head, with a bar, or not at all.

use crate::fetch::Failure;
use crate::fetch::options::GetOptions;
use httpkit::client::client::{Downloaded, RequestBuilder, Response, Timings};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

/// Sends the request and shows the answer.
pub(crate) fn show(options: &GetOptions, request: RequestBuilder) -> Result<(), Failure> {
    let Some(path) = path(options)? else {
        let mut answer = request.send()?;
        told_timings(options, answer.timings());
        refuse(options, &answer)?;
        return print(options, &mut answer);
    };
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
    let saved = if options.resume { resume(options, request, &path) } else { save(options, request, &path) };
    bar.finish_and_clear();
    saved
}

fn save(options: &GetOptions, request: RequestBuilder, path: &std::path::Path) -> Result<(), Failure> {
    let answer = request.send()?;
    told_timings(options, answer.timings());
    refuse(options, &answer)?;
    if options.include {
        write_head(&answer).map_err(|error| Failure::output(&error))?;
    }
    answer.save_to(path)?;
    Ok(())
}

fn resume(options: &GetOptions, request: RequestBuilder, path: &std::path::Path) -> Result<(), Failure> {
    match request.download(path)? {
        Downloaded::Refused(mut answer) => {
            refuse(options, &answer)?;
            print(options, &mut answer)
        }
        _ => Ok(()),
    }
}

fn path(options: &GetOptions) -> Result<Option<PathBuf>, Failure> {
    if let Some(path) = &options.output {
        return Ok(if path.as_os_str() == "-" { None } else { Some(path.clone()) });
    }
    if !options.remote_name {
        return if options.resume { Err(Failure::usage("--continue needs -o or -O")) } else { Ok(None) };
    }
    let before_query = options.url.split(['?', '#']).next().unwrap_or_default();
    let path = before_query.split_once("://").map_or(before_query, |(_, rest)| rest);
    let name = path.split_once('/').map_or("", |(_, path)| path).rsplit('/').next().unwrap_or_default();
    // The name is the user's own, but `..` and what Windows takes for a path are no file names.
    if name.is_empty() || name == "." || name == ".." || name.contains(['\\', ':']) {
        return Err(Failure::usage("-O: the URL's path ends with no file name; use -o FILE"));
    }
    Ok(Some(PathBuf::from(name)))
}

fn refuse(options: &GetOptions, answer: &Response) -> Result<(), Failure> {
    let status = answer.status();
    if options.fail && (status.is_client_error() || status.is_server_error()) {
        return Err(Failure::status(status.as_u16()));
    }
    Ok(())
}

fn print(options: &GetOptions, answer: &mut Response) -> Result<(), Failure> {
    if options.include {
        write_head(answer).map_err(|error| Failure::output(&error))?;
    }
    let mut out = io::stdout().lock();
    answer.copy_to(&mut out)?;
    out.flush().map_err(|error| Failure::output(&error))
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

fn told_timings(options: &GetOptions, timings: &Timings) {
    if !options.timings {
        return;
    }
    let Timings { pool_wait, resolve, connect, send, first_byte, head, .. } = timings;
    let lines = [
        ("pool wait", pool_wait),
        ("resolve", resolve),
        ("connect", connect),
        ("send", send),
        ("first byte", first_byte),
        ("head", head),
    ];
    for (name, took) in lines {
        // Nobody is left to tell where standard error is closed.
        let _ = writeln!(io::stderr(), "{name:>10} {:>9.3} ms", took.as_secs_f64() * 1000.0);
    }
}
