//! Notes by number over HTTP: a router, forms, conditions that keep two writers from overwriting each other, and a log.
//!
//! `cargo run -p httpkit --example notes_api -- [ADDRESS]`, then `curl -d text=milk URL/notes` and `curl URL/notes/1`
#![expect(clippy::print_stdout, reason = "a program that talks to a person")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use httpkit::StatusCode;
use httpkit::server::{
    Error as ServerError, HandlerError, Logged, Method, Request, Response, Router, Server,
};

/// A text and how often it was changed, which is its entity tag.
type Note = (String, u32);
type Notes = Arc<Mutex<BTreeMap<u32, Note>>>;

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let notes = Notes::default();
    let on = |answer: fn(&Notes, &mut Request<'_>) -> Result<Response, HandlerError>| {
        let notes = Arc::clone(&notes);
        move |request: &mut Request<'_>| answer(&notes, request)
    };
    let router = Router::new()
        .get("/notes", on(list))?
        .post("/notes", on(add))?
        .get("/notes/{number}", on(show))?
        .route(Method::PUT, "/notes/{number}", on(change))?
        .route(Method::DELETE, "/notes/{number}", on(remove))?;
    let server = Server::bind(address)?.serve(Logged::new(router))?;
    for address in server.addresses() {
        println!("http://{address}/notes");
    }
    server.wait();
    Ok(())
}

fn list(notes: &Notes, _: &mut Request<'_>) -> Result<Response, HandlerError> {
    let notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Response::text(
        notes.iter().map(|(number, (text, _))| format!("{number}\t{text}\n")).collect::<String>(),
    ))
}

fn add(notes: &Notes, request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let text = text_of(request)?;
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    let number = notes.last_key_value().map_or(1, |(last, _)| last + 1);
    notes.insert(number, (text, 1));
    Ok(Response::new(StatusCode::CREATED).with_header("Location", format!("/notes/{number}")))
}

fn show(notes: &Notes, request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    let (text, changes) = notes.get(&number_of(request)?).ok_or(NOT_FOUND)?;
    Ok(Response::text(format!("{text}\n")).with_header("ETag", tag(*changes)))
}

/// With `If-Match` (RFC 9110 §13.1.1) only if nobody else has changed the note since.
fn change(notes: &Notes, request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let number = number_of(request)?;
    let wanted = request.header("If-Match").map(|value| value.as_bytes().to_vec());
    let text = text_of(request)?;
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    let note = notes.get_mut(&number).ok_or(NOT_FOUND)?;
    if wanted.is_some_and(|wanted| wanted != b"*" && wanted != tag(note.1).as_bytes()) {
        return Err(ServerError::Status(StatusCode::PRECONDITION_FAILED).into());
    }
    *note = (text, note.1 + 1);
    Ok(Response::new(StatusCode::NO_CONTENT).with_header("ETag", tag(note.1)))
}

fn remove(notes: &Notes, request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    notes.remove(&number_of(request)?).ok_or(NOT_FOUND)?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

const NOT_FOUND: ServerError = ServerError::Status(StatusCode::NOT_FOUND);

fn number_of(request: &Request<'_>) -> Result<u32, ServerError> {
    Router::parameter(request, "number").and_then(|number| number.parse().ok()).ok_or(NOT_FOUND)
}

/// The field `text` of a form.
fn text_of(request: &mut Request<'_>) -> Result<String, ServerError> {
    let fields = request.read_form(10_000)?;
    let text = fields.into_iter().find_map(|(name, value)| (name == "text").then_some(value));
    text.ok_or(ServerError::Status(StatusCode::UNPROCESSABLE_ENTITY))
}

fn tag(changes: u32) -> String {
    format!("\"{changes}\"")
}
