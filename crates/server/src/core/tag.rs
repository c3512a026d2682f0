//! What operators call machines by.

use std::fmt;
use std::str::FromStr;

/// The longest tag, in characters.
const MAX_TAG: usize = 200;

/// A word that an operator gives machines, to find them by it: `machineTags`.
///
/// One to 200 printable characters, without blanks around them; case counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tag has 1 to 200 printable characters, and no blanks around them")]
pub struct InvalidTag;

impl FromStr for Tag {
    type Err = InvalidTag;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_tag = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= MAX_TAG
            && !text.chars().any(char::is_control);
        match is_tag {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidTag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_is_a_word_that_can_be_seen() {
        let longest = "ä".repeat(200);
        for good in ["a", "Finance, 2nd floor", "!", longest.as_str()] {
            assert_eq!(good.parse::<Tag>().unwrap().as_str(), good);
        }
        for bad in ["", " ", " a", "a ", "a\nb", &"a".repeat(201)] {
            assert_eq!(bad.parse::<Tag>(), Err(InvalidTag), "{bad:?}");
        }
    }
}
