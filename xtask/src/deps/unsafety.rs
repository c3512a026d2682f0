//! Where unsafe code may be: in one room of the agent, and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

use super::metadata::{Metadata, Package};
use crate::failure::{Context, Outcome};

const FORBID: &str = "#![forbid(unsafe_code)]";
const ALLOW: &str = "allow(unsafe_code";

/// The only crate that has unsafe code, and its only folder for it.
const EXCEPTION: &str = "quell-agent";
const ROOM: &str = "sys";

pub(super) fn breaches(metadata: &Metadata) -> Outcome<Vec<String>> {
    let mut breaches = Vec::new();
    for package in metadata.members() {
        for root in roots(package) {
            if package.name == EXCEPTION {
                breaches.extend(outside_the_room(root)?);
            } else if !read(root)?.contains(FORBID) {
                breaches.push(format!("{} lacks {FORBID}", shown(root)));
            }
        }
    }
    breaches.sort();
    breaches.dedup();
    Ok(breaches)
}

/// The files with which a package's libraries and programs begin.
fn roots(package: &Package) -> impl Iterator<Item = &Path> {
    let built = |kind: &String| ["lib", "bin", "proc-macro"].contains(&kind.as_str());
    package
        .targets
        .iter()
        .filter(move |target| target.kind.iter().any(built))
        .map(|target| target.src_path.as_path())
}

/// Files beside the root, or below, that allow unsafe code without being in the room.
fn outside_the_room(root: &Path) -> Outcome<Vec<String>> {
    let folder = root.parent().context("a root lies in a folder")?;
    let room = folder.join(ROOM);
    let mut breaches = Vec::new();
    for file in sources(folder)? {
        let inside = file.starts_with(&room) || file == room.with_extension("rs");
        if !inside && read(&file)?.contains(ALLOW) {
            breaches.push(format!(
                "{} allows unsafe code outside {ROOM}",
                shown(&file)
            ));
        }
    }
    Ok(breaches)
}

fn sources(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).context(folder.display())? {
        let path = entry.context(folder.display())?.path();
        if path.is_dir() {
            sources.extend(self::sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push(path);
        }
    }
    Ok(sources)
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).context(path.display())
}

/// A path from the crate's folder on, as a report shows it.
fn shown(path: &Path) -> String {
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    let start = names
        .iter()
        .rposition(|name| name == "src")
        .map_or(0, |src| src.saturating_sub(1));
    names.get(start..).unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches_of(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("crate/src");
        for (file, text) in files {
            let path = source.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let target = serde_json::json!({"kind": ["lib"], "src_path": source.join("lib.rs")});
        let package = serde_json::json!({
            "id": name, "name": name, "version": "1.0.0", "links": null,
            "dependencies": [], "targets": [target],
        });
        let json = serde_json::json!({"packages": [package], "workspace_members": [name]});
        breaches(&Metadata::read(&json.to_string()).expect("metadata")).expect("readable")
    }

    #[test]
    fn root_must_forbid_unsafe_code() {
        assert!(breaches_of("quell", &[("lib.rs", FORBID)]).is_empty());
        let found = breaches_of("quell", &[("lib.rs", "//! Nothing.")]);
        assert_eq!(found, ["crate/src/lib.rs lacks #![forbid(unsafe_code)]"]);
    }

    #[test]
    fn agent_may_allow_it_in_its_room_alone() {
        let allow = "#![allow(unsafe_code, reason = \"system calls\")]";
        let inside = [("lib.rs", ""), ("sys.rs", allow), ("sys/pidfd.rs", allow)];
        assert!(breaches_of(EXCEPTION, &inside).is_empty());
        let found = breaches_of(EXCEPTION, &[("lib.rs", ""), ("vault/seal.rs", allow)]);
        assert_eq!(
            found,
            ["crate/src/vault/seal.rs allows unsafe code outside sys"]
        );
    }
}
