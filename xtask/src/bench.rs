//! `cargo xtask bench`: runs the benchmarks and writes their tables into `docs/performance.md`.

use std::process::Command;

use crate::failure::{Context as _, Outcome};

const PAGE: &str = "docs/performance.md";

/// Runs every benchmark whose table stands on the page.
///
/// # Errors
/// What failed.
pub(crate) fn run() -> Outcome {
    let table = output_of(&[
        "bench",
        "--quiet",
        "--package",
        "quell-cli",
        "--bench",
        "act",
    ])?;
    let page = std::fs::read_to_string(PAGE).context(PAGE)?;
    let page = replace_between(&page, "act", table.trim())?;
    std::fs::write(PAGE, page).context(PAGE)
}

fn output_of(arguments: &[&str]) -> Outcome<String> {
    eprintln!("$ cargo {}", arguments.join(" "));
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        return Err(format!("cargo {} failed ({})", arguments.join(" "), output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Replaces what stands between `<!-- name -->` and `<!-- /name -->`.
fn replace_between(page: &str, name: &str, content: &str) -> Outcome<String> {
    let (start, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = page
        .split_once(&start)
        .context(format!("{PAGE} has no {start}"))?;
    let (_, after) = rest
        .split_once(&end)
        .context(format!("{PAGE} has no {end}"))?;
    Ok(format!("{before}{start}\n{content}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let page = "a\n<!-- t -->\nold\n<!-- /t -->\nb\n";
        assert_eq!(
            replace_between(page, "t", "new").unwrap(),
            "a\n<!-- t -->\nnew\n<!-- /t -->\nb\n"
        );
        assert!(replace_between(page, "u", "new").is_err());
    }
}
