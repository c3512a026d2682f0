//! What went away and what came between two listings.

use std::collections::HashMap;
use std::fmt;

/// Lines that only one of two listings has, each in its listing's order.
pub(super) struct Changes<'a> {
    gone: Vec<&'a str>,
    new: Vec<&'a str>,
}

impl<'a> Changes<'a> {
    pub(super) fn between(listed: &'a str, found: &'a str) -> Self {
        Self {
            gone: lines_beyond(listed, found),
            new: lines_beyond(found, listed),
        }
    }

    pub(super) fn is_none(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty()
    }
}

/// The lines of `text` that `other` does not have, as often as it does not have them.
fn lines_beyond<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for line in other.lines() {
        *left.entry(line).or_default() += 1;
    }
    text.lines()
        .filter(|line| match left.get_mut(line) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

impl fmt::Display for Changes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.gone {
            writeln!(formatter, "  - {line}")?;
        }
        for line in &self.new {
            writeln!(formatter, "  + {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_away_stands_before_what_came() {
        let changes = Changes::between("kept\nold\n", "kept\nnew\n");
        assert_eq!(changes.to_string(), "  - old\n  + new\n");
    }

    #[test]
    fn a_line_that_stands_twice_may_not_go_away_once() {
        assert_eq!(Changes::between("a\na\n", "a\n").to_string(), "  - a\n");
        assert!(Changes::between("a\nb\n", "a\nb\n").is_none());
    }
}
