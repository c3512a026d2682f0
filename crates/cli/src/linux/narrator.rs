//! Tells the demo's story: what is done, what is claimed, and whether each claim held.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use quell_terminal::{Exit, Failure, output};

/// Writes the story to standard output and remembers what did not hold.
#[derive(Debug)]
pub(crate) struct Narrator {
    color: bool,
    broken: Vec<String>,
}

impl Narrator {
    /// A narrator for this terminal, or for a file when there is none.
    pub(crate) fn new() -> Self {
        Self {
            color: output::takes_color(&std::io::stdout()),
            broken: Vec::new(),
        }
    }

    /// A heading.
    pub(crate) fn chapter(&self, title: &str) -> Result<(), Failure> {
        output::text(&format!("\n{}\n", self.paint("1", title)))
    }

    /// Something that a reader should know.
    pub(crate) fn remark(&self, text: &str) -> Result<(), Failure> {
        output::text(&format!("    {}\n", self.paint("2", text)))
    }

    /// Lines of a document, indented.
    pub(crate) fn document(&self, text: &str) -> Result<(), Failure> {
        let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
        output::text(&indented)
    }

    /// Runs a step with a live spinner and says how long it took.
    pub(crate) async fn step<T>(
        &self,
        doing: &'static str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let spinner = spinner(doing);
        let began = Instant::now();
        let result = work.await;
        spinner.finish_and_clear();
        if result.is_ok() {
            let took = format!("({})", milliseconds(began.elapsed()));
            let took = self.paint("2", &took);
            output::text(&format!("  {} {doing} {took}\n", self.paint("36", "·")))?;
        }
        result
    }

    /// States a claim and whether it held.
    pub(crate) fn claim(&mut self, claim: &str, held: bool) -> Result<(), Failure> {
        let mark = if held {
            self.paint("32", "✓")
        } else {
            self.paint("31", "✗")
        };
        if !held {
            self.broken.push(claim.to_owned());
        }
        output::text(&format!("  {mark} {claim}\n"))
    }

    /// Fails when a claim did not hold.
    pub(crate) fn verdict(self) -> Result<(), Failure> {
        if self.broken.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Failed,
            format!("did not hold: {}", self.broken.join("; ")),
        ))
    }

    fn paint<'t>(&self, code: &str, text: &'t str) -> Cow<'t, str> {
        if self.color {
            Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }
}

fn spinner(doing: &'static str) -> ProgressBar {
    // indicatif draws on standard error, and nothing at all where that is no terminal.
    let spinner = ProgressBar::new_spinner().with_message(doing);
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(80));
    spinner
}

fn milliseconds(duration: Duration) -> String {
    if duration < Duration::from_secs(10) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}
