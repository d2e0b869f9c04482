//! A board that everybody sees at once: what one browser posts, all others are told by server-sent events.
//!
//! `cargo run -p httpkit --example live_events -- [ADDRESS]`, then `curl -N URL/events` and `curl -d hello URL/`
#![expect(clippy::print_stdout, reason = "a program that talks to a person")]

use std::error::Error;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use httpkit::StatusCode;
use httpkit::server::{EventStream, HandlerError, Request, Response, Router, Server};

/// What is kept for those who come back with `Last-Event-ID`.
const NOTES_MAX: usize = 1000;
/// How often a silent stream shows that it lives, and notices that its reader is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// All notes and their numbers, from 1; the oldest are dropped.
#[derive(Default)]
struct Board {
    notes: Mutex<(usize, Vec<String>)>,
    changed: Condvar,
}

impl Board {
    fn pin(&self, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.1.push(note);
        if notes.1.len() > NOTES_MAX {
            notes.1.remove(0);
            notes.0 += 1;
        }
        drop(notes);
        self.changed.notify_all();
    }

    /// The first note behind number `seen`, with its number; none if there is none for a while.
    fn next(&self, seen: usize) -> Option<(usize, String)> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let (notes, _) = self
            .changed
            .wait_timeout_while(notes, HEARTBEAT, |notes| notes.0 + notes.1.len() <= seen)
            .unwrap_or_else(PoisonError::into_inner);
        let number = seen.max(notes.0);
        notes.1.get(number - notes.0).map(|note| (number + 1, note.clone()))
    }

    fn tell(&self, events: &mut EventStream<'_, '_>, mut seen: usize) -> io::Result<()> {
        loop {
            match self.next(seen) {
                Some((number, note)) => {
                    events.send_with_id(&number.to_string(), None, &note)?;
                    seen = number;
                }
                None => events.comment("still here")?,
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let board = Arc::new(Board::default());
    let router = Router::new()
        .get("/", |_: &mut Request<'_>| Response::html(PAGE))?
        .post("/", {
            let board = Arc::clone(&board);
            move |request: &mut Request<'_>| -> Result<Response, HandlerError> {
                board.pin(request.read_to_string(10_000)?);
                Ok(Response::new(StatusCode::NO_CONTENT))
            }
        })?
        .get("/events", move |request: &mut Request<'_>| {
            let seen = request.header("Last-Event-ID").and_then(|id| id.to_str().ok()?.parse().ok());
            let board = Arc::clone(&board);
            Response::event_stream(move |events| board.tell(events, seen.unwrap_or(0)))
        })?;
    let server = Server::bind(address)?.serve(router)?;
    for address in server.addresses() {
        println!("http://{address}/");
    }
    server.wait();
    Ok(())
}

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>Board</title>
<form><input name="note" autofocus autocomplete="off"> <button>Pin</button></form>
<ul></ul>
<script>
const form = document.forms[0];
form.onsubmit = event => {
  event.preventDefault();
  fetch("/", { method: "POST", body: form.note.value });
  form.reset();
};
new EventSource("/events").onmessage = event => {
  const item = document.createElement("li");
  item.textContent = event.data;
  document.querySelector("ul").append(item);
};
</script>
"#;
