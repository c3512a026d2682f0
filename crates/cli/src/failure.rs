//! What a person reads when a command cannot go on: what happened, why, and what to do next.

use std::error::Error as StdError;
use std::fmt::Write as _;

use crate::exit::Exit;
use crate::output::printable;

/// Why a command ends without its result.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    causes: Vec<String>,
    service: Option<String>,
    next: Option<String>,
}

impl Failure {
    /// What happened, in one sentence without a full stop.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            causes: Vec::new(),
            service: None,
            next: None,
        }
    }

    /// Wrong use; nothing was sent.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// A fault outside the API.
    pub(crate) fn fault(what: impl Into<String>) -> Self {
        Self::new(Exit::Fault, what)
    }

    /// Adds why: the error and everything below it.
    #[must_use]
    pub(crate) fn because(mut self, error: &(dyn StdError + 'static)) -> Self {
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
    pub(crate) fn at(mut self, destination: &str) -> Self {
        self.service = Some(destination.to_owned());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub(crate) fn next(mut self, advice: impl Into<String>) -> Self {
        self.next = Some(advice.into());
        self
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The lines for standard error. Texts from outside lose their control characters.
    pub(crate) fn render(&self) -> String {
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

impl From<&quell::Error> for Failure {
    fn from(error: &quell::Error) -> Self {
        crate::connection::explain(error)
    }
}

impl From<quell::Error> for Failure {
    fn from(error: quell::Error) -> Self {
        Self::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_says_what_why_and_what_next() {
        let io = std::io::Error::other("disk full");
        let failure = Failure::fault("the file cannot be written")
            .because(&io)
            .next("make room");
        assert_eq!(
            failure.render(),
            "error: the file cannot be written\n  because: disk full\n  next: make room\n"
        );
    }

    #[test]
    fn failure_from_outside_cannot_move_the_cursor() {
        let failure = Failure::fault("machine \u{1b}[2Jx\u{7}");
        assert_eq!(failure.render(), "error: machine [2Jx\n");
    }
}
