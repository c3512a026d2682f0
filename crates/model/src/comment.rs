//! Why something is done: required by every action.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The reason given for an action: kept by the service as the action's `requestorComment`.
///
/// The documentation requires one and names no greatest length. A text of nothing but white space
/// gives no reason, so it counts as absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Comment(String);

/// A comment has nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a comment must say why: it is empty or nothing but white space")]
pub struct EmptyComment;

impl Comment {
    /// Takes any text that is not blank, and keeps it exactly as it is.
    ///
    /// # Errors
    /// [`EmptyComment`] when there is nothing but white space.
    pub fn new(text: impl Into<String>) -> Result<Self, EmptyComment> {
        let text = text.into();
        if text.trim().is_empty() {
            Err(EmptyComment)
        } else {
            Ok(Self(text))
        }
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Comment {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Comment {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for Comment {
    type Err = EmptyComment;

    fn from_str(text: &str) -> Result<Self, EmptyComment> {
        Self::new(text)
    }
}

impl TryFrom<String> for Comment {
    type Error = EmptyComment;

    fn try_from(text: String) -> Result<Self, EmptyComment> {
        Self::new(text)
    }
}

impl TryFrom<&str> for Comment {
    type Error = EmptyComment;

    fn try_from(text: &str) -> Result<Self, EmptyComment> {
        Self::new(text)
    }
}

impl From<Comment> for String {
    fn from(comment: Comment) -> Self {
        comment.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_comment_is_refused() {
        for blank in ["", " ", "\t\r\n", "\u{a0}"] {
            assert_eq!(Comment::new(blank), Err(EmptyComment));
        }
    }

    #[test]
    fn comment_is_kept_to_the_letter() {
        let text = " Stoppé: \"alerte\" 441688558380765161 ";
        assert_eq!(Comment::new(text).expect("not blank").as_str(), text);
    }

    #[test]
    fn serde_refuses_what_new_refuses() {
        assert!(serde_json::from_str::<Comment>("\" \"").is_err());
        let comment: Comment = serde_json::from_str("\"why\"").expect("not blank");
        assert_eq!(serde_json::to_string(&comment).expect("json"), "\"why\"");
    }
}
