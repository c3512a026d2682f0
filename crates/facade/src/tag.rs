//! A mark in the comment, by which an action is known as ours.

use std::fmt;
use std::str::FromStr;

use quell_model::Comment;

use crate::random;

/// The digits of Crockford's base 32: no letter that is taken for another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const OPEN: &str = "[quell:";
const CLOSE: char = ']';
/// With brackets and the blank before them a tag takes 40 characters of the comment.
const LONGEST: usize = 40 - 1 - OPEN.len() - 1;
/// 80 bits: among a million tags two are alike once in a trillion times.
const RANDOM_DIGITS: u32 = 16;

/// What a comment ends in, as `alert 7 [quell:5W8TQ0ZK3M1P9RHE]`, so that an action is known as
/// ours when its answer was lost.
///
/// A tag has one part, or three: campaign, item and attempt. Two tags that differ in nothing but
/// the attempt are of one item.
///
/// ```
/// use quell::{Comment, Tag};
///
/// let tag: Tag = "9C4/01F/2".parse()?;
/// let comment = tag.stamp(&Comment::new("alert 7")?);
/// assert_eq!(comment.as_str(), "alert 7 [quell:9C4/01F/2]");
/// assert!(Tag::of(comment.as_str()).is_some_and(|found| found.is_of_the_item_of(&"9C4/01F/1".parse().unwrap())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag(String);

/// Not a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a tag is one part or three, parted by slashes, of digits and capital letters but I, L, O and U, \
     and has at most {LONGEST} characters"
)]
pub struct InvalidTag;

impl Tag {
    /// A tag that no other call has.
    #[must_use]
    pub fn random() -> Self {
        let bits = random::bits();
        let digit = |place: u32| digit(bits >> (5 * place));
        Self((0..RANDOM_DIGITS).map(digit).collect())
    }

    /// The tag at the end of a comment, if there is one.
    #[must_use]
    pub fn of(comment: &str) -> Option<Self> {
        let inside = comment.trim_end().strip_suffix(CLOSE)?;
        let (_, text) = inside.rsplit_once(OPEN)?;
        text.parse().ok()
    }

    /// The comment with this tag at its end.
    #[must_use]
    pub fn stamp(&self, comment: &Comment) -> Comment {
        let text = format!("{comment} {OPEN}{}{CLOSE}", self.0);
        // Text was added to a comment, so it is not blank.
        Comment::new(text).unwrap_or_else(|_| comment.clone())
    }

    /// Whether both are of one item: alike but for the attempt.
    #[must_use]
    pub fn is_of_the_item_of(&self, other: &Self) -> bool {
        self.item() == other.item()
    }

    /// The tag without its brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn item(&self) -> &str {
        match self.0.rsplit_once('/') {
            Some((item, _attempt)) => item,
            None => &self.0,
        }
    }
}

/// The digit for the lowest five bits.
fn digit(bits: u128) -> char {
    let place = usize::try_from(bits & 31).unwrap_or(0);
    DIGITS.get(place).copied().map_or('0', char::from)
}

impl FromStr for Tag {
    type Err = InvalidTag;

    fn from_str(text: &str) -> Result<Self, InvalidTag> {
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| DIGITS.contains(&b));
        let parts = text.split('/').count();
        if text.len() <= LONGEST && matches!(parts, 1 | 3) && text.split('/').all(is_part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTag)
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comment(text: &str) -> Comment {
        Comment::new(text).unwrap()
    }

    #[test]
    fn a_tag_comes_back_from_the_comment_it_was_put_in() {
        let tag = Tag::random();
        assert_eq!(tag.as_str().parse(), Ok(tag.clone()));
        let stamped = tag.stamp(&comment("alert [quell:7] and [more]"));
        assert_eq!(Tag::of(stamped.as_str()), Some(tag.clone()));
        assert_eq!(Tag::of(&format!("{stamped} \n")), Some(tag));
    }

    #[test]
    fn it_takes_forty_characters_at_most() {
        let longest: Tag = "Z".repeat(LONGEST).parse().unwrap();
        assert_eq!(longest.stamp(&comment("x")).as_str().len(), 1 + 40);
        assert_eq!("Z".repeat(LONGEST + 1).parse::<Tag>(), Err(InvalidTag));
    }

    #[test]
    fn what_is_no_tag_is_none() {
        for text in ["", "a", "I", "1/2", "1//2", "1/2/3/4", "/1/2", "1 2", "é"] {
            assert_eq!(text.parse::<Tag>(), Err(InvalidTag), "{text:?}");
        }
        for text in [
            "",
            "[quell:7",
            "quell:7]",
            "[quell:7] later",
            "[Quell:7]",
            "[quell:]",
        ] {
            assert_eq!(Tag::of(text), None, "{text:?}");
        }
    }

    #[test]
    fn attempts_of_one_item_belong_together_and_nothing_else_does() {
        let tag = |text: &str| text.parse::<Tag>().unwrap();
        assert!(tag("1/2/3").is_of_the_item_of(&tag("1/2/4")));
        assert!(!tag("1/2/3").is_of_the_item_of(&tag("1/3/3")));
        assert!(tag("12").is_of_the_item_of(&tag("12")));
        assert!(!tag("12").is_of_the_item_of(&tag("13")));
    }

    proptest! {
        #[test]
        fn no_comment_makes_it_panic(text in "\\PC*") {
            let _ = Tag::of(&text);
            let _ = Tag::of(&format!("{text} [quell:{text}]"));
        }
    }
}
