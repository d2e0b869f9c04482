//! Writes what was measured as JSON (RFC 8259).

use std::fmt::Write;

use crate::stats::{Spread, ratios};
use crate::table::{CaseOutcome, Outcome};

/// The whole run.
pub(crate) fn write(bench: &str, outcomes: &[Outcome]) -> String {
    let tables: Vec<String> = outcomes.iter().map(table).collect();
    format!("{{\"bench\": {}, \"tables\": [\n{}\n]}}\n", text(bench), tables.join(",\n"))
}

fn table(outcome: &Outcome) -> String {
    let first = outcome.cases.first();
    let cases: Vec<String> = outcome.cases.iter().map(|each| case(each, first)).collect();
    format!(
        "  {{\"table\": {}, \"title\": {}, \"rounds\": {}, \"noise\": {}, \"cases\": [\n{}\n  ]}}",
        text(&outcome.key),
        text(&outcome.title),
        outcome.rounds,
        number(Some(outcome.noise)),
        cases.join(",\n")
    )
}

fn case(case: &CaseOutcome, first: Option<&CaseOutcome>) -> String {
    let ratio = |above: &[f64], below: Option<&[f64]>| below.map(|below| Spread::of(&ratios(above, below)));
    let wall = Spread::of(&case.wall);
    let calls = case.counts.calls.as_ref().map_or_else(
        || "null".to_owned(),
        |calls| {
            let list: Vec<String> = calls
                .iter()
                .map(|(name, count)| format!("{}: {}", text(name), number(Some(*count))))
                .collect();
            format!("{{{}}}", list.join(", "))
        },
    );
    format!(
        "    {{\"case\": {}, \"nanoseconds\": {}, \"ratio\": {}, \"cpu_ratio\": {}, \"allocations\": {}, \
         \"allocated_bytes\": {}, \"syscalls\": {calls}, \"instructions\": {}, \"peak_kib\": {}}}",
        text(&case.name),
        spread(Some(wall)),
        spread(ratio(&case.wall, first.map(|first| first.wall.as_slice()))),
        spread(ratio(&case.cpu, first.map(|first| first.cpu.as_slice())).filter(|cpu| cpu.median > 0.0)),
        number(case.allocations.map(|(calls, _)| calls)),
        number(case.allocations.map(|(_, bytes)| bytes)),
        number(case.counts.instructions),
        number(case.counts.peak_kib),
    )
}

fn spread(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || "null".to_owned(),
        |Spread { low, median, high }| {
            format!(
                "{{\"low\": {}, \"median\": {}, \"high\": {}}}",
                number(Some(low)),
                number(Some(median)),
                number(Some(high))
            )
        },
    )
}

fn number(number: Option<f64>) -> String {
    match number {
        Some(number) if number.is_finite() => format!("{number}"),
        _ => "null".to_owned(),
    }
}

fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{number, text, write};
    use crate::table::{CaseOutcome, Outcome};

    #[test]
    fn texts_and_numbers_are_json() {
        assert_eq!(text("a \"b\" \\ \n"), "\"a \\\"b\\\" \\\\ \\u000a\"");
        assert_eq!(number(Some(f64::NAN)), "null");
        assert_eq!(number(Some(1.5)), "1.5");
    }

    #[test]
    fn a_run_names_every_table_and_case() {
        let case = CaseOutcome { name: "c".to_owned(), wall: vec![1.0], ..CaseOutcome::default() };
        let outcome = Outcome { key: "t".to_owned(), cases: vec![case], ..Outcome::default() };
        let json = write("b", &[outcome]);
        for part in [
            "\"bench\": \"b\"",
            "\"table\": \"t\"",
            "\"case\": \"c\"",
            "\"syscalls\": null",
            "\"cpu_ratio\": null",
        ] {
            assert!(json.contains(part), "{part} is not in {json}");
        }
    }
}
