//! Hashing what flows by.

use std::io::{self, Write};
use std::thread::Scope;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use quell_model::Sha1;

use super::aside::{Aside, Digest};
use super::extents::Spread;

/// What a content is, told by reading all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) sha1: Sha1,
    pub(super) sha256: String,
    pub(super) size: u64,
}

/// Fingerprints what it is told of.
pub(super) struct Fingerprinting {
    sha1: Context,
    sha256: Context,
    size: u64,
}

impl Fingerprinting {
    pub(super) fn new() -> Self {
        Self {
            sha1: Context::new(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: Context::new(&SHA256),
            size: 0,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
    }

    /// The fingerprint of all so far.
    pub(super) fn finish(self) -> Option<Fingerprint> {
        let sha1 = Sha1::from_bytes(*self.sha1.finish().as_ref().first_chunk()?);
        Some(Fingerprint {
            sha1,
            sha256: hex(self.sha256.finish().as_ref()),
            size: self.size,
        })
    }
}

impl Digest for Fingerprinting {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }
}

/// The SHA-256 of what it is told of, and how much that is.
pub(super) struct Counted {
    sha256: Context,
    size: u64,
}

impl Counted {
    pub(super) fn new() -> Self {
        Self {
            sha256: Context::new(&SHA256),
            size: 0,
        }
    }

    /// The SHA-256 in hex, and the number of bytes.
    pub(super) fn finish(self) -> (String, u64) {
        (hex(self.sha256.finish().as_ref()), self.size)
    }
}

impl Digest for Counted {
    fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes and counts what it passes on.
pub(super) struct Sha256Sink<'a, 'scope, S> {
    sink: &'a mut S,
    counted: Aside<'scope, Counted>,
}

impl<'a, 'scope, S> Sha256Sink<'a, 'scope, S> {
    pub(super) fn new<'env>(scope: &'scope Scope<'scope, 'env>, sink: &'a mut S) -> Self {
        Self {
            sink,
            counted: Aside::begin(scope, Counted::new()),
        }
    }

    /// The SHA-256 in hex, and the number of bytes.
    pub(super) fn finish(self) -> (String, u64) {
        self.counted.finish().finish()
    }
}

impl<S: Spread> Spread for Sha256Sink<'_, '_, S> {
    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.counted.bytes(bytes);
        self.sink.data(bytes)
    }

    fn hole(&mut self, length: u64) -> io::Result<()> {
        self.counted.zeros(length);
        self.sink.hole(length)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
