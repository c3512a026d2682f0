//! What whoever asks knows of a file: it nominates and never decides.

use serde::{Deserialize, Serialize};

use crate::WirePath;

/// The most paths that one order names.
pub const MOST_PATHS: usize = 32;
/// The longest path that is named, in bytes: what a Linux system call takes.
pub const LONGEST_PATH: usize = 4095;

/// Where to look first, and what need not be read. A file is known by its content alone: whatever
/// lies at a named path with another one is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hints {
    /// Bytes: a file of another size is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    /// Where it may be, as absolute paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<WirePath>,
}

/// Why hints are no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HintFault {
    /// Only the empty file has no bytes, and nobody can mean that.
    #[error("a file's size is a number of bytes from 1 to 9223372036854775807")]
    Size,
    /// There are too many paths.
    #[error("at most {MOST_PATHS} paths may be named")]
    TooManyPaths,
    /// A path is not absolute, too long, or holds what no path can.
    #[error("a path begins with /, has at most {LONGEST_PATH} bytes and no NUL")]
    Path,
}

impl Hints {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.file_size.is_none() && self.paths.is_empty()
    }

    /// Says whether these are hints that a machine can look at.
    ///
    /// # Errors
    /// The first [`HintFault`].
    pub fn check(&self) -> Result<(), HintFault> {
        let a_size = |size: u64| (1..=i64::MAX.cast_unsigned()).contains(&size);
        if !self.file_size.is_none_or(a_size) {
            return Err(HintFault::Size);
        }
        if self.paths.len() > MOST_PATHS {
            return Err(HintFault::TooManyPaths);
        }
        let is_path = |path: &WirePath| {
            let bytes = path.to_bytes();
            bytes.starts_with(b"/") && bytes.len() <= LONGEST_PATH && !bytes.contains(&0)
        };
        if self.paths.iter().all(is_path) {
            Ok(())
        } else {
            Err(HintFault::Path)
        }
    }
}

/// What an agent understands beyond the first messages of its protocol version: a server orders
/// nothing of an agent that it might misread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Ability {
    /// It reads [`Hints`].
    Hints,
    /// It can say what it would do, and touch nothing.
    DryRun,
    /// It can stop those, too, who only use the file as a shared library.
    StopMappers,
    /// One that a newer agent has.
    #[serde(other)]
    Other,
}

impl Ability {
    /// What an agent of this crate understands.
    pub const ALL: [Self; 3] = [Self::Hints, Self::DryRun, Self::StopMappers];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(paths: &[&[u8]]) -> Hints {
        Hints {
            file_size: None,
            paths: paths
                .iter()
                .map(|path| WirePath::from_bytes(path))
                .collect(),
        }
    }

    #[test]
    fn hints_within_bounds_are_taken() {
        let mut hints = at(&[b"/", b"/a b/\xff\n", &[b'/'; LONGEST_PATH]]);
        for size in [1, i64::MAX.cast_unsigned()] {
            hints.file_size = Some(size);
            assert_eq!(hints.check(), Ok(()));
        }
        assert_eq!(at(&[b"/x".as_slice(); MOST_PATHS]).check(), Ok(()));
    }

    #[test]
    fn hints_beyond_bounds_are_refused() {
        for size in [0, u64::MAX] {
            let hints = Hints {
                file_size: Some(size),
                paths: Vec::new(),
            };
            assert_eq!(hints.check(), Err(HintFault::Size));
        }
        let many = at(&[b"/x".as_slice(); MOST_PATHS + 1]);
        assert_eq!(many.check(), Err(HintFault::TooManyPaths));
        for path in [
            b"".as_slice(),
            b"x",
            b"../x",
            b"/a\0b",
            &[b'/'; LONGEST_PATH + 1],
        ] {
            assert_eq!(at(&[path]).check(), Err(HintFault::Path), "{path:?}");
        }
    }

    #[test]
    fn ability_of_a_newer_agent_is_read() {
        let abilities: Vec<Ability> = serde_json::from_str(r#"["DryRun","TimeTravel"]"#).unwrap();
        assert_eq!(abilities, [Ability::DryRun, Ability::Other]);
    }
}
