//! What a package must hold, and what it must not lean on.

use std::ffi::OsStr;
use std::path::Path;

use crate::failure::{Context as _, Outcome};

/// Without these nobody may use a crate, or knows what for.
const ALWAYS: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// What takes in a file by a path that counts from the source file.
const TAKES_IN: [&str; 4] = [
    "include_str!(\"",
    "include_bytes!(\"",
    "include!(\"",
    "path = \"",
];

/// The examples that lie in a crate's directory, as paths in its package.
pub(super) fn examples_in(directory: &Path) -> Outcome<Vec<String>> {
    let directory = directory.join("examples");
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut examples = Vec::new();
    for entry in std::fs::read_dir(&directory).context(directory.display())? {
        let path = entry.context(directory.display())?.path();
        if path.extension() == Some(OsStr::new("rs")) {
            let name = path.file_name().unwrap_or_default();
            examples.push(format!("examples/{}", name.to_string_lossy()));
        }
    }
    examples.sort();
    Ok(examples)
}

/// What a package should hold and does not.
pub(super) fn missing(packed: &[&str], examples: &[String]) -> Vec<String> {
    ALWAYS
        .into_iter()
        .chain(examples.iter().map(String::as_str))
        .filter(|wanted| !packed.contains(wanted))
        .map(|wanted| format!("{wanted} is not in it"))
        .collect()
}

/// Where a source file takes in a file from above its package, which no user of the package has.
pub(super) fn reaching_out(path: &str, source: &str) -> Vec<String> {
    let depth = path.matches('/').count();
    TAKES_IN
        .iter()
        .flat_map(|opening| source.split(opening).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|taken| climbs(taken) > depth)
        .map(|taken| format!("{path} takes in {taken}, which is not in it"))
        .collect()
}

/// How many directories a relative path goes up before it goes down.
fn climbs(path: &str) -> usize {
    path.split('/').take_while(|part| *part == "..").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_without_licence_or_example_is_not_whole() {
        let packed = ["Cargo.toml", "README.md", "LICENSE-MIT", "examples/a.rs"];
        let examples = ["examples/a.rs".to_owned(), "examples/b.rs".to_owned()];
        assert_eq!(
            missing(&packed, &examples),
            ["LICENSE-APACHE is not in it", "examples/b.rs is not in it"]
        );
    }

    #[test]
    fn source_may_reach_up_to_its_package_and_no_further() {
        let source = r#"#![doc = include_str!("../README.md")] #[path = "other.rs"] mod other;"#;
        assert!(reaching_out("src/lib.rs", source).is_empty());
        assert_eq!(
            reaching_out("src/lib.rs", r#"#[doc = include_str!("../../docs/a.md")]"#),
            ["src/lib.rs takes in ../../docs/a.md, which is not in it"]
        );
        assert!(reaching_out("src/a/b.rs", r#"include_bytes!("../../a.bin")"#).is_empty());
    }

    #[test]
    fn examples_are_rust_files_and_a_crate_may_have_none() {
        let crate_ = tempfile::tempdir().unwrap();
        assert!(examples_in(crate_.path()).unwrap().is_empty());
        let examples = crate_.path().join("examples");
        std::fs::create_dir(&examples).unwrap();
        for name in ["b.rs", "a.rs", "notes.txt"] {
            std::fs::write(examples.join(name), "").unwrap();
        }
        let found = examples_in(crate_.path()).unwrap();
        assert_eq!(found, ["examples/a.rs", "examples/b.rs"]);
    }
}
