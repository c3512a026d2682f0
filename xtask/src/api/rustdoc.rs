//! Asking rustdoc for its JSON, on a stable toolchain, without building anything twice.
//!
//! Unstable options need `RUSTC_BOOTSTRAP`. Set for cargo as a whole it would run the build scripts that
//! look at it again, and compile every dependency of theirs anew; so only rustdoc is given it, by a
//! stand-in: this very program, which cargo takes for rustdoc.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Deserialize;

use crate::cargo::{self, Workspace};
use crate::failure::{Context as _, Outcome};

/// The format that the library behind the listings reads, and the compiler that writes it.
const FORMAT: u32 = 57;
const WRITER: &str = "1.95.0";

/// Set for cargo, so that this program knows for what it was started.
const STANDS_IN: &str = "QUELL_XTASK_STANDS_IN_FOR_RUSTDOC";

/// Documents the workspace as JSON; where to.
pub(super) fn document() -> Outcome<PathBuf> {
    let this = std::env::current_exe().context("xtask")?;
    let this = this.to_str().context("xtask's path is not text")?;
    cargo::run(
        // The whole workspace, because its dependencies are then those that were checked already.
        &[
            "doc",
            "--quiet",
            "--workspace",
            "--lib",
            "--all-features",
            "--no-deps",
        ],
        &[
            ("RUSTDOC", this),
            (STANDS_IN, "1"),
            ("RUSTDOCFLAGS", "-Zunstable-options --output-format=json"),
        ],
    )?;
    Ok(Workspace::ask()?.target_directory.join("doc"))
}

/// Runs rustdoc with what it needs for unstable options, if cargo took us for it.
pub(crate) fn stand_in(arguments: &[&str]) -> Option<ExitCode> {
    std::env::var_os(STANDS_IN)?;
    let status = Command::new("rustdoc")
        .args(arguments)
        .env_remove("RUSTDOC")
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rustdoc cannot be started: {error}");
            ExitCode::FAILURE
        }
    })
}

/// Where rustdoc wrote what it knows of a package.
pub(super) fn json_of(directory: &Path, package: &str) -> PathBuf {
    directory.join(format!("{}.json", package.replace('-', "_")))
}

/// Refuses what another compiler's rustdoc wrote, and says which to take.
pub(super) fn check_format(json: &Path) -> Outcome {
    #[derive(Deserialize)]
    struct Header {
        format_version: u32,
    }
    let text = std::fs::read_to_string(json).context(json.display())?;
    let header: Header = serde_json::from_str(&text).context(json.display())?;
    if header.format_version == FORMAT {
        return Ok(());
    }
    Err(format!(
        "rustdoc wrote format {}, and the listings are read from format {FORMAT}: run \
         `cargo +{WRITER} xtask api`, or move `public-api` in Cargo.toml to a version that reads it",
        header.format_version
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_format_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let json = directory.path().join("a.json");
        std::fs::write(&json, r#"{"root":0,"format_version":57}"#).unwrap();
        check_format(&json).unwrap();
        std::fs::write(&json, r#"{"format_version":60}"#).unwrap();
        let error = check_format(&json).unwrap_err().to_string();
        assert!(
            error.contains("format 60") && error.contains("cargo +1.95.0"),
            "{error}"
        );
    }

    #[test]
    fn a_package_is_documented_under_its_crates_name() {
        let json = json_of(Path::new("doc"), "quell-model");
        assert_eq!(json, Path::new("doc/quell_model.json"));
    }
}
