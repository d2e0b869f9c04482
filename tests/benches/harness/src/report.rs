//! A table as text.

use std::fmt::Write;

use crate::stats::{Spread, ratios};
use crate::table::{CaseOutcome, Outcome};

/// The table, its title above and the names of system calls below.
pub(crate) fn text(outcome: &Outcome) -> String {
    let head = [
        "case",
        "time",
        "quartiles",
        "ratio",
        "quartiles",
        "cpu",
        "allocs",
        "bytes",
        "calls",
        "instr",
        "peak",
    ];
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    let Some(first) = outcome.cases.first() else { return String::new() };
    rows.extend(outcome.cases.iter().map(|case| row(case, first)));
    let widths: Vec<usize> = (0..head.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = format!("\n{}: {}\n", outcome.key, outcome.title);
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width - cell.chars().count());
            let aligned = if column == 0 { format!("{cell}{padding}") } else { format!("  {padding}{cell}") };
            text.push_str(&aligned);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    write_notes(outcome, &mut text);
    text
}

fn write_notes(outcome: &Outcome, text: &mut String) {
    for case in &outcome.cases {
        if let Some(calls) = case.counts.calls.as_ref().filter(|calls| !calls.is_empty()) {
            let list: Vec<String> =
                calls.iter().map(|(name, count)| format!("{name} {}", short(*count))).collect();
            let _ = writeln!(text, "  calls of {}: {}", case.name, list.join(", "));
        }
    }
    let noise = outcome.noise * 100.0;
    let _ = writeln!(text, "  {} rounds; the first case against itself: {noise:.1} % apart", outcome.rounds);
}

fn row(case: &CaseOutcome, first: &CaseOutcome) -> Vec<String> {
    let wall = Spread::of(&case.wall);
    let ratio = Spread::of(&ratios(&case.wall, &first.wall));
    let cpu = Spread::of(&ratios(&case.cpu, &first.cpu));
    let dash = || "-".to_owned();
    vec![
        case.name.clone(),
        duration(wall.median),
        format!("{} to {}", duration(wall.low), duration(wall.high)),
        format!("{:.2}", ratio.median),
        format!("{:.2} to {:.2}", ratio.low, ratio.high),
        if cpu.median > 0.0 { format!("{:.2}", cpu.median) } else { dash() },
        case.allocations.map_or_else(dash, |(calls, _)| short(calls)),
        case.allocations.map_or_else(dash, |(_, bytes)| format!("{bytes:.0}")),
        case.counts.calls_total().map_or_else(dash, short),
        case.counts.instructions.map_or_else(dash, |count| format!("{count:.0}")),
        case.counts.peak_kib.map_or_else(dash, |kib| format!("{kib:.0} KiB")),
    ]
}

/// Nanoseconds in a unit that fits.
pub(crate) fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

/// A count with two digits behind the point only where it has them.
fn short(count: f64) -> String {
    if (count - count.round()).abs() < 0.005 { format!("{count:.0}") } else { format!("{count:.2}") }
}

#[cfg(test)]
mod tests {
    use super::{duration, text};
    use crate::table::{CaseOutcome, Outcome};

    #[test]
    fn times_are_told_in_a_unit_that_fits() {
        assert_eq!(duration(12.34), "12.3 ns");
        assert_eq!(duration(12_345.0), "12.35 µs");
        assert_eq!(duration(2.5e9), "2.50 s");
    }

    #[test]
    fn a_table_shows_each_case_with_its_ratio() {
        let case = |name: &str, wall: f64| CaseOutcome {
            name: name.to_owned(),
            wall: vec![wall; 3],
            ..CaseOutcome::default()
        };
        let outcome = Outcome {
            key: "k".to_owned(),
            cases: vec![case("one", 10.0), case("two", 15.0)],
            ..Outcome::default()
        };
        let text = text(&outcome);
        assert!(text.lines().any(|line| line.starts_with("two") && line.contains("1.50")), "{text}");
    }
}
