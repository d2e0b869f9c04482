//! What can be seen of `Client` from outside: events in order, `tracing`, and no secrets in either.

use crate::agent_tls::Secure;
use http_client::client::{Client, Event, PoolLimits, Proxies, Proxy};
use http_client::testing::FakeClock;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::stage::{After, Stage, write_answer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

/// A subscriber that writes down spans and events as lines of text.
#[derive(Clone, Default)]
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Lines {
    fn push(&self, start: &str, record: impl FnOnce(&mut Text)) {
        let mut text = Text(start.to_owned());
        record(&mut text);
        self.lines.lock().unwrap().push(text.0);
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "http_client"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.push(&format!("span {}", span.metadata().name()), |text| span.record(text));
        Id::from_u64(self.spans.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.push("record", |text| values.record(text));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        self.push("event", |text| event.record(text));
    }

    fn enter(&self, _: &Id) {
        self.push("enter", |_| ());
    }

    fn exit(&self, _: &Id) {
        self.push("exit", |_| ());
    }
}

/// Sends `/` on to `/there`, and closes behind `/last`.
fn stage() -> Stage {
    Stage::start(|seen, stream| {
        match seen.method_and_target().1.split('?').next() {
            Some("/") => write_answer(stream, "302 Found", "Location: /there?token=secret\r\n", b"")?,
            Some("/last") => write_answer(stream, "200 OK", "Connection: close\r\n", b"bye")?,
            _ => write_answer(stream, "200 OK", "Set-Cookie: id=secret\r\n", b"hello")?,
        }
        Ok(After::Keep)
    })
    .unwrap()
}

#[test]
fn tracing_gets_a_span_a_call_and_an_event_a_step_without_secrets() {
    let stage = stage();
    let lines = Lines::default();
    let client = Client::builder().tracing().build().unwrap();
    tracing::subscriber::with_default(lines.clone(), || {
        let url = stage.url("/?key=secret").replace("http://", "http://joe:secret@");
        let call = client.get(url).header("Cookie", "a=secret").header("Proxy-Authorization", "secret");
        assert_eq!(call.send().unwrap().text().unwrap(), "hello");
        client.get("http://127.0.0.1:0/?key=secret").send().unwrap_err();
    });
    let lines = lines.lines.lock().unwrap().clone();
    let text = lines.join("\n");
    assert!(!text.contains("secret") && !text.contains("joe"), "{text}");
    let starts: Vec<String> = lines
        .iter()
        .map(|line| {
            let message =
                line.split(" message=").nth(1).map(|rest| rest.split_inclusive(char::is_alphabetic));
            match message {
                Some(message) => message.collect::<String>().split(' ').next().unwrap().to_owned(),
                None => line.split(' ').next().unwrap().to_owned(),
            }
        })
        .collect();
    let expected = "span enter started connected sent first answered redirected started reused sent first answered record exit \
                    content pooled span enter record exit";
    // Draining the redirect gives its connection back before the next request.
    let seen: Vec<&str> = starts.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let without_draining: Vec<&str> = {
        let mut seen = seen.clone();
        let drained = seen.iter().position(|word| *word == "pooled").unwrap();
        seen.remove(drained);
        seen
    };
    assert_eq!(without_draining.join(" "), expected, "{text}");
    assert!(lines[0].starts_with("span call"), "{text}");
    assert!(lines[0].contains("method=GET") && lines[0].contains("?[hidden]"), "{text}");
    assert!(text.contains("record status=200") && text.contains("record error="), "{text}");
}

/// A client and the names of what its observers are told.
fn watched(
    change: impl FnOnce(http_client::client::ClientBuilder) -> http_client::client::ClientBuilder,
) -> (Client, Arc<Mutex<Vec<String>>>) {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&told);
    let builder = Client::builder().observer(move |event: &Event<'_>| {
        let text = format!("{event:?}");
        let name = text.split([' ', '{']).next().unwrap_or_default().to_owned();
        record.lock().unwrap().push(match event {
            Event::Closed { reason } => format!("{name}: {reason}"),
            _ => name,
        });
    });
    (change(builder).build().unwrap(), told)
}

#[track_caller]
fn last(told: &Mutex<Vec<String>>, expected: &str) {
    assert_eq!(told.lock().unwrap().last().map(String::as_str), Some(expected));
}

#[test]
fn every_end_of_a_connection_is_told_with_its_reason() {
    let stage = stage();
    let clock = FakeClock::new();
    let (client, told) = watched(|builder| {
        builder.clock(clock.clone()).pool(PoolLimits::DEFAULT.idle_age_max(Duration::from_secs(5)))
    });
    client.get(stage.url("/last")).send().unwrap().text().unwrap();
    last(&told, "Closed: the peer asked to close");
    drop(client.get(stage.url("/there")).header("Expect-Nothing", "1").send().unwrap());
    last(&told, "Pooled");
    clock.advance(Duration::from_secs(6));
    client.get(stage.url("/there")).send().unwrap().text().unwrap();
    let closed = told.lock().unwrap().iter().filter(|name| *name == "Closed: this side closed it").count();
    assert_eq!(closed, 1, "one was too old");
    client.close_idle();
    last(&told, "Closed: this side closed it");
    client.get(stage.url("/there")).send().unwrap().text().unwrap();
    drop(client);
    last(&told, "Closed: this side closed it");

    let broken = Stage::start(|_, stream| {
        std::io::Write::write_all(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")?;
        Ok(After::Close)
    })
    .unwrap();
    let (client, told) = watched(|builder| builder);
    client.get(broken.url("/")).send().unwrap().bytes().unwrap_err();
    last(&told, "Closed: the peer closed the connection");
    drop(client.get(broken.url("/")).send().unwrap());
    last(&told, "Closed: content was left unread");
}

#[test]
fn tls_is_an_event_of_its_own_and_has_its_time() {
    let secure = Secure::hello();
    let trust = secure.trust.clone();
    let (client, told) = watched(|builder| builder.tls(trust));
    let answer = client.get(secure.url("/")).send().unwrap();
    let timings = *answer.timings();
    answer.text().unwrap();
    assert!(timings.tls > Duration::ZERO && timings.tls <= timings.connect, "{timings:?}");
    assert!(timings.connect <= timings.head, "{timings:?}");
    let told = told.lock().unwrap();
    assert_eq!(told[..4], ["Started", "Connected", "Secured", "Sent"]);
}

#[test]
fn each_of_several_observers_is_told_in_the_order_in_which_they_were_added() {
    let stage = stage();
    let order: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (one, two) = (Arc::clone(&order), Arc::clone(&order));
    let client = Client::builder()
        .observer(move |_: &Event<'_>| one.lock().unwrap().push(1))
        .observer(move |_: &Event<'_>| two.lock().unwrap().push(2))
        .build()
        .unwrap();
    client.get(stage.url("/there")).send().unwrap().text().unwrap();
    let order = order.lock().unwrap();
    assert!(order.len() > 4 && order.chunks(2).all(|pair| pair == [1, 2]), "{order:?}");
}

#[test]
fn debug_text_of_clients_requests_answers_and_errors_holds_no_secrets() {
    let stage = stage();
    let proxy = Proxy::new(&format!("http://joe:secret@{}", stage.address())).unwrap();
    let builder =
        Client::builder().default_header("Authorization", "secret").proxies(Proxies::all(proxy.clone()));
    let mut shown = vec![format!("{builder:?}"), format!("{proxy:?}")];
    let client = builder.build().unwrap();
    let call =
        client.get("http://joe:secret@a.test/there").header("Cookie", "secret").basic_auth("joe", "secret");
    shown.push(format!("{call:?}"));
    let request = call.build().unwrap();
    shown.push(format!("{request:?}"));
    let answer = client.send(request).unwrap();
    shown.push(format!("{answer:?}"));
    shown.push(format!("{client:?}"));
    let error = Client::new().get("http://joe:secret@127.0.0.1:0/").send().unwrap_err();
    shown.extend([format!("{error:?}"), format!("{error:#}")]);
    for text in shown {
        assert!(!text.contains("secret"), "{text}");
    }
}
