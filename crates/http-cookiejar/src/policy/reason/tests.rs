//! Every reason has a sentence for people.

use std::collections::BTreeSet;

/// The sentences of an enum in the source, and how many variants it has.
fn sentences(name: &str) -> (Vec<&'static str>, usize) {
    let source = include_str!("../reason.rs");
    let (_, rest) = source.split_once(&format!("pub enum {name} {{\n")).expect("the enum");
    let (body, _) = rest.split_once("\n}").expect("its end");
    let sentence = |line: &'static str| line.trim().strip_prefix("#[error(\"")?.strip_suffix("\")]");
    let is_variant = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_uppercase());
    (body.lines().filter_map(sentence).collect(), body.lines().filter(is_variant).count())
}

#[test]
fn every_reason_has_a_sentence_of_its_own() {
    for (name, least) in [("Reject", 30), ("Withhold", 15)] {
        let (sentences, variants) = sentences(name);
        assert!(variants >= least, "{name} has {variants} variants");
        assert_eq!(sentences.len(), variants, "{name}");
        assert_eq!(sentences.iter().collect::<BTreeSet<_>>().len(), variants, "{name} says something twice");
        for sentence in sentences {
            let well = sentence == "{0}" || sentence.split(' ').count() >= 3 && !sentence.ends_with('.');
            assert!(well && !sentence.starts_with(char::is_uppercase), "{name}: {sentence}");
        }
    }
}
