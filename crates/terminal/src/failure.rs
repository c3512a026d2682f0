//! What a person reads when a command cannot go on: what happened, why, and what to do next.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::output::note;
use crate::{Exit, printable};

/// Why a command ends without its result.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    what: String,
    causes: Vec<String>,
    service: Option<String>,
    next: Option<String>,
}

impl Failure {
    /// What happened, in one sentence without a full stop.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            causes: Vec::new(),
            service: None,
            next: None,
        }
    }

    /// An error is what happened; what lies below it is why.
    #[must_use]
    pub fn of(exit: Exit, error: &dyn Error) -> Self {
        let failure = Self::new(exit, error.to_string());
        match error.source() {
            Some(cause) => failure.because(cause),
            None => failure,
        }
    }

    /// Wrong use; nothing was done.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// A fault of this machine or this program.
    pub fn fault(what: impl Into<String>) -> Self {
        Self::new(Exit::Fault, what)
    }

    /// Adds why: the error and everything below it.
    #[must_use]
    pub fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let text = error.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Adds which service was asked, and as whom.
    #[must_use]
    pub fn at(mut self, destination: &str) -> Self {
        self.service = Some(destination.to_owned());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, advice: impl Into<String>) -> Self {
        self.next = Some(advice.into());
        self
    }

    /// How the command is to end.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// The lines for standard error. Text from outside cannot deceive a terminal in them.
    #[must_use]
    pub fn render(&self) -> String {
        let mut lines = format!("error: {}\n", printable(&self.what));
        for cause in &self.causes {
            let _ = writeln!(lines, "  because: {}", printable(cause));
        }
        if let Some(service) = &self.service {
            let _ = writeln!(lines, "  at: {}", printable(service));
        }
        if let Some(next) = &self.next {
            let _ = writeln!(lines, "  next: {}", printable(next));
        }
        lines
    }
}

/// Ends a command: tells of its failure, if it failed, and says how the process ends.
#[must_use]
pub fn finish(done: Result<Exit, Failure>) -> ExitCode {
    done.unwrap_or_else(|failure| {
        note(failure.render().trim_end());
        failure.exit()
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not write the file")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn failure_says_what_why_where_and_what_next() {
        let error = std::io::Error::other("disk full");
        let failure = Failure::fault("the file cannot be written")
            .because(&error)
            .at("your own service")
            .next("make room");
        assert_eq!(
            failure.render(),
            "error: the file cannot be written\n  because: disk full\n  at: your own service\n  next: make room\n"
        );
    }

    #[test]
    fn error_is_what_happened_and_its_sources_are_why() {
        let error = Outer(std::io::Error::other("disk full"));
        let failure = Failure::of(Exit::Failed, &error);
        assert_eq!(
            failure.render(),
            "error: could not write the file\n  because: disk full\n"
        );
        assert_eq!(failure.exit(), Exit::Failed);
    }

    #[test]
    fn cause_that_repeats_itself_is_said_once() {
        let error = Outer(std::io::Error::other("could not write the file"));
        assert_eq!(
            Failure::fault("no").because(&error).render(),
            "error: no\n  because: could not write the file\n"
        );
    }

    #[test]
    fn failure_from_outside_cannot_move_the_cursor() {
        let failure = Failure::fault("machine \u{1b}[2Jx\u{7}");
        assert_eq!(failure.render(), "error: machine \\u{1b}[2Jx\\u{7}\n");
    }
}
