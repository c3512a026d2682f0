//! The files that simulated machines tell of: a few benign bytes each, made of the seed.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use quell_model::{Sha1, Timestamp};
use quell_protocol::{Protection, Sighting, WirePath};

use crate::Seed;

/// Which file it is, by where it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// On a share of the machines: what a campaign is about.
    Common,
    /// On exactly one machine.
    Rare,
    /// On every machine, and signed by a publisher that it trusts: the server refuses it.
    Signed,
    /// On none.
    Unseen,
}

/// A file that exists only by its hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFile {
    /// Which.
    pub kind: FileKind,
    /// The hash by which the API names it.
    pub sha1: Sha1,
    /// In 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Common, Self::Rare, Self::Signed, Self::Unseen];

    /// The name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Rare => "rare",
            Self::Signed => "signed",
            Self::Unseen => "unseen",
        }
    }

    /// Where it is seen, for people.
    #[must_use]
    pub const fn whereabouts(self) -> &'static str {
        match self {
            Self::Common => "on a share of the machines",
            Self::Rare => "on one machine",
            Self::Signed => "on every machine, signed by a trusted publisher",
            Self::Unseen => "on no machine",
        }
    }

    /// The bytes of this file: text that says what it is.
    #[must_use]
    pub fn content(self, seed: Seed) -> Vec<u8> {
        format!(
            "quell simulated file, harmless: {} of seed {}\n",
            self.as_str(),
            seed.number()
        )
        .into_bytes()
    }
}

impl SampleFile {
    /// The file of this kind and seed.
    #[must_use]
    pub fn of(kind: FileKind, seed: Seed) -> Self {
        let content = kind.content(seed);
        let mut sha1 = [0; 20];
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &content);
        for (byte, hashed) in sha1.iter_mut().zip(hash.as_ref()) {
            *byte = *hashed;
        }
        let sha256 = digest(&SHA256, &content);
        Self {
            kind,
            sha1: Sha1::from_bytes(sha1),
            sha256: sha256.as_ref().iter().map(|b| format!("{b:02x}")).collect(),
            size: content.len() as u64,
        }
    }

    /// What a machine says when it sees the file.
    pub(crate) fn sighting(&self, on_windows: bool, now: Timestamp) -> Sighting {
        Sighting {
            sha1: self.sha1,
            sha256: Some(self.sha256.clone()),
            size: self.size,
            path: self.path(on_windows),
            seen_at: now,
            running: self.kind != FileKind::Signed,
            protection: (self.kind == FileKind::Signed).then_some(Protection::TrustedPublisher),
        }
    }

    /// Where it would be.
    pub(crate) fn path(&self, on_windows: bool) -> WirePath {
        let name = self.kind.as_str();
        let path = if on_windows {
            format!(r"C:\ProgramData\quell-simulated\{name}.exe")
        } else {
            format!("/opt/quell-simulated/{name}")
        };
        WirePath::from_bytes(path.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_content() {
        let seed = Seed::new(1);
        let common = SampleFile::of(FileKind::Common, seed);
        // By `printf 'quell simulated file, harmless: common of seed 1\n' | sha1sum`, and sha256sum.
        assert_eq!(
            common.sha1.to_string(),
            "34f69d834563fb40d361418ab7606518a262e7a3"
        );
        assert_eq!(
            common.sha256,
            "63498663c303784d7f3aef734b1dec892dd187581ca75fda3ffdd4c53c0f6419"
        );
        assert_eq!(common.size, FileKind::Common.content(seed).len() as u64);
    }

    #[test]
    fn every_kind_and_every_seed_has_a_file_of_its_own() {
        let hashes: std::collections::BTreeSet<Sha1> = (0..3)
            .flat_map(|seed| FileKind::ALL.map(|kind| SampleFile::of(kind, Seed::new(seed)).sha1))
            .collect();
        assert_eq!(hashes.len(), 12);
    }

    #[test]
    fn signed_file_alone_is_protected() {
        for kind in FileKind::ALL {
            let sighting = SampleFile::of(kind, Seed::default())
                .sighting(true, Timestamp::from_unix_seconds(0));
            assert_eq!(sighting.protection.is_some(), kind == FileKind::Signed);
        }
    }
}
