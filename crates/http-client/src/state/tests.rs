//! Tests of `state.rs`: the whole table.

use super::{Event, Refusal, State};

const STATES: [State; 5] =
    [State::Idle, State::RequestStarted, State::SendingBody, State::RequestSent, State::Reading];

/// What each event leads to from each of the states above; `None` is the refusal in front.
#[test]
fn the_table_is_the_drawing() {
    use State::{Idle, Reading, RequestSent, RequestStarted, SendingBody};
    #[track_caller]
    fn check(event: Event, refusal: Refusal, expected: [Option<State>; 5]) {
        for (state, expected) in STATES.into_iter().zip(expected) {
            assert_eq!(state.after(event), expected.ok_or(refusal), "{state}, {event:?}");
        }
    }
    let send = Refusal::CannotSendHeader;
    check(Event::PutRequest, Refusal::CannotSendRequest, [Some(RequestStarted), None, None, None, None]);
    check(Event::PutHeader, send, [None, Some(RequestStarted), None, None, None]);
    check(Event::EndHeaders, send, [None, Some(RequestSent), None, None, None]);
    check(Event::EndHeadersBeforeContent, send, [None, Some(SendingBody), None, None, None]);
    check(Event::Send, send, [None, None, Some(SendingBody), None, None]);
    check(Event::ContentDone, send, [None, None, Some(RequestSent), None, None]);
    check(Event::GetResponse, Refusal::ResponseNotReady, [None, None, None, Some(Reading), None]);
    check(Event::ResponseDone, Refusal::ResponseNotReady, [None, None, None, None, Some(Idle)]);
    check(Event::Close, send, [Some(Idle); 5]);
}

#[test]
fn states_have_pythons_names() {
    let names = STATES.map(|state| state.to_string());
    assert_eq!(names, ["Idle", "Request-started", "Sending-body", "Request-sent", "Reading-response"]);
}
