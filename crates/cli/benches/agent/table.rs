//! The rows: what was measured, the goal, the figures.

use std::fmt;
use std::time::Duration;

/// One line of the table.
pub(crate) struct Row {
    what: String,
    goal: &'static str,
    p50: String,
    p99: String,
    processor: String,
}

impl Row {
    /// How long something took, each time.
    pub(crate) fn times(what: impl Into<String>, goal: &'static str, times: &[Duration]) -> Self {
        Self::new(what, goal).with(
            milliseconds(percentile(times, 50)),
            milliseconds(percentile(times, 99)),
        )
    }

    /// How much a second; of the times of a round, and so many things in each.
    pub(crate) fn rates(what: impl Into<String>, goal: &'static str, rates: &[f64]) -> Self {
        let mut sorted = rates.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
        // The slowest round is to a rate what the ninety-ninth of a hundred is to a time.
        Self::new(what, goal).with(whole(at(sorted.len() / 2)), whole(at(0)))
    }

    /// A figure that there is one of.
    pub(crate) fn single(what: impl Into<String>, goal: &'static str, figure: String) -> Self {
        Self::new(what, goal).with(figure, String::new())
    }

    /// With the processor time that it cost.
    pub(crate) fn costing(mut self, processor: String) -> Self {
        self.processor = processor;
        self
    }

    fn new(what: impl Into<String>, goal: &'static str) -> Self {
        Self {
            what: what.into(),
            goal,
            p50: String::new(),
            p99: String::new(),
            processor: String::new(),
        }
    }

    fn with(mut self, p50: String, p99: String) -> Self {
        self.p50 = p50;
        self.p99 = p99;
        self
    }
}

/// All rows.
pub(crate) struct Table(Vec<Row>);

impl Table {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn extend(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.0.extend(rows);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | goal | p50 | p99, or slowest round | processor |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: |")?;
        for Row {
            what,
            goal,
            p50,
            p99,
            processor,
        } in &self.0
        {
            writeln!(f, "| {what} | {goal} | {p50} | {p99} | {processor} |")?;
        }
        Ok(())
    }
}

/// The time that so many of a hundred do not exceed.
fn percentile(times: &[Duration], of_a_hundred: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * of_a_hundred / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().expect("something was measured")
}

/// The middle one of several times.
pub(crate) fn median(times: &[Duration]) -> Duration {
    percentile(times, 50)
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// A figure without what is too small to matter, in groups of three.
pub(crate) fn whole(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
