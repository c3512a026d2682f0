//! The one place where generated text meets the file system.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Outcome};

/// What to do about a file that is not what it should be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it.
    Write,
    /// Only say so.
    Check,
}

/// Makes a file have these contents, or checks it. Returns the path of a file that differed.
pub(super) fn contents(
    mode: Mode,
    root: &Path,
    path: &Path,
    contents: &str,
) -> Outcome<Option<PathBuf>> {
    let file = root.join(path);
    let found = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).context(path.display()),
    };
    if found == contents.as_bytes() {
        return Ok(None);
    }
    if mode == Mode::Write {
        file.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .context(path.display())?;
        fs::write(&file, contents).context(path.display())?;
    }
    Ok(Some(path.to_owned()))
}

/// Finds files of a folder, however deep, that are generated no more; removes them, or in a check
/// only tells.
pub(super) fn no_others(
    mode: Mode,
    root: &Path,
    folder: &Path,
    expected: &BTreeSet<PathBuf>,
) -> Outcome<Vec<PathBuf>> {
    let mut others = Vec::new();
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(others),
        Err(error) => return Err(error).context(folder.display()),
    };
    for entry in entries {
        let entry = entry.context(folder.display())?;
        let path = folder.join(entry.file_name());
        if entry.file_type().context(path.display())?.is_dir() {
            others.extend(no_others(mode, root, &path, expected)?);
        } else if !expected.contains(&path) {
            if mode == Mode::Write {
                fs::remove_file(root.join(&path)).context(path.display())?;
            }
            others.push(path);
        }
    }
    Ok(others)
}

/// Says what was written, or fails because of what ought to be.
pub(super) fn report(mode: Mode, differing: &[PathBuf]) -> Outcome {
    let lines: Vec<String> = differing
        .iter()
        .map(|path| format!("  {}", path.display()))
        .collect();
    match (mode, lines.as_slice()) {
        (_, []) => println!("generated files are up to date"),
        (Mode::Write, lines) => println!("written:\n{}", lines.join("\n")),
        (Mode::Check, lines) => {
            let files = lines.join("\n");
            let advice = "run `cargo xtask codegen` and commit the result";
            return Err(format!("out of date with docs/api:\n{files}\n{advice}").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_names_the_file_and_the_command_and_writes_nothing() {
        let root = tempfile::tempdir().expect("a directory");
        let path = Path::new("deep/generated.rs");
        let differing = contents(Mode::Check, root.path(), path, "new").expect("readable");
        assert_eq!(differing.as_deref(), Some(path));
        assert!(!root.path().join(path).exists());
        let failure = report(Mode::Check, &[path.to_owned()])
            .expect_err("stale")
            .to_string();
        assert!(failure.contains("deep/generated.rs"), "{failure}");
        assert!(failure.contains("cargo xtask codegen"), "{failure}");
    }

    #[test]
    fn file_that_is_generated_no_more_is_told_and_removed() {
        let root = tempfile::tempdir().expect("a directory");
        let folder = Path::new("generated");
        fs::create_dir_all(root.path().join("generated/deep")).expect("writable");
        for name in ["generated/kept.rs", "generated/deep/old.rs"] {
            fs::write(root.path().join(name), "text").expect("writable");
        }
        let expected = BTreeSet::from([PathBuf::from("generated/kept.rs")]);
        let old = vec![PathBuf::from("generated/deep/old.rs")];
        for mode in [Mode::Check, Mode::Write] {
            let others = no_others(mode, root.path(), folder, &expected).expect("readable");
            assert_eq!(others, old);
        }
        assert!(root.path().join("generated/kept.rs").exists());
        let others = no_others(Mode::Check, root.path(), folder, &expected);
        assert!(others.expect("readable").is_empty());
    }

    #[test]
    fn one_changed_byte_is_noticed_and_written() {
        let root = tempfile::tempdir().expect("a directory");
        let path = Path::new("generated.rs");
        fs::write(root.path().join(path), "new\r\n").expect("writable");
        assert!(
            contents(Mode::Write, root.path(), path, "new\n")
                .expect("written")
                .is_some()
        );
        assert_eq!(fs::read(root.path().join(path)).expect("there"), b"new\n");
        assert!(
            contents(Mode::Check, root.path(), path, "new\n")
                .expect("same")
                .is_none()
        );
    }
}
