//! `cargo xtask fuzz`: the laws of quell-model's readers and of the agent's bridge, over bytes that libFuzzer makes up.
//!
//! It needs a nightly compiler and `cargo-fuzz`. What is found on the way stays below `fuzz/target`;
//! only what breaks a law is put into `fuzz/artifacts`. The corpus of `fuzz/corpus` is checked in and
//! run by the ordinary tests, which need neither.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Context as _, Failure, Outcome};
use crate::workspace;

const TOOLCHAIN: &str = "nightly";
const SECONDS: u64 = 60;
/// The contract's examples, from the folder of the targets.
const EXAMPLES: &str = "../docs/api/examples";
/// Longer bodies only take longer.
const MOST_BYTES: u32 = 8192;
/// A body that takes so many seconds is a finding.
const SLOW: u32 = 10;

/// What was asked for: one target or all, and for how long each.
#[derive(Debug, PartialEq, Eq)]
struct Asked<'a> {
    seconds: u64,
    target: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn read(arguments: &[&'a str]) -> Outcome<Self> {
        let (seconds, rest) = match arguments {
            ["--seconds", seconds, rest @ ..] => {
                let seconds = seconds.parse().context(format!("--seconds {seconds}"))?;
                (seconds, rest)
            }
            rest => (SECONDS, rest),
        };
        let target = match rest {
            [] => None,
            [target] if !target.starts_with('-') => Some(*target),
            _ => return Err("usage: cargo xtask fuzz [--seconds N] [target]".into()),
        };
        Ok(Self { seconds, target })
    }
}

/// Runs one fuzz target or all, one after the other.
///
/// # Errors
/// What is missing on this machine, or the target that broke a law.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let asked = Asked::read(arguments)?;
    let folder = workspace::root()?.join("fuzz");
    let targets = targets(&folder)?;
    let chosen: Vec<&String> = targets
        .iter()
        .filter(|name| asked.target.is_none_or(|target| target == *name))
        .collect();
    if chosen.is_empty() {
        return Err(format!("the targets are {}", targets.join(", ")).into());
    }
    tools_are_there()?;
    chosen
        .into_iter()
        .try_for_each(|target| fuzz(&folder, target, asked.seconds))
}

/// The targets, by the names of their files.
fn targets(folder: &Path) -> Outcome<Vec<String>> {
    let folder = folder.join("fuzz_targets");
    let entries = fs::read_dir(&folder).context(folder.display())?;
    let mut names = entries
        .map(|entry| {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default();
            Ok(name.to_string_lossy().into_owned())
        })
        .collect::<Outcome<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn tools_are_there() -> Outcome {
    let works = |arguments: &[&str]| {
        nightly(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !works(&["--version"]) {
        return Err(missing(
            "a nightly compiler",
            "rustup toolchain install nightly",
        ));
    }
    if !works(&["fuzz", "--version"]) {
        return Err(missing("cargo-fuzz", "cargo install cargo-fuzz"));
    }
    Ok(())
}

fn missing(what: &str, remedy: &str) -> Failure {
    format!("fuzzing needs {what}, which is not here: `{remedy}`").into()
}

/// The nightly cargo; the `cargo` that runs this is a stable one's own and takes no `+nightly`.
fn nightly(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", TOOLCHAIN, "cargo"]).args(arguments);
    command
}

fn fuzz(folder: &Path, target: &str, seconds: u64) -> Outcome {
    let found = folder.join("target/corpus").join(target);
    fs::create_dir_all(&found).context(found.display())?;
    eprintln!("\n$ cargo +{TOOLCHAIN} fuzz run {target}");
    let status = nightly(&["fuzz", "run", "--fuzz-dir"])
        .arg(folder)
        .arg(target)
        .arg(&found)
        .arg(folder.join("corpus").join(target))
        .arg(folder.join(EXAMPLES))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={MOST_BYTES}"))
        .arg(format!("-timeout={SLOW}"))
        .arg(format!("-dict={}", folder.join("json.dict").display()))
        .arg("-print_final_stats=1")
        .status()
        .context("rustup cannot be started")?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{target} broke a law; fuzz/artifacts/{target} has the bytes").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_targets_for_a_minute_unless_told_otherwise() {
        let asked = |arguments: &[&'static str]| Asked::read(arguments).ok();
        let all = |seconds, target| Some(Asked { seconds, target });
        assert_eq!(asked(&[]), all(SECONDS, None));
        assert_eq!(asked(&["--seconds", "5"]), all(5, None));
        assert_eq!(asked(&["--seconds", "5", "sha1"]), all(5, Some("sha1")));
        assert_eq!(asked(&["sha1"]), all(SECONDS, Some("sha1")));
        for wrong in [
            &["--seconds"][..],
            &["--seconds", "soon"],
            &["a", "b"],
            &["-x"],
        ] {
            assert_eq!(asked(wrong), None, "{wrong:?}");
        }
    }
}
