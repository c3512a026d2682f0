//! What is printed: a line a case, and the count at the end.

use std::process::ExitCode;

use crate::case::{Case, Seen};

/// Counts what it prints.
pub(crate) struct Report {
    held: u32,
    failed: u32,
    not_shown: u32,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            held: 0,
            failed: 0,
            not_shown: 0,
        }
    }

    pub(crate) fn add(&mut self, case: &Case, seen: Seen) {
        let (count, word, told) = match seen {
            Seen::Held(told) => (&mut self.held, "held", told),
            Seen::Failed(told) => (&mut self.failed, "FAILED", told),
            Seen::NotShown(told) => (&mut self.not_shown, "not shown", told),
        };
        *count += 1;
        let told = told.replace('\n', " · ");
        println!("{:>2}  {:<9}  {}", case.number, word, case.name);
        println!("    expected: {}", case.expected);
        println!("    seen:     {told}");
    }

    /// Success only if every case that ran held, and one did.
    pub(crate) fn conclude(self) -> ExitCode {
        println!();
        println!(
            "{} held, {} failed, {} not shown",
            self.held, self.failed, self.not_shown
        );
        match (self.failed, self.held) {
            (0, 1..) => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}
