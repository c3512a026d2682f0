//! Telling an error with its causes, in one line.

use std::error::Error;
use std::fmt;

/// Shows an error and, after colons, what caused it.
pub(crate) struct WithCauses<'a>(pub(crate) &'a dyn Error);

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut told = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some libraries repeat their cause in their own message.
            if !told.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            told = text;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    #[test]
    fn every_cause_is_told_once() {
        let root = Link {
            text: "disk full",
            source: None,
        };
        let middle = Link {
            text: "cannot write: disk full",
            source: Some(Box::new(root)),
        };
        let top = Link {
            text: "no item",
            source: Some(Box::new(middle)),
        };
        assert_eq!(
            WithCauses(&top).to_string(),
            "no item: cannot write: disk full"
        );
    }
}
