use std::str::FromStr;

use quell_model::{FileId, ParseSha1Error, Sha1};

/// The hash by which a file is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileHash {
    Sha1(Sha1),
    /// The API looks a file up by it; where a file is and what was raised about it, it tells by
    /// SHA-1 alone.
    Sha256(FileId),
}

impl FromStr for FileHash {
    type Err = ParseSha1Error;

    fn from_str(text: &str) -> Result<Self, ParseSha1Error> {
        let is_sha256 = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match FileId::new(text.to_ascii_lowercase()) {
            Ok(id) if is_sha256 => Ok(Self::Sha256(id)),
            _ => text.parse().map(Self::Sha1),
        }
    }
}

impl FileHash {
    pub(super) fn id(&self) -> FileId {
        match self {
            Self::Sha1(sha1) => FileId::from(*sha1),
            Self::Sha256(id) => id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_hash_is_known_by_its_length() {
        let sha1 = "A".repeat(40).parse().unwrap();
        assert!(matches!(sha1, FileHash::Sha1(_)), "{sha1:?}");
        let sha256: FileHash = "A".repeat(64).parse().unwrap();
        assert_eq!(sha256.id().as_str(), "a".repeat(64));
        for text in ["", &"g".repeat(64), &"a".repeat(32), "../x"] {
            assert!(text.parse::<FileHash>().is_err(), "{text}");
        }
    }
}
