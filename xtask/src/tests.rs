//! Tests of the dispatch table.

use std::collections::BTreeSet;

use super::{TASKS, help};

#[test]
fn every_task_has_a_name_of_its_own_and_stands_in_the_help() {
    let names: BTreeSet<&str> = TASKS.iter().map(|task| task.name).collect();
    assert_eq!(names.len(), TASKS.len());
    let help = help();
    for name in names {
        assert!(
            help.lines().any(|line| line.split_whitespace().next() == Some(name)),
            "{name} is not in the help"
        );
    }
}
