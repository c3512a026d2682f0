//! Progress of long work, on standard error, and only where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that vanishes when the work is done.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for so many steps; one step alone needs none.
    pub(crate) fn new(doing: &'static str, steps: usize) -> Self {
        if steps < 2 {
            return Self {
                bar: ProgressBar::hidden(),
            };
        }
        let bar = ProgressBar::new(steps as u64).with_message(doing);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, about {eta} left")
        {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// One step is done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
