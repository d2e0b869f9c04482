//! The goals of `tests/benches/goals.toml`: read, and held against what was measured.
//!
//! A goal on time counts as missed only if the median lies beyond it by more than the noise: the larger of half the
//! quartile distance of that very ratio and of what the first case differs from itself. A goal on counts has no noise;
//! half a percent and a hundredth are let through, for buffers that grow once in many operations.

use std::fmt;
use std::path::Path;

use toml::{Table, Value};

use crate::stats::{Spread, ratios};
use crate::table::{CaseOutcome, Outcome};

/// One line that must not be crossed.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    table: String,
    case: String,
    against: Option<String>,
    measure: Measure,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Time,
    Rate,
    Cpu,
    Nanoseconds,
    Allocations,
    Syscalls,
    Instructions,
    PeakKib,
}

/// Stands for whatever other case is fastest, the table's first left out: a goal to be ahead of everybody.
const FASTEST_PEER: &str = "fastest peer";

const MEASURES: [(&str, Measure); 8] = [
    ("time", Measure::Time),
    ("rate", Measure::Rate),
    ("cpu", Measure::Cpu),
    ("nanoseconds", Measure::Nanoseconds),
    ("allocations", Measure::Allocations),
    ("syscalls", Measure::Syscalls),
    ("instructions", Measure::Instructions),
    ("peak_kib", Measure::PeakKib),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    Max(f64),
    Min(f64),
}

/// What became of a goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    goal: Goal,
    result: Result<Held, String>,
}

/// A goal that could be checked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Measured { value: f64, noise: f64, met: bool },
    ToolMissing,
}

impl Verdict {
    /// Whether the goal is missed, or names something that does not exist.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self.result, Err(_) | Ok(Held::Measured { met: false, .. }))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Goal { table, case, against, measure, bound } = &self.goal;
        let name = MEASURES.iter().find(|(_, known)| known == measure).map_or("", |(name, _)| name);
        let (side, limit) = match bound {
            Bound::Max(limit) => ("at most", limit),
            Bound::Min(limit) => ("at least", limit),
        };
        let word = match self.result {
            Ok(Held::Measured { met: true, .. }) => "goal met",
            Ok(Held::Measured { met: false, .. }) => "GOAL MISSED",
            Ok(Held::ToolMissing) => "goal not checked",
            Err(_) => "BROKEN GOAL",
        };
        write!(formatter, "{word}: {table}, {case}: {name} {side} {limit}")?;
        if let Some(against) = against {
            write!(formatter, " of {against}")?;
        }
        match &self.result {
            Ok(Held::Measured { value, noise, .. }) if *noise > 0.0 => {
                write!(formatter, ": {value:.3} (noise {:.1} %)", noise * 100.0)
            }
            Ok(Held::Measured { value, .. }) => write!(formatter, ": {value:.2}"),
            Ok(Held::ToolMissing) => {
                formatter.write_str(": the tool that counts it is missing or was not asked")
            }
            Err(why) => write!(formatter, ": {why}"),
        }
    }
}

/// Reads the goals of one bench.
///
/// # Errors
///
/// The file is missing, no TOML, or a goal in it lacks a part: the message says which.
pub fn load(file: &Path, bench: &str) -> Result<Vec<Goal>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    read(&text, bench).map_err(|why| format!("{}: {why}", file.display()))
}

fn read(text: &str, bench: &str) -> Result<Vec<Goal>, String> {
    let table: Table = text.parse().map_err(|error| format!("{error}"))?;
    let goals = match table.get("goal") {
        Some(Value::Array(goals)) => goals.as_slice(),
        Some(_) => return Err("`goal` is not a list of tables: write [[goal]]".to_owned()),
        None => &[],
    };
    if let Some(key) = table.keys().find(|key| *key != "goal") {
        return Err(format!("unknown key {key:?}: write [[goal]]"));
    }
    let mut found = Vec::new();
    for (number, goal) in goals.iter().enumerate() {
        let goal = goal.as_table().ok_or_else(|| format!("goal {number} is not a table"))?;
        let (of, goal) = read_goal(goal).map_err(|why| format!("goal {number}: {why}"))?;
        if of == bench {
            found.push(goal);
        }
    }
    Ok(found)
}

fn read_goal(goal: &Table) -> Result<(String, Goal), String> {
    const KEYS: [&str; 8] = ["bench", "table", "case", "against", "measure", "max", "min", "why"];
    if let Some(key) = goal.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key {key:?}"));
    }
    let text = |key: &str| goal.get(key).and_then(Value::as_str).map(str::to_owned);
    let required = |key: &str| text(key).ok_or_else(|| format!("the text {key:?} is missing"));
    let number = |key: &str| {
        goal.get(key)
            .and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)))
    };
    let name = required("measure")?;
    let measure = MEASURES.iter().find(|(known, _)| *known == name).map(|(_, measure)| *measure);
    let bound = match (number("max"), number("min")) {
        (Some(max), None) => Bound::Max(max),
        (None, Some(min)) => Bound::Min(min),
        _ => return Err("exactly one of the numbers `max` and `min` is needed".to_owned()),
    };
    let goal = Goal {
        table: required("table")?,
        case: required("case")?,
        against: text("against"),
        measure: measure.ok_or_else(|| format!("unknown measure {name:?}"))?,
        bound,
    };
    Ok((required("bench")?, goal))
}

/// Holds goals against what was measured; those of tables that were left out on purpose are passed over.
pub(crate) fn judge(goals: &[Goal], outcomes: &[Outcome], only: Option<&str>) -> Vec<Verdict> {
    let wanted = goals.iter().filter(|goal| only.is_none_or(|only| only == goal.table));
    wanted.map(|goal| Verdict { goal: goal.clone(), result: hold(goal, outcomes) }).collect()
}

fn hold(goal: &Goal, outcomes: &[Outcome]) -> Result<Held, String> {
    let outcome =
        outcomes.iter().find(|outcome| outcome.key == goal.table).ok_or("there is no such table")?;
    let case = outcome.case(&goal.case).ok_or("there is no such case")?;
    let against = match &goal.against {
        Some(name) if name == FASTEST_PEER => fastest_peer(outcome, &goal.case).ok_or("there is no peer")?,
        Some(name) => outcome.case(name).ok_or_else(|| format!("there is no case {name:?}"))?,
        None => outcome.cases.first().ok_or("the table is empty")?,
    };
    let series = match goal.measure {
        Measure::Time => ratios(&case.wall, &against.wall),
        Measure::Rate => ratios(&against.wall, &case.wall),
        Measure::Cpu => ratios(&case.cpu, &against.cpu),
        Measure::Nanoseconds => case.wall.clone(),
        Measure::Allocations => return Ok(counted(goal.bound, case.allocations.map(|(calls, _)| calls))),
        Measure::Syscalls => return Ok(counted(goal.bound, case.counts.calls_total())),
        Measure::Instructions => return Ok(counted(goal.bound, case.counts.instructions)),
        Measure::PeakKib => {
            let than = if goal.against.is_some() { against.counts.peak_kib } else { Some(1.0) };
            let value = case.counts.peak_kib.zip(than).map(|(peak, than)| peak / than);
            return Ok(counted(goal.bound, value));
        }
    };
    let spread = Spread::of(&series);
    let noise = spread.noise().max(outcome.noise);
    let met = match goal.bound {
        Bound::Max(max) => spread.median <= max * (1.0 + noise),
        Bound::Min(min) => spread.median >= min * (1.0 - noise),
    };
    Ok(Held::Measured { value: spread.median, noise, met })
}

fn fastest_peer<'o>(outcome: &'o Outcome, own: &str) -> Option<&'o CaseOutcome> {
    let peers = outcome.cases.iter().skip(1).filter(|case| case.name != own);
    peers.min_by(|one, other| Spread::of(&one.wall).median.total_cmp(&Spread::of(&other.wall).median))
}

fn counted(bound: Bound, value: Option<f64>) -> Held {
    let Some(value) = value else { return Held::ToolMissing };
    let met = match bound {
        Bound::Max(max) => value <= max * 1.005 + 0.01,
        Bound::Min(min) => value >= min * 0.995 - 0.01,
    };
    Held::Measured { value, noise: 0.0, met }
}

#[cfg(test)]
mod tests {
    use super::{judge, read};
    use crate::table::{CaseOutcome, Outcome};

    const GOAL: &str = "[[goal]]\nbench = \"b\"\ntable = \"t\"\ncase = \"ours\"\n";

    fn outcome(noise: f64) -> Vec<Outcome> {
        let case = |name: &str, wall: f64, calls: f64| CaseOutcome {
            name: name.to_owned(),
            wall: vec![wall; 5],
            allocations: Some((calls, 0.0)),
            ..CaseOutcome::default()
        };
        let cases = vec![case("raw", 100.0, 3.0), case("ours", 120.0, 0.0), case("theirs", 240.0, 9.0)];
        vec![Outcome { key: "t".to_owned(), noise, cases, ..Outcome::default() }]
    }

    #[track_caller]
    fn check(goal: &str, noise: f64, want: &str) {
        let goals = read(&format!("{GOAL}{goal}"), "b").unwrap();
        let verdicts = judge(&goals, &outcome(noise), None);
        assert_eq!(verdicts.len(), 1);
        assert!(verdicts[0].to_string().starts_with(want), "{}", verdicts[0]);
        assert_eq!(verdicts[0].is_failure(), !matches!(want, "goal met" | "goal not checked"));
    }

    #[test]
    fn goals_are_met_missed_or_not_checked() {
        check("measure = \"time\"\nmax = 1.2", 0.0, "goal met");
        check("measure = \"time\"\nmax = 1.15", 0.0, "GOAL MISSED");
        check("measure = \"time\"\nmax = 1.15", 0.05, "goal met");
        check("measure = \"rate\"\nmin = 0.9", 0.0, "GOAL MISSED");
        check("measure = \"rate\"\nmin = 0.8", 0.0, "goal met");
        check("measure = \"time\"\nagainst = \"theirs\"\nmax = 0.5", 0.0, "goal met");
        check("measure = \"nanoseconds\"\nmax = 119", 0.0, "GOAL MISSED");
        check("measure = \"allocations\"\nmax = 0", 0.0, "goal met");
        check("measure = \"syscalls\"\nmax = 2", 0.0, "goal not checked");
    }

    #[test]
    fn goals_that_name_nothing_are_broken() {
        check("measure = \"time\"\nagainst = \"nobody\"\nmax = 1", 0.0, "BROKEN GOAL");
        let goals =
            read("[[goal]]\nbench = \"b\"\ntable = \"x\"\ncase = \"y\"\nmeasure = \"time\"\nmax = 1", "b")
                .unwrap();
        assert!(judge(&goals, &outcome(0.0), None)[0].is_failure());
        assert!(judge(&goals, &outcome(0.0), Some("t")).is_empty());
    }

    #[test]
    fn broken_files_are_refused_and_foreign_goals_passed_over() {
        assert_eq!(read("", "b").unwrap(), []);
        assert_eq!(read(&format!("{GOAL}measure = \"time\"\nmax = 1"), "other").unwrap(), []);
        for wrong in [
            "max = 1",
            "measure = \"speed\"\nmax = 1",
            "measure = \"time\"",
            "measure = \"time\"\nmax = 1\nmin = 1",
            "measure = \"time\"\nmax = 1\nbest = 2",
        ] {
            assert!(read(&format!("{GOAL}{wrong}"), "b").is_err(), "{wrong}");
        }
        assert!(read("[goals]", "b").is_err());
    }
}
