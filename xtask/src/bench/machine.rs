//! On what kind of machine something was measured.

use std::process::Command;

use crate::failure::{Context as _, Outcome};

/// Operating system, processor and compiler, without a name that would tell one machine from another.
pub(super) fn kind() -> Outcome<String> {
    let cores = std::thread::available_parallelism().context("the number of cores")?;
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let compiler = Command::new("rustc")
        .arg("--version")
        .output()
        .context("rustc cannot be started")?;
    let compiler = String::from_utf8_lossy(&compiler.stdout).into_owned();
    Ok(format!(
        "{} {}, {cores} cores{}, {}",
        std::env::consts::OS,
        std::env::consts::ARCH,
        model_of(&processors)
            .map(|model| format!(" ({model})"))
            .unwrap_or_default(),
        release_of(&compiler)
    ))
}

/// The processor's model, where the kernel knows it.
fn model_of(processors: &str) -> Option<&str> {
    let (_, model) = processors
        .lines()
        .find(|line| line.starts_with("model name"))?
        .split_once(':')?;
    Some(model.trim()).filter(|model| *model != "unknown")
}

/// `rustc 1.95.0 (59807616e 2026-04-14)` without what is in brackets.
fn release_of(version: &str) -> &str {
    version.split(" (").next().unwrap_or(version).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_is_taken_where_it_is_known() {
        let known = "processor\t: 0\nmodel name\t: A Processor @ 2.10GHz\n";
        assert_eq!(model_of(known), Some("A Processor @ 2.10GHz"));
        assert_eq!(model_of("model name\t: unknown\n"), None);
        assert_eq!(model_of("processor\t: 0\n"), None);
    }

    #[test]
    fn compiler_is_told_without_its_date() {
        assert_eq!(
            release_of("rustc 1.95.0 (59807616e 2026-04-14)\n"),
            "rustc 1.95.0"
        );
    }
}
