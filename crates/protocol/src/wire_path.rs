//! A path of a device in a JSON message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A path: readable for people, exact for programs.
///
/// Paths are bytes on Linux. `path` is the text (with U+FFFD where it is not UTF-8); `pathBytes`
/// is the base64 of the exact bytes and is there only when the text is not exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WirePath {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl WirePath {
    /// Wraps the exact bytes of a path.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self {
                path: text.to_owned(),
                path_bytes: None,
            },
            Err(_) => Self {
                path: String::from_utf8_lossy(bytes).into_owned(),
                path_bytes: Some(STANDARD.encode(bytes)),
            },
        }
    }

    /// The text, for people.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.path
    }

    /// The exact bytes; those of the text when `pathBytes` is no base64.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.path_bytes
            .as_deref()
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .unwrap_or_else(|| self.path.clone().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn path_utf8_has_no_second_form() {
        let json = serde_json::to_string(&WirePath::from_bytes("/opt/ä b".as_bytes())).unwrap();
        assert_eq!(json, r#"{"path":"/opt/ä b"}"#);
    }

    proptest! {
        #[test]
        fn path_any_bytes_survive_the_wire(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let json = serde_json::to_string(&WirePath::from_bytes(&bytes)).unwrap();
            let back: WirePath = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back.to_bytes(), bytes);
        }
    }
}
