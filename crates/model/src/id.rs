//! The API's identifiers: opaque to us, but always one path segment.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Sha1, percent};

/// Why a text cannot name a machine, a machine action or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidId {
    /// There is no text.
    #[error("an id must not be empty")]
    Empty,
    /// `.` and `..` are steps in a path: any URL library would remove them, escaped or not.
    #[error("an id must not be a step in a path such as \"..\"")]
    PathStep,
    /// The segment of a request's path is not percent-encoded UTF-8.
    #[error("an id in a path must be percent-encoded utf-8")]
    Encoding,
}

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes any text that can be one segment of a path.
            ///
            /// # Errors
            /// [`InvalidId`] when the text is empty, `.` or `..`.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                path_segment(text.into()).map(Self)
            }

            /// Reads the id from a segment of a request's path, where it is percent-encoded.
            ///
            /// # Errors
            /// [`InvalidId`] when the segment is badly encoded or holds no id.
            pub fn from_path_segment(segment: &str) -> Result<Self, InvalidId> {
                Self::new(percent::decode(segment).ok_or(InvalidId::Encoding)?)
            }

            /// The id as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id percent-encoded as exactly one segment of a path.
            #[must_use]
            pub fn path_segment(&self) -> String {
                percent::encode(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        /// An id is hashed and compared as its text is, so a map of ids can be asked for a text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;

            fn try_from(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

opaque_id! {
    /// Names a machine.
    ///
    /// The service gives 40 hexadecimal digits (32 in its preview), and takes a DNS name where it
    /// looks one machine up; so this is any text that fits one segment of a path. Whether the
    /// machine exists is the service's answer to give.
    MachineId
}

opaque_id! {
    /// Names a machine action. The service gives a GUID.
    ActionId
}

opaque_id! {
    /// Names a file, by its SHA-1 or its SHA-256.
    FileId
}

opaque_id! {
    /// Names an indicator. The service gives a number, as text.
    IndicatorId
}

impl From<Sha1> for FileId {
    fn from(sha1: Sha1) -> Self {
        Self(sha1.to_string())
    }
}

impl From<&Sha1> for FileId {
    fn from(sha1: &Sha1) -> Self {
        (*sha1).into()
    }
}

fn path_segment(text: String) -> Result<String, InvalidId> {
    match text.as_str() {
        "" => Err(InvalidId::Empty),
        "." | ".." => Err(InvalidId::PathStep),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dns_name_and_made_up_id_are_legal() {
        for text in [
            "1e5bc9d7e413ddd7902c2932e418702b84d0cc07",
            "host.example.org",
            "a b/c",
        ] {
            assert_eq!(MachineId::new(text).expect("legal").as_str(), text);
        }
    }

    #[test]
    fn map_of_ids_is_asked_for_a_text() {
        let id = MachineId::try_from("m1").expect("legal");
        assert!(id == "m1" && id.as_ref() == "m1");
        assert!(HashSet::from([id.clone()]).contains("m1"));
        assert!(BTreeSet::from([id]).contains("m1"));
        assert_eq!(ActionId::try_from(".."), Err(InvalidId::PathStep));
        assert_eq!(FileId::try_from(String::new()), Err(InvalidId::Empty));
        let sha1 = Sha1::OF_NOTHING;
        assert_eq!(FileId::from(sha1), FileId::from(&sha1));
    }

    #[test]
    fn steps_in_a_path_are_refused() {
        assert_eq!(MachineId::new(""), Err(InvalidId::Empty));
        assert_eq!(MachineId::new(".."), Err(InvalidId::PathStep));
        assert_eq!(
            ActionId::from_path_segment("%2e%2E"),
            Err(InvalidId::PathStep)
        );
        assert_eq!(ActionId::from_path_segment("%c3"), Err(InvalidId::Encoding));
    }

    #[test]
    fn id_never_leaves_its_segment() {
        let id = MachineId::new("../x?y#z").expect("legal");
        assert_eq!(id.path_segment(), "..%2Fx%3Fy%23z");
    }

    #[test]
    fn serde_is_a_string_and_refuses_what_new_refuses() {
        let id: ActionId = serde_json::from_str("\"5382f7ea\"").expect("a string");
        assert_eq!(serde_json::to_string(&id).expect("json"), "\"5382f7ea\"");
        let error = serde_json::from_str::<ActionId>("\"\"").expect_err("empty");
        assert!(
            error.to_string().starts_with("an id must not be empty"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn any_id_survives_a_path(text in "\\PC{1,40}") {
            prop_assume!(text != "." && text != "..");
            let id = MachineId::new(text).expect("legal");
            prop_assert!(!id.path_segment().contains(['/', '?', '#', ' ']));
            prop_assert_eq!(MachineId::from_path_segment(&id.path_segment()), Ok(id));
        }
    }
}
