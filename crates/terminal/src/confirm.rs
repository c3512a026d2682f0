//! Asking before something happens that cannot be taken back by itself.

use std::io::{self, BufRead, IsTerminal as _};

use crate::output::note;
use crate::{Exit, Failure, printable};

/// As much of an answer as is read, in bytes.
const MAX_ANSWER: u64 = 1024;

/// Whether the user has agreed beforehand.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Consent {
    /// Do it without asking; needed where there is no terminal to ask on
    #[arg(long, short = 'y')]
    pub yes: bool,
}

/// What a person is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is about to happen, and to what: shown line by line.
    pub about: &'a [String],
    /// The question itself, with its question mark.
    pub ask: &'a str,
    /// What to do where there is no terminal to ask on.
    pub advice: &'a str,
}

impl<'a> Question<'a> {
    /// Whether to go on with what `about` says.
    #[must_use]
    pub const fn go_on(about: &'a [String]) -> Self {
        Self {
            about,
            ask: "Go on?",
            advice: "add --yes",
        }
    }
}

impl Consent {
    /// Goes on only when the user has agreed beforehand, or agrees now.
    ///
    /// # Errors
    /// When the user does not agree, or when there is no terminal to ask on.
    pub fn or_ask(self, question: &Question<'_>) -> Result<(), Failure> {
        let at_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        self.or_ask_on(at_terminal.then(|| io::stdin().lock()), question)
    }

    fn or_ask_on(
        self,
        terminal: Option<impl BufRead>,
        question: &Question<'_>,
    ) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        for line in question.about {
            note(&printable(line));
        }
        let Some(terminal) = terminal else {
            let what = "nothing was done: there is no terminal to ask on";
            return Err(Failure::usage(what).next(question.advice));
        };
        note(&format!("{} [y/N]", question.ask));
        let mut answer = String::new();
        let read = terminal.take(MAX_ANSWER).read_line(&mut answer);
        if read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(Failure::new(
                Exit::Halted,
                "nothing was done: not confirmed",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(yes: bool, answer: Option<&[u8]>) -> Exit {
        let question = Question::go_on(&[]);
        match (Consent { yes }).or_ask_on(answer, &question) {
            Ok(()) => Exit::Success,
            Err(failure) => failure.exit(),
        }
    }

    #[test]
    fn consent_is_given_beforehand_or_by_a_yes() {
        assert_eq!(ended(true, None), Exit::Success);
        for yes in ["y\n", "Y\n", " yes \n", "YES"] {
            assert_eq!(ended(false, Some(yes.as_bytes())), Exit::Success, "{yes}");
        }
    }

    #[test]
    fn everything_else_is_a_no() {
        for no in ["\n", "", "n\n", "yes please\n", "ja\n"] {
            assert_eq!(ended(false, Some(no.as_bytes())), Exit::Halted, "{no}");
        }
        assert_eq!(ended(false, Some(&[0xff, b'y', b'\n'])), Exit::Halted);
    }

    #[test]
    fn nobody_can_be_asked_without_a_terminal() {
        let question = Question {
            advice: "look first",
            ..Question::go_on(&[])
        };
        let failure = (Consent { yes: false })
            .or_ask_on(None::<&[u8]>, &question)
            .unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        assert!(failure.render().contains("next: look first"));
    }
}
