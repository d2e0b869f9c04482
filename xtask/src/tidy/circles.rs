//! The rule on arrows between the files of a crate: they form no circle, so that each file can be understood with only
//! what it stands on. A file and its own sub-modules count as one family, within which circles are its own affair.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, Finding};
use crate::source::Source;

/// Whom each file of one crate names, by path of module; the crate root is left out, since it names everything.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Each circle.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let mut crates: BTreeMap<String, BTreeMap<String, Source>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        if let Some((root, module)) = place(&file.path) {
            crates.entry(root).or_default().insert(module, Source::read(&file.text));
        }
    }
    let circles = crates.iter().flat_map(|(root, modules)| circles_of(root, modules));
    circles
        .map(|circle| {
            Finding::new(
                circle.into_iter().collect::<Vec<_>>().join(", "),
                "circles",
                "these files name each other in a circle: one of them holds a second idea, which belongs below both",
            )
        })
        .collect()
}

/// The `src` folder of a library and the module that a file of it is; the root and the commands are nobody's module.
fn place(path: &str) -> Option<(String, String)> {
    let (root, within) = path.split_once("/src/")?;
    let module = within.strip_suffix(".rs")?.replace('/', "::");
    (root.starts_with("crates/") && module != "lib" && !module.starts_with("bin::"))
        .then(|| (format!("{root}/src"), module))
}

/// The circles of one crate, as paths of files, that reach beyond one family.
fn circles_of(root: &str, modules: &BTreeMap<String, Source>) -> Vec<BTreeSet<String>> {
    let arrows: Arrows =
        modules.iter().map(|(module, source)| (module.clone(), named_by(module, source, modules))).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|module| (module.as_str(), reach(module, &arrows))).collect();
    let mut circles: Vec<BTreeSet<&str>> = Vec::new();
    for (module, reached_from) in &reached {
        let circle: BTreeSet<&str> = reached_from
            .iter()
            .copied()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(module)))
            .collect();
        if circle.contains(module) && !is_family(&circle) && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    let file = |module: &&str| format!("{root}/{}.rs", module.replace("::", "/"));
    circles.iter().map(|circle| circle.iter().map(file).collect()).collect()
}

/// Everything that can be reached along arrows, the start only if an arrow leads back.
fn reach<'a>(start: &str, arrows: &'a Arrows) -> BTreeSet<&'a str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![start];
    while let Some(module) = open.pop() {
        for next in arrows.get(module).into_iter().flatten() {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}

/// Whether one of them is the parent of all the others.
fn is_family(circle: &BTreeSet<&str>) -> bool {
    let of = |parent: &str, module: &str| {
        module == parent || module.strip_prefix(parent).is_some_and(|rest| rest.starts_with("::"))
    };
    circle.iter().any(|parent| circle.iter().all(|module| of(parent, module)))
}

/// The modules that a file names by `crate::…` or `super::…`.
fn named_by(module: &str, source: &Source, modules: &BTreeMap<String, Source>) -> BTreeSet<String> {
    let used = source.uses().into_iter().map(|(_, path)| path);
    let in_place = ["crate::", "super::"].into_iter().flat_map(|head| source.paths_from(head));
    let targets = used.chain(in_place).filter_map(|path| target(module, &path, modules));
    targets.filter(|target| target != module).collect()
}

/// The module with a file of its own that a path leads to.
fn target(module: &str, path: &str, modules: &BTreeMap<String, Source>) -> Option<String> {
    let mut parts: Vec<&str> = match path.split("::").next() {
        Some("crate") => Vec::new(),
        Some("super" | "self") => module.split("::").collect(),
        _ => return None,
    };
    for part in path.split("::") {
        match part {
            "crate" | "self" => {}
            "super" => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    while !parts.is_empty() {
        let name = parts.join("::");
        if modules.contains_key(&name) {
            return Some(name);
        }
        parts.pop();
    }
    None
}

#[cfg(test)]
mod tests;
