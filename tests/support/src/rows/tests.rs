//! Rows read, and every fault that a table can have.

use super::read;

#[test]
fn rows_hold_texts_and_lists() {
    let rows = read(
        "# a comment\n[[row]]\nid = \"K-001\" # behind\nwhat = \"says \\\"x\\\" and \\\\\"\n\n[[row]]\nid = \"K-002\"\n\
         tests = [\n  \"a b\", # one\n  \"c\",\n]\nnone = []\n",
    )
    .unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].line, rows[1].line), (2, 6));
    assert_eq!(rows[0].text("what"), Some("says \"x\" and \\"));
    assert_eq!(rows[1].list("tests"), ["a b", "c"]);
    assert_eq!(rows[1].list("none"), [""; 0]);
    assert_eq!(rows[1].stranger(&["id"], &["tests"]), Some("none"));
    assert_eq!(rows[0].stranger(&["id", "what"], &[]), None);
}

#[test]
fn every_fault_is_told_with_its_line() {
    check("id = \"x\"", "line 1: \"id\" stands before the first [[row]]");
    check("[[row]]\nid \"x\"", "line 2: no \"=\" after \"id\"");
    check("[[row]]\nid = x", "line 2: no text in quotes");
    check("[[row]]\nid = \"x", "line 2: a text without an end");
    check("[[row]]\nid = \"\\n\"", "line 2: a backslash before what is neither a quote nor a backslash");
    check("[[row]]\nid = \"x\" y", "line 2: something stands behind the value");
    check("[[row]]\nid = \"x\"\nid = \"y\"", "line 3: \"id\" stands twice in one row");
    check("[[row]]\nl = [\n\"x\"\n\"y\"]", "line 4: neither a comma nor the end of the list");
    check("[row]\n", "line 1: neither [[row]] nor a key");
}

#[track_caller]
fn check(text: &str, fault: &str) {
    assert_eq!(read(text), Err(fault.to_owned()));
}
