//! Sessions with a server in memory: the transport between does at each write what the test says, and time is a test's.

use super::TlsTransport;
use crate::clock::{Clock, Deadline};
use crate::connect::start_tls;
use crate::error::ErrorKind;
use crate::testing::FakeClock;
use crate::timeouts::{Limit, Timeouts};
use crate::tls::TlsConfig;
use crate::transport::{Incoming, Transport};
use crate::wire::Wire;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::VecDeque;
use std::io::{self, IoSlice, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// What becomes of one write. When all have been used, everything is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// So many bytes are taken.
    Takes(usize),
    /// So many bytes are taken when so much time has passed.
    TakesAfter(Duration, usize),
    /// A signal comes first.
    Interrupted,
    /// Nothing is taken, now and later.
    Stuck,
    /// The peer is gone, now and later.
    Gone,
}

use Fate::{Gone, Interrupted, Stuck, Takes, TakesAfter};

/// The transport below, with the server behind it.
struct Line {
    server: rustls::ServerConnection,
    /// Plaintext that has reached the server.
    arrived: Vec<u8>,
    /// Ciphertext for the client.
    back: Vec<u8>,
    /// Bytes that come in one read, and the time before each.
    drip: Option<(usize, Duration)>,
    fates: VecDeque<Fate>,
    writes: usize,
    clock: FakeClock,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Line {
    /// The server takes ciphertext, and gives what it has to say to it.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            self.server.read_tls(&mut bytes).unwrap();
            self.server.process_new_packets().unwrap();
            match self.server.reader().read_to_end(&mut self.arrived) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => panic!("{error}"),
                _ => {}
            }
        }
        self.give();
    }

    fn give(&mut self) {
        while self.server.wants_write() {
            self.server.write_tls(&mut self.back).unwrap();
        }
    }

    /// Waits, or fails as a socket does where that takes too long.
    fn wait(&self, time: Duration, timeout: Option<Duration>) -> io::Result<()> {
        let passes = timeout.map_or(time, |timeout| timeout.min(time));
        self.clock.advance(passes);
        if passes < time { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes += 1;
        let count = match self.fates.front().copied() {
            None => bytes.len(),
            Some(Takes(count)) => count,
            Some(TakesAfter(time, count)) => {
                self.wait(time, self.write_timeout)?;
                count
            }
            Some(Interrupted) => {
                self.fates.pop_front();
                return Err(io::ErrorKind::Interrupted.into());
            }
            Some(Stuck) => {
                let timeout = self.write_timeout.expect("nobody waits for ever");
                return self.wait(Duration::MAX, Some(timeout)).map(|()| 0);
            }
            Some(Gone) => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        self.fates.pop_front();
        let count = count.min(bytes.len());
        self.take(&bytes[..count]);
        Ok(count)
    }

    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (bytes_max, time) = self.drip.unwrap_or((buf.len(), Duration::ZERO));
        let time = if self.back.is_empty() { Duration::MAX } else { time };
        self.wait(time, self.read_timeout)?;
        let count = bytes_max.min(buf.len()).min(self.back.len());
        buf[..count].copy_from_slice(&self.back[..count]);
        self.back.drain(..count);
        Ok(count)
    }
}

#[derive(Clone)]
struct Below(Arc<Mutex<Line>>);

impl Below {
    fn new(clock: &FakeClock) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["a.b".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(made.cert.der().to_vec())], key)
            .unwrap();
        Self(Arc::new(Mutex::new(Line {
            server: rustls::ServerConnection::new(Arc::new(config)).unwrap(),
            arrived: Vec::new(),
            back: Vec::new(),
            drip: None,
            fates: VecDeque::new(),
            writes: 0,
            clock: clock.clone(),
            read_timeout: None,
            write_timeout: None,
        })))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A test that fails is followed by last words.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next writes come to.
    fn then(&self, fates: &[Fate]) {
        self.line().fates = fates.iter().copied().collect();
    }

    /// The server says something.
    fn answer(&self, text: &[u8]) {
        let mut line = self.line();
        line.server.writer().write_all(text).unwrap();
        line.give();
    }
}

impl Read for Below {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.line().read(buf)
    }
}

impl Write for Below {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.line().write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.line().write(&bufs.iter().flat_map(|buf| buf.iter().copied()).collect::<Vec<_>>())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Below {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.line().read_timeout = timeout;
        Ok(())
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.line().write_timeout = timeout;
        Ok(())
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        Ok(if self.line().back.is_empty() { Incoming::Nothing } else { Incoming::Bytes })
    }

    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        let would_wait = matches!(self.line().fates.front(), Some(Stuck | TakesAfter(..)));
        if would_wait && self.incoming()? == Incoming::Bytes {
            return Ok(None);
        }
        self.write_vectored(data).map(Some)
    }
}

fn session() -> rustls::ClientConnection {
    TlsConfig::builder().danger_accept_any_certificate().build().unwrap().session("a.b").unwrap()
}

/// A session that stands, with a second of patience.
fn established(clock: &FakeClock) -> (TlsTransport, Below) {
    let below = Below::new(clock);
    let mut tls = TlsTransport::new(session(), Box::new(below.clone()), Arc::new(clock.clone()));
    while !tls.handshake_step().unwrap() {}
    // The tickets.
    assert_eq!(tls.incoming().unwrap(), Incoming::Nothing);
    tls.set_read_timeout(Some(SECOND)).unwrap();
    tls.set_write_timeout(Some(SECOND)).unwrap();
    below.line().writes = 0;
    (tls, below)
}

fn wire(clock: &FakeClock) -> (Wire, Below) {
    let (tls, below) = established(clock);
    let mut wire = Wire::new(Box::new(tls), Arc::new(clock.clone()));
    wire.read_patience = (Some(SECOND), Limit::BetweenBytes);
    wire.write_patience = Some(SECOND);
    (wire, below)
}

/// Content that shows where it was repeated: longer than what a session takes at once.
fn content() -> Vec<u8> {
    (0..50_000_u32).flat_map(u32::to_be_bytes).collect()
}

/// Time by this clock.
fn since(clock: &FakeClock, begun: Instant) -> Duration {
    clock.now().saturating_duration_since(begun)
}

#[test]
fn an_interrupted_write_sends_nothing_twice() {
    #[track_caller]
    fn check(fates: &[Fate]) {
        let (clock, content) = (FakeClock::new(), content());
        let (early, late) = content.split_at(100_000);
        for mind_answer in [false, true] {
            let (mut wire, below) = wire(&clock);
            below.then(fates);
            let all = wire.write(&mut [early, late].map(IoSlice::new), 0, mind_answer).unwrap();
            assert_eq!((all, wire.sent_bytes), (None, content.len() as u64));
            assert!(below.line().arrived == content, "{fates:?}");
            let (mut one, below) = self::wire(&clock);
            below.then(fates);
            assert_eq!(one.write(&mut [IoSlice::new(&content)], 0, mind_answer).unwrap(), None);
            assert!(below.line().arrived == content, "{fates:?}");
        }
        let (mut tls, below) = established(&clock);
        below.then(fates);
        tls.write_all(&content).unwrap();
        while let Err(error) = tls.flush() {
            assert_eq!(error.kind(), io::ErrorKind::Interrupted);
        }
        assert!(below.line().arrived == content, "{fates:?}");
    }
    check(&[Interrupted]);
    check(&[Takes(10), Interrupted]);
    check(&[Interrupted, Interrupted, Takes(70), Interrupted, Takes(20_000), Interrupted]);
    check(&[Takes(66_000), Interrupted, Takes(1), Interrupted, Takes(1)]);
}

#[test]
fn a_write_that_waited_too_long_is_said_once_and_goes_on() {
    let clock = FakeClock::new();
    let (mut tls, below) = established(&clock);
    below.then(&[Stuck]);
    assert_eq!(tls.write(b"one ").unwrap(), 4, "the session has it");
    let begun = clock.now();
    let error = tls.write(b"two ").unwrap_err();
    assert_eq!((error.kind(), since(&clock, begun)), (io::ErrorKind::WouldBlock, Duration::ZERO));
    assert_eq!(tls.flush().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    below.then(&[]);
    tls.write_all(b"two").unwrap();
    assert_eq!(below.line().arrived, b"one two");
}

#[test]
fn what_a_session_has_sent_counts_as_sent() {
    let clock = FakeClock::new();
    for (fates, sent_bytes, patience) in [
        (&[Takes(10), Gone][..], 5, Some(SECOND)),
        (&[Takes(10), Gone], 5, None),
        (&[Takes(10), Takes(1), Gone], 5, None),
        (&[Gone], 0, Some(SECOND)),
        (&[Gone], 0, None),
    ] {
        let (mut wire, below) = wire(&clock);
        wire.write_patience = patience;
        below.then(fates);
        let error = wire.write(&mut [IoSlice::new(b"hello")], 0, false).unwrap_err();
        assert_eq!((error.kind(), wire.sent_bytes), (io::ErrorKind::BrokenPipe, sent_bytes));
        // It is over for good: otherwise what the session holds would come before what is written again.
        below.then(&[]);
        assert!(wire.write(&mut [IoSlice::new(b"hello")], 0, false).is_err());
        assert_eq!(below.line().arrived, b"");
    }
}

#[test]
fn a_peer_that_takes_little_by_little_has_the_patience_each_time_and_no_more_than_the_total() {
    let clock = FakeClock::new();
    let slow = [TakesAfter(SECOND * 3 / 5, 30_000); 8];
    let content = content();
    for mind_answer in [false, true] {
        let (mut wire, below) = wire(&clock);
        below.then(&slow);
        let begun = clock.now();
        assert_eq!(wire.write(&mut [IoSlice::new(&content)], 0, mind_answer).unwrap(), None);
        assert_eq!((below.line().arrived == content, since(&clock, begun) > 3 * SECOND), (true, true));

        let (mut wire, below) = self::wire(&clock);
        below.then(&slow);
        let begun = clock.now();
        wire.total = Deadline::after(&clock, Some(2 * SECOND));
        wire.write(&mut [IoSlice::new(&content)], 0, mind_answer).unwrap_err();
        assert_eq!((wire.expired, since(&clock, begun)), (Some(Limit::Total), 2 * SECOND));

        let (mut wire, below) = self::wire(&clock);
        below.then(&[Takes(10), Stuck]);
        let begun = clock.now();
        wire.write(&mut [IoSlice::new(&content)], 0, mind_answer).unwrap_err();
        assert_eq!((wire.expired, since(&clock, begun)), (Some(Limit::Write), SECOND));
    }
}

#[test]
fn a_record_that_drips_does_not_outlast_the_timeout() {
    let clock = FakeClock::new();
    let (mut tls, below) = established(&clock);
    below.answer(b"hello");
    below.line().drip = Some((1, SECOND * 2 / 5));
    let begun = clock.now();
    let error = tls.read(&mut [0; 9]).unwrap_err();
    assert_eq!((crate::error::is_wait(&error), since(&clock, begun)), (true, SECOND));
    let mut rooms = [[0; 3]; 2];
    let begun = clock.now();
    tls.read_vectored(&mut rooms.each_mut().map(|room| io::IoSliceMut::new(room))).unwrap_err();
    assert_eq!(since(&clock, begun), SECOND);
    // Nothing of it is lost, and the next read has its whole time.
    below.line().drip = Some((100, SECOND * 4 / 5));
    let mut text = [0; 9];
    assert_eq!((tls.read(&mut text).unwrap(), &text[..5]), (5, &b"hello"[..]));

    let (mut wire, below) = wire(&clock);
    below.answer(b"hello");
    below.line().drip = Some((1, SECOND * 2 / 5));
    wire.read_patience = (None, Limit::BetweenBytes);
    wire.total = Deadline::after(&clock, Some(3 * SECOND));
    let begun = clock.now();
    wire.read(&mut [0; 9]).unwrap_err();
    assert_eq!((wire.expired, since(&clock, begun)), (Some(Limit::Total), 3 * SECOND));
}

#[test]
fn a_record_in_many_pieces_that_come_fast_costs_no_timeouts() {
    let clock = FakeClock::new();
    let (mut tls, below) = established(&clock);
    below.answer(&[b'x'; 10_000]);
    below.line().drip = Some((100, Duration::from_micros(20)));
    let mut text = vec![0; 10_000];
    tls.read_exact(&mut text).unwrap();
    assert_eq!(below.line().read_timeout, Some(SECOND));
}

#[test]
fn a_handshake_that_drips_does_not_outlast_its_timeout() {
    let clock = FakeClock::new();
    let tls = TlsConfig::builder().danger_accept_any_certificate().build().unwrap();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let tls_only = Timeouts::NONE.tls(Some(SECOND));
    for (timeouts, total, limit) in [
        (tls_only, Deadline(None), Limit::Tls),
        (Timeouts::NONE, Deadline::after(&clock, Some(3 * SECOND)), Limit::Total),
    ] {
        let below = Below::new(&clock);
        below.line().drip = Some((50, SECOND * 2 / 5));
        let begun = clock.now();
        let opened = start_tls(&tls, "a.b", Box::new(below), &timeouts, &shared, total);
        let Err(error) = opened else { panic!("it has taken its time") };
        assert!(matches!(error.kind(), ErrorKind::Timeout(found) if *found == limit), "{error:#}");
        assert!(since(&clock, begun) <= 3 * SECOND && since(&clock, begun) >= SECOND);
    }
}

#[test]
fn an_answer_can_be_read_while_the_peer_takes_nothing_more() {
    let clock = FakeClock::new();
    let content = content();
    for fates in [&[Takes(10), Stuck][..], &[Stuck], &[Gone]] {
        let (mut wire, below) = wire(&clock);
        below.then(fates);
        below.answer(b"no, thanks");
        let written = wire.write(&mut [IoSlice::new(&content)], 0, true);
        assert_ne!(written.ok(), Some(None), "{fates:?}");
        let begun = clock.now();
        let mut text = [0; 20];
        assert_eq!((wire.read(&mut text).unwrap(), &text[..10]), (10, &b"no, thanks"[..]), "{fates:?}");
        // One that comes in pieces too: none of them waits for the peer to take something.
        below.answer(b"never");
        below.line().drip = Some((5, Duration::ZERO));
        assert_eq!((wire.read(&mut text).unwrap(), &text[..5]), (5, &b"never"[..]), "{fates:?}");
        assert_eq!(since(&clock, begun), Duration::ZERO, "{fates:?}");
        wire.read(&mut text).unwrap_err();
        assert_eq!((wire.expired, since(&clock, begun)), (Some(Limit::BetweenBytes), SECOND), "{fates:?}");
    }
}

#[test]
fn what_is_left_of_a_write_goes_on_with_the_next_read() {
    let clock = FakeClock::new();
    let (mut tls, below) = established(&clock);
    below.then(&[Interrupted]);
    assert_eq!(tls.write(b"hello?").unwrap(), 6);
    assert_eq!((below.line().arrived.as_slice(), tls.holds_unsent()), (&b""[..], true));
    tls.read(&mut [0; 9]).unwrap_err();
    assert_eq!((below.line().arrived.as_slice(), tls.holds_unsent()), (&b"hello?"[..], false));
}

/// A transport that keeps what it takes until it is flushed: all of it at once, or so many bytes each time.
struct Keeping {
    below: Below,
    kept: Vec<u8>,
    flush_bytes_max: Option<usize>,
}

impl Keeping {
    fn new(clock: &FakeClock, flush_bytes_max: Option<usize>) -> (Self, Below) {
        let below = Below::new(clock);
        (Self { below: below.clone(), kept: Vec::new(), flush_bytes_max }, below)
    }
}

impl Read for Keeping {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let would_wait = self.incoming()? == Incoming::Nothing;
        assert!(self.kept.is_empty() || !would_wait, "it waits for an answer to what has not been sent");
        self.below.read(buf)
    }
}

impl Write for Keeping {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.kept.extend(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.kept.is_empty() {
            let count = self.below.write(&self.kept)?;
            self.kept.drain(..count);
        }
        Ok(())
    }
}

impl Transport for Keeping {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.below.set_read_timeout(timeout)
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.below.set_write_timeout(timeout)
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        self.below.incoming()
    }

    fn holds_unsent(&self) -> bool {
        !self.kept.is_empty()
    }

    fn flush_unless_incoming(&mut self) -> io::Result<bool> {
        let Some(bytes_max) = self.flush_bytes_max else {
            return if self.incoming()? == Incoming::Nothing {
                self.flush().map(|()| true)
            } else {
                Ok(false)
            };
        };
        let piece = &self.kept[..bytes_max.min(self.kept.len())];
        let Some(count) = self.below.write_unless_incoming(&[IoSlice::new(piece)])? else { return Ok(false) };
        self.kept.drain(..count);
        Ok(true)
    }
}

#[test]
fn a_transport_below_that_keeps_what_it_takes_is_flushed_by_handshake_write_read_and_end() {
    let (clock, content) = (FakeClock::new(), content());
    let config = TlsConfig::builder().danger_accept_any_certificate().build().unwrap();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    for (flush_bytes_max, mind_answer) in [None, Some(100)].map(|max| [(max, false), (max, true)]).concat() {
        let (keeping, below) = Keeping::new(&clock, flush_bytes_max);
        let timeouts = Timeouts::NONE.tls(Some(SECOND));
        let opened =
            start_tls(&config, "a.b", Box::new(keeping), &timeouts, &shared, Deadline(None)).unwrap();
        assert!(!below.line().server.is_handshaking());
        let mut wire = Wire::new(opened, Arc::new(clock.clone()));
        wire.read_patience = (Some(SECOND), Limit::BetweenBytes);
        wire.write_patience = Some(SECOND);
        let (early, late) = content.split_at(100_000);
        let all = wire.write(&mut [early, late].map(IoSlice::new), 0, mind_answer).unwrap();
        assert_eq!((all, wire.sent_bytes), (None, content.len() as u64));
        assert!(below.line().arrived == content);
        below.answer(b"hello");
        let mut text = [0; 9];
        assert_eq!((wire.read(&mut text).unwrap(), &text[..5]), (5, &b"hello"[..]));

        // Whoever does not ask what is held: reading, writing more and flushing send it first.
        let mut tls = wire.into_transport();
        below.line().arrived.clear();
        tls.write_all(b"one ").unwrap();
        assert!(tls.holds_unsent());
        tls.read(&mut text).unwrap_err();
        assert_eq!((tls.holds_unsent(), below.line().arrived.as_slice()), (false, &b"one "[..]));
        tls.write_all(b"two ").unwrap();
        tls.write_all(b"three").unwrap();
        assert_eq!((tls.holds_unsent(), below.line().arrived.as_slice()), (true, &b"one two "[..]));
        tls.flush().unwrap();
        assert_eq!((tls.holds_unsent(), below.line().arrived.as_slice()), (false, &b"one two three"[..]));
        drop(tls);
        assert!(below.line().server.process_new_packets().unwrap().peer_has_closed());
    }
}

#[test]
fn what_a_transport_below_cannot_send_any_more_is_said_and_is_the_last() {
    let clock = FakeClock::new();
    let (keeping, below) = Keeping::new(&clock, Some(10));
    let config = TlsConfig::builder().danger_accept_any_certificate().build().unwrap();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let opened =
        start_tls(&config, "a.b", Box::new(keeping), &Timeouts::NONE, &shared, Deadline(None)).unwrap();
    let mut wire = Wire::new(opened, Arc::new(clock.clone()));
    below.then(&[Takes(5), Gone]);
    for _ in 0..2 {
        let error = wire.write(&mut [IoSlice::new(b"hello")], 0, false).unwrap_err();
        assert_eq!((error.kind(), wire.sent_bytes), (io::ErrorKind::BrokenPipe, 5));
        below.then(&[]);
    }
    assert_eq!(below.line().arrived, b"");
}

#[test]
fn a_session_within_another_sends_what_the_outer_one_still_holds() {
    let clock = FakeClock::new();
    let (outer, below) = established(&clock);
    let mut inner = TlsTransport::new(session(), Box::new(outer), Arc::new(clock.clone()));
    inner.set_write_timeout(Some(SECOND)).unwrap();
    below.then(&[Takes(10), Takes(10)]);
    assert!(!inner.handshake_step().unwrap());
    assert_eq!((inner.holds_unsent(), below.line().arrived.len()), (true, 0));
    for _ in 0..2 {
        assert!(!inner.handshake_step().unwrap());
    }
    // A record of the handshake (RFC 8446 §5.1).
    assert_eq!((inner.holds_unsent(), below.line().arrived.first()), (false, Some(&22)));
}

#[test]
fn a_session_says_goodbye_without_waiting_for_the_peer_to_take_it() {
    let clock = FakeClock::new();
    let (tls, below) = established(&clock);
    drop(tls);
    assert!(below.line().server.process_new_packets().unwrap().peer_has_closed());

    let (mut tls, below) = established(&clock);
    tls.set_write_timeout(None).unwrap();
    below.then(&[Stuck]);
    let begun = clock.now();
    drop(tls);
    assert!(since(&clock, begun) <= Duration::from_millis(1));

    // A peer that has not taken the last write takes nothing behind it.
    let (mut tls, below) = established(&clock);
    below.then(&[Takes(10), Stuck]);
    tls.write_all(b"hello").unwrap();
    let (begun, writes) = (clock.now(), below.line().writes);
    drop(tls);
    assert_eq!((since(&clock, begun), below.line().writes), (Duration::ZERO, writes));
}
