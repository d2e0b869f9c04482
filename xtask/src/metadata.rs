//! What `cargo metadata` knows of the workspace and its dependencies, as plain structs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::context::{Context, Failure, Outcome};
use crate::json::Json;
use crate::run::Call;

/// Members that stand on the others: nobody depends on them, and they are never released.
pub(crate) const INNER: [&str; 2] = ["xtask", "httpkit-tests"];

/// One package: a member of the workspace or something it stands on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) rust_version: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeSet<String>,
    /// Where its `Cargo.toml` is.
    pub(crate) manifest: PathBuf,
}

impl Package {
    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest.parent().unwrap_or(&self.manifest)
    }
}

/// One line of a manifest's dependency tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// Which of the three dependency tables a line stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    #[default]
    Normal,
    Build,
    Dev,
}

/// The workspace: its members, every package of the lock file, and who really stands on whom with default features.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) members: Vec<Package>,
    pub(crate) packages: Vec<Package>,
    pub(crate) edges: BTreeMap<String, Vec<(String, Kind)>>,
    /// Where releases are uploaded to: `registry` under `[workspace.metadata.release]`.
    pub(crate) registry: Option<String>,
}

impl Metadata {
    /// Asks cargo, which must agree with the committed lock file.
    pub(crate) fn load(context: &Context) -> Outcome<Self> {
        Self::load_with(context, &[])
    }

    /// The same without what is compiled for other targets only.
    pub(crate) fn load_for(context: &Context, target: &str) -> Outcome<Self> {
        Self::load_with(context, &["--filter-platform", target])
    }

    fn load_with(context: &Context, arguments: &[&str]) -> Outcome<Self> {
        let call = Call::cargo(context).args(["metadata", "--format-version", "1", "--locked"]);
        let text = call.args(arguments).output()?;
        Self::from_json(&Json::read(&text).map_err(|failure| failure.within("cargo metadata"))?)
    }

    fn from_json(json: &Json) -> Outcome<Self> {
        let packages = json.get("packages").list().iter().map(package).collect::<Outcome<Vec<_>>>()?;
        let member_ids: BTreeSet<&str> =
            json.get("workspace_members").list().iter().filter_map(Json::text).collect();
        let members =
            packages.iter().filter(|package| member_ids.contains(package.id.as_str())).cloned().collect();
        let mut edges = BTreeMap::new();
        for node in json.get("resolve").get("nodes").list() {
            edges.insert(required(node, "id")?, node_edges(node)?);
        }
        let registry = json.get("metadata").get("release").get("registry").text().map(str::to_owned);
        Ok(Self { members, packages, edges, registry })
    }

    /// The member of that name.
    pub(crate) fn member(&self, name: &str) -> Option<&Package> {
        self.members.iter().find(|package| package.name == name)
    }

    /// The package with that identity.
    pub(crate) fn package(&self, id: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.id == id)
    }

    /// Everything that a build of `roots` compiles, tests left out.
    pub(crate) fn reached_by(&self, roots: impl IntoIterator<Item = String>) -> Vec<&Package> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<String> = roots.into_iter().collect();
        while let Some(id) = open.pop() {
            for (to, kind) in self.edges.get(&id).into_iter().flatten() {
                if *kind != Kind::Dev && !seen.contains(to) {
                    open.push(to.clone());
                }
            }
            seen.insert(id);
        }
        seen.iter().filter_map(|id| self.package(id)).collect()
    }
}

fn package(json: &Json) -> Outcome<Package> {
    Ok(Package {
        id: required(json, "id")?,
        name: required(json, "name")?,
        version: required(json, "version")?,
        license: json.get("license").text().map(str::to_owned),
        rust_version: json.get("rust_version").text().map(str::to_owned),
        dependencies: json.get("dependencies").list().iter().map(dependency).collect::<Outcome<_>>()?,
        features: json.get("features").map().iter().map(|(name, _)| name.clone()).collect(),
        manifest: required(json, "manifest_path")?.into(),
    })
}

fn dependency(json: &Json) -> Outcome<Dependency> {
    Ok(Dependency { name: required(json, "name")?, kind: kind(json.get("kind")) })
}

fn node_edges(node: &Json) -> Outcome<Vec<(String, Kind)>> {
    let mut edges = Vec::new();
    for dependency in node.get("deps").list() {
        let to = required(dependency, "pkg")?;
        edges.extend(
            dependency.get("dep_kinds").list().iter().map(|entry| (to.clone(), kind(entry.get("kind")))),
        );
    }
    Ok(edges)
}

fn kind(json: &Json) -> Kind {
    match json.text() {
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        _ => Kind::Normal,
    }
}

fn required(json: &Json, name: &str) -> Outcome<String> {
    let text = json.get(name).text().map(str::to_owned);
    text.ok_or_else(|| Failure::new(format!("cargo metadata has a package or node without {name:?}")))
}

#[cfg(test)]
mod tests;
