//! `cargo xtask picture`: runs the demo and draws what a terminal would show, as `docs/demo.svg`.

use std::fmt::Write as _;
use std::process::Command;

use crate::cargo;
use crate::failure::{Context as _, Outcome};

const LINE_HEIGHT: usize = 19;
const CHARACTER_WIDTH: f64 = 8.43;
const MARGIN: usize = 18;
const TITLE_BAR: usize = 34;

/// Runs the release build's demo and writes the picture.
///
/// # Errors
/// What failed.
pub(crate) fn run() -> Outcome {
    cargo::run(&["build", "--release", "--package", "quell-cli"], &[])?;
    let output = Command::new("target/release/quell")
        .arg("demo")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .context("the demo cannot be started")?;
    if !output.status.success() {
        return Err(format!(
            "the demo failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    std::fs::write("docs/demo.svg", draw(&text)).context("docs/demo.svg")
}

/// Draws terminal output: text and the few colours that the narrator uses.
fn draw(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().collect();
    let columns = lines
        .iter()
        .map(|line| visible_width(line))
        .max()
        .unwrap_or(0)
        .max(80);
    let width = (columns as f64 * CHARACTER_WIDTH) as usize + 2 * MARGIN;
    let height = TITLE_BAR + lines.len() * LINE_HEIGHT + MARGIN;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="Terminal output of quell demo">
<rect width="{width}" height="{height}" rx="8" fill="#161b22"/>
<circle cx="20" cy="17" r="6" fill="#f85149"/><circle cx="40" cy="17" r="6" fill="#d29922"/><circle cx="60" cy="17" r="6" fill="#3fb950"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#e6edf3" xml:space="preserve">
"##
    );
    for (index, line) in lines.iter().enumerate() {
        let y = TITLE_BAR + (index + 1) * LINE_HEIGHT - 5;
        let _ = writeln!(svg, r#"<text x="{MARGIN}" y="{y}">{}</text>"#, spans(line));
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// One line as `tspan`s, a span for each run of one colour.
fn spans(line: &str) -> String {
    let mut spans = String::new();
    let mut style = "";
    let mut rest = line;
    while !rest.is_empty() {
        let (run, after) = rest.split_once("\u{1b}[").unwrap_or((rest, ""));
        if !run.is_empty() {
            let _ = write!(spans, "<tspan{style}>{}</tspan>", escape(run));
        }
        let (code, after) = after.split_once('m').unwrap_or(("", after));
        style = style_of(code);
        rest = after;
    }
    spans
}

fn style_of(code: &str) -> &'static str {
    match code {
        "1" => r#" font-weight="bold""#,
        "2" => r##" fill="#8b949e""##,
        "31" => r##" fill="#f85149""##,
        "32" => r##" fill="#3fb950""##,
        "36" => r##" fill="#39c5cf""##,
        _ => "",
    }
}

fn visible_width(line: &str) -> usize {
    let mut in_escape = false;
    line.chars()
        .filter(|&c| {
            let escape_starts = c == '\u{1b}';
            let visible = !in_escape && !escape_starts;
            in_escape = escape_starts || (in_escape && c != 'm');
            visible
        })
        .count()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_spans_and_do_not_count_as_width() {
        let line = "  \u{1b}[32m✓\u{1b}[0m done <ok>";
        assert_eq!(visible_width(line), 13);
        assert_eq!(
            spans(line),
            r##"<tspan>  </tspan><tspan fill="#3fb950">✓</tspan><tspan> done &lt;ok&gt;</tspan>"##
        );
    }
}
