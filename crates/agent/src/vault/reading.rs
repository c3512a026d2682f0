//! Reading a file through a descriptor that others hold too, and hashing what flows by.

use std::io::{self, Read, Write};
use std::os::fd::BorrowedFd;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use quell_model::Sha1;

/// Reads a file from its beginning without moving the descriptor's own position.
pub(super) struct FromStart<'a> {
    file: BorrowedFd<'a>,
    position: u64,
}

impl<'a> FromStart<'a> {
    pub(super) fn new(file: BorrowedFd<'a>) -> Self {
        Self { file, position: 0 }
    }
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = rustix::io::pread(self.file, buffer, self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

/// What a content is, told by reading all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) sha1: Sha1,
    pub(super) sha256: String,
    pub(super) size: u64,
}

/// A reader that fingerprints what is read through it.
pub(super) struct Fingerprinting<R> {
    source: R,
    sha1: Context,
    sha256: Context,
    size: u64,
}

impl<R: Read> Fingerprinting<R> {
    pub(super) fn new(source: R) -> Self {
        let sha1 = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        Self {
            source,
            sha1,
            sha256: Context::new(&SHA256),
            size: 0,
        }
    }

    /// The fingerprint of what was read so far.
    pub(super) fn finish(self) -> Option<Fingerprint> {
        let sha1 = Sha1::from_bytes(*self.sha1.finish().as_ref().first_chunk()?);
        Some(Fingerprint {
            sha1,
            sha256: hex(self.sha256.finish().as_ref()),
            size: self.size,
        })
    }
}

impl<R: Read> Read for Fingerprinting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        self.sha1.update(read);
        self.sha256.update(read);
        self.size += count as u64;
        Ok(count)
    }
}

/// A writer that hashes and counts what it passes on.
pub(super) struct Sha256Sink<'a, W> {
    sink: &'a mut W,
    sha256: Context,
    size: u64,
}

impl<'a, W: Write> Sha256Sink<'a, W> {
    pub(super) fn new(sink: &'a mut W) -> Self {
        Self {
            sink,
            sha256: Context::new(&SHA256),
            size: 0,
        }
    }

    /// The SHA-256 in hex, and the number of bytes.
    pub(super) fn finish(self) -> (String, u64) {
        (hex(self.sha256.finish().as_ref()), self.size)
    }
}

impl<W: Write> Write for Sha256Sink<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.sha256.update(bytes.get(..count).unwrap_or_default());
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
