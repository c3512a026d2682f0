//! What every open enumeration can do. The generator writes the values; this adds the rest.
//!
//! An enumeration of the service is never closed: a value that this version does not know is kept
//! as it came, compared, shown and written back.

/// An open enumeration of the service: every generated one is.
///
/// For code that is the same for all of them, such as a list to choose from.
///
/// ```
/// use quell_model::{ActionStatus, OpenEnum};
///
/// fn choices<T: OpenEnum>() -> Vec<&'static str> {
///     T::KNOWN.iter().map(AsRef::as_ref).collect()
/// }
///
/// assert_eq!(choices::<ActionStatus>().len(), 6);
/// assert!(ActionStatus::Cancelled.other_spellings().eq(["Canceled"]));
/// ```
pub trait OpenEnum:
    Clone + PartialEq + AsRef<str> + From<String> + Send + Sync + sealed::Spelled + 'static
{
    /// Every value that this version knows, in the service's order.
    const KNOWN: &'static [Self];

    /// Spellings seen in the wild that are read as this value, besides its own.
    fn other_spellings(&self) -> impl Iterator<Item = &'static str> {
        let mine = Self::SPELLINGS
            .iter()
            .filter(move |(_, value)| value == self);
        mine.map(|(spelling, _)| *spelling)
            .filter(move |spelling| *spelling != self.as_ref())
    }
}

pub(crate) mod sealed {
    /// An enumeration with every spelling that is read as a known value.
    pub trait Spelled: Sized + 'static {
        const SPELLINGS: &'static [(&'static str, Self)];
    }
}

/// Finds a known value by any spelling seen in the wild, without regard to case.
pub(crate) fn find<T: Clone>(spellings: &[(&str, T)], text: &str) -> Option<T> {
    spellings
        .iter()
        .find(|(spelling, _)| spelling.eq_ignore_ascii_case(text))
        .map(|(_, value)| value.clone())
}

/// Implements conversions, display, serde and the strict face of requests for a generated
/// enumeration, which brings `as_str`, `KNOWN`, a table `SPELLINGS` and a variant `UnknownValue`.
macro_rules! open_enum {
    ($name:ident, $spellings:ident) => {
        impl crate::open_enum::OpenEnum for $name {
            const KNOWN: &'static [Self] = Self::KNOWN;
        }

        impl crate::open_enum::sealed::Spelled for $name {
            const SPELLINGS: &'static [(&'static str, Self)] = $spellings;
        }

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
            fn from_scalar(scalar: crate::wire::Scalar<'_>) -> Option<Self> {
                match scalar {
                    crate::wire::Scalar::Text(text) => Some(text.into()),
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::{ActionStatus, ActionType, ErrorCode, OnboardingStatus, OpenEnum, TokenErrorCode};

    /// Every known value is written as it is read, and is its own spelling.
    fn check<T: OpenEnum + std::fmt::Debug>() {
        for value in T::KNOWN {
            let text = value.as_ref();
            assert_eq!(&T::from(text.to_owned()), value);
            assert_eq!(&T::from(text.to_uppercase()), value);
            for other in value.other_spellings() {
                assert_ne!(other, text);
                assert_eq!(&T::from(other.to_owned()), value);
            }
        }
        assert!(!T::KNOWN.contains(&T::from("Dreaming".to_owned())));
    }

    #[test]
    fn known_values_are_listed_in_the_order_of_the_service() {
        assert_eq!(
            ActionStatus::KNOWN
                .iter()
                .map(ActionStatus::as_str)
                .collect::<Vec<_>>(),
            [
                "Pending",
                "Cancelled",
                "TimeOut",
                "Failed",
                "InProgress",
                "Succeeded"
            ]
        );
        assert!(ErrorCode::TooManyRequests.other_spellings().eq(["429"]));
        check::<ActionStatus>();
        check::<ActionType>();
        check::<ErrorCode>();
        check::<OnboardingStatus>();
        check::<TokenErrorCode>();
    }

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
