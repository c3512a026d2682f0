//! What every open enumeration can do. The generator writes the values; this adds the rest.
//!
//! An enumeration of the service is never closed: a value that this version does not know is kept
//! as it came, compared, shown and written back.

/// Finds a known value by any spelling seen in the wild, without regard to case.
pub(crate) fn find<T: Clone>(spellings: &[(&str, T)], text: &str) -> Option<T> {
    spellings
        .iter()
        .find(|(spelling, _)| spelling.eq_ignore_ascii_case(text))
        .map(|(_, value)| value.clone())
}

/// Implements conversions, display, serde and the strict face of requests for a generated enumeration, which brings
/// `as_str`, a table `SPELLINGS` and a variant `UnknownValue`.
macro_rules! open_enum {
    ($name:ident, $spellings:ident) => {
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                crate::open_enum::find($spellings, text)
                    .unwrap_or_else(|| Self::UnknownValue(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                crate::open_enum::find($spellings, &text).unwrap_or(Self::UnknownValue(text))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::UnknownValue(text) => text,
                    known => known.as_str().to_owned(),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::deserialize_text(deserializer)
            }
        }

        crate::request::open_parameter!($name);

        impl crate::wire::WireValue for $name {
            fn read<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                serde::Deserialize::deserialize(d)
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::{ActionStatus, ActionType, ErrorCode, OnboardingStatus};

    #[test]
    fn spellings_of_the_wild_are_read_as_the_known_value() {
        assert_eq!(ActionStatus::from("Canceled"), ActionStatus::Cancelled);
        assert_eq!(ActionType::from("Live Response"), ActionType::LiveResponse);
        assert_eq!(
            OnboardingStatus::from("onboarded"),
            OnboardingStatus::Onboarded
        );
        assert_eq!(ErrorCode::from("429"), ErrorCode::TooManyRequests);
        assert_eq!(ActionStatus::Cancelled.as_str(), "Cancelled");
    }

    #[test]
    fn unknown_value_is_kept_shown_and_compared() {
        let unknown: ActionStatus = "Dreaming".parse().expect("any text");
        assert_eq!(unknown, ActionStatus::from("Dreaming".to_owned()));
        assert_ne!(unknown, ActionStatus::from("dreaming"));
        assert_eq!(unknown.to_string(), "Dreaming");
        assert!(!unknown.is_known() && ActionStatus::Pending.is_known());
    }

    #[test]
    fn serde_is_a_string() {
        let status: ActionStatus = serde_json::from_str("\"InProgress\"").expect("a string");
        assert_eq!(
            serde_json::to_string(&status).expect("json"),
            "\"InProgress\""
        );
        assert!(serde_json::from_str::<ActionStatus>("7").is_err());
    }
}
