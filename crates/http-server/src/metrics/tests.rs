//! What is counted, and how Prometheus reads it.

use super::{Measured, Metrics, Pending, seconds};
use crate::clock;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::stats::Stats;
use crate::testing;
use http_proto::{Method, StatusCode};
use std::io::Write;
use std::time::Duration;

#[test]
fn every_request_counts_once_by_method_and_status_however_it_ends() {
    let metrics = Metrics::new();
    let handler = |request: &mut Request<'_>| match request.path() {
        "/ok" => Ok(Response::text("12345")),
        "/error" => Err(Error::Status(StatusCode::CONFLICT)),
        "/cut" => Ok(Response::stream("text/plain", |body| {
            body.write_all(b"abc")?;
            body.flush()?;
            Err(std::io::Error::other("on purpose"))
        })),
        "/invalid" => Ok(Response::text("").with_header("X", "\n")),
        _ => panic!("on purpose"),
    };
    let handler = Measured::new(handler, metrics.clone());
    for path in ["/ok", "/error", "/cut", "/invalid", "/panic"] {
        testing::get(path).send_to(&handler);
    }
    testing::request(Method::from_bytes(b"BREW").unwrap(), "/ok").send_to(&handler);
    let snapshot = metrics.snapshot();
    assert_eq!(snapshot.requests, 6);
    // Of those with 2xx, one was cut; a page of the server's in place of an invalid answer counts as what it is.
    assert_eq!(snapshot.by_status, [0, 3, 0, 1, 2]);
    assert_eq!((snapshot.in_flight, snapshot.cut), (0, 1));
    assert_eq!(snapshot.durations.last().unwrap(), &(None, 5));
    let text = metrics.to_prometheus();
    for line in [
        "http_server_requests_total{method=\"GET\",status=\"2xx\"} 2\n",
        "http_server_requests_total{method=\"GET\",status=\"4xx\"} 1\n",
        "http_server_requests_total{method=\"GET\",status=\"5xx\"} 2\n",
        "http_server_requests_total{method=\"other\",status=\"2xx\"} 1\n",
        "http_server_requests_in_flight 0\n",
        "http_server_answers_cut_total 1\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(!text.contains("BREW"));
}

#[test]
fn a_request_is_under_way_until_its_answer_is_sent() {
    let metrics = Metrics::new();
    let seen = metrics.clone();
    let handler = move |_: &mut Request<'_>| Response::text(seen.snapshot().in_flight.to_string());
    let answer = testing::get("/").send_to(&Measured::new(handler, metrics.clone()));
    assert_eq!(answer.text(), "1");
    assert_eq!(metrics.snapshot().in_flight, 0);
}

#[test]
fn a_value_at_a_bound_is_in_the_bucket_below_it_and_buckets_add_up() {
    let metrics = Metrics::new();
    let now = clock::now();
    for (micros, bytes) in
        [(0, 0), (500, 100), (501, 101), (10_000_000, 1_000_000_000), (10_000_001, u64::MAX / 2)]
    {
        let pending = Pending::begin(&metrics, &Method::GET, now);
        let delivery = Delivery { status: StatusCode::OK, content_bytes: bytes, complete: true };
        pending.end(delivery, now + Duration::from_micros(micros));
    }
    let snapshot = metrics.snapshot();
    assert_eq!(snapshot.durations[0], (Some(Duration::from_micros(500)), 2));
    assert_eq!(snapshot.durations[1], (Some(Duration::from_millis(1)), 3));
    assert_eq!(snapshot.durations[13], (Some(Duration::from_secs(10)), 4));
    assert_eq!(snapshot.durations[14], (None, 5));
    assert_eq!(snapshot.durations_sum, Duration::from_micros(20_001_002));
    assert_eq!(snapshot.sizes[0], (Some(100), 2));
    assert_eq!(snapshot.sizes[7], (Some(1_000_000_000), 4));
    assert_eq!(snapshot.sizes[8], (None, 5));
}

#[test]
fn the_text_is_that_of_prometheus() {
    let metrics = Metrics::new();
    let handler = Measured::new(|_: &mut Request<'_>| Response::text("x".repeat(100)), metrics.clone());
    testing::get("/").send_to(&handler);
    let answer = testing::get("/metrics").send_to(&metrics);
    assert_eq!(answer.headers().get("Content-Type").unwrap(), "text/plain; version=0.0.4; charset=utf-8");
    let stats = Stats { connections_open: 3, connections_accepted: 5, requests: 8, threads: 2 };
    let text = answer.text() + &stats.to_prometheus();
    let mut names = Vec::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            names.push(help.split(' ').next().unwrap().to_owned());
            continue;
        }
        let name = names.last().unwrap();
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind.split(' ').next().unwrap(), name);
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        assert!(sample.starts_with(name.as_str()), "{line}");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    for line in [
        "http_server_response_size_bytes_bucket{le=\"100\"} 1\n",
        "http_server_response_size_bytes_bucket{le=\"+Inf\"} 1\n",
        "http_server_response_size_bytes_sum 100\n",
        "http_server_response_size_bytes_count 1\n",
        "http_server_request_duration_seconds_bucket{le=\"0.0005\"}",
        "http_server_request_duration_seconds_bucket{le=\"2.5\"} 1\n",
        "http_server_request_duration_seconds_bucket{le=\"10\"} 1\n",
        "# TYPE http_server_connections_open gauge\nhttp_server_connections_open 3\n",
        "http_server_connections_accepted_total 5\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn nanoseconds_are_written_as_seconds_without_needless_zeros() {
    for (nanoseconds, text) in [
        (0, "0"),
        (500_000, "0.0005"),
        (1_000_000_000, "1"),
        (10_000_000_000, "10"),
        (1_200_000_003, "1.200000003"),
    ] {
        assert_eq!(seconds(nanoseconds), text);
    }
}
