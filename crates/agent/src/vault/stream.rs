//! Content of any length under one key, in chunks of 64 KiB.
//!
//! This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) over AES-256-GCM:
//! every chunk's nonce holds its number and whether it is the last, so that chunks cannot be
//! swapped, dropped, repeated or cut off unnoticed. A chunk shorter than 64 KiB, perhaps an empty
//! one, is the last. Each key seals one item only, so numbers never repeat under a key.

use std::io::{self, Read, Write};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// The plain bytes of every chunk but the last.
const CHUNK: usize = 64 * 1024;
/// What authentication adds to each chunk.
pub(super) const TAG: usize = 16;
/// The length of a key in bytes.
pub(super) const KEY: usize = 32;

/// Why a sealed stream cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum StreamError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the data does not authenticate")]
    Forged,
}

/// What a nonce is for, so that no nonce serves twice under one key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Metadata,
    Chunk { number: u64, last: bool },
}

impl Place {
    fn nonce(self) -> Nonce {
        let (domain, number, last) = match self {
            Self::Metadata => (1, 0, true),
            Self::Chunk { number, last } => (2, number, last),
        };
        let mut bytes = [0; NONCE_LEN];
        let [first, _, _, counter @ .., end] = &mut bytes;
        *first = domain;
        *counter = u64::to_be_bytes(number);
        *end = u8::from(last);
        Nonce::assume_unique_for_key(bytes)
    }
}

/// The key of one item's metadata and content.
#[derive(Debug)]
pub(super) struct ContentKey(LessSafeKey);

impl ContentKey {
    pub(super) fn new(bytes: &[u8; KEY]) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, bytes)
            .ok()
            .map(|key| Self(LessSafeKey::new(key)))
    }

    /// Encrypts `buffer` where it lies and appends the tag.
    pub(super) fn seal(&self, place: Place, bound: &[u8], buffer: &mut Vec<u8>) -> io::Result<()> {
        self.0
            .seal_in_place_append_tag(place.nonce(), Aad::from(bound), buffer)
            .map_err(|_| io::Error::other("encryption failed"))
    }

    /// Decrypts `buffer` where it lies; `None` when it is not what was sealed at this place.
    pub(super) fn open<'a>(
        &self,
        place: Place,
        bound: &[u8],
        buffer: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        self.0
            .open_in_place(place.nonce(), Aad::from(bound), buffer)
            .ok()
    }

    /// A writer that encrypts into `sink` what is written, bound to `bound`.
    pub(super) fn sealing<'a, W: Write>(&'a self, bound: &'a [u8], sink: W) -> Sealing<'a, W> {
        Sealing {
            key: self,
            bound,
            sink,
            buffer: Vec::with_capacity(CHUNK + TAG),
            number: 0,
        }
    }

    /// Decrypts all of `source` into `sink`. What reached the sink before an error is genuine but
    /// not all of it.
    pub(super) fn open_stream(
        &self,
        bound: &[u8],
        mut source: impl Read,
        mut sink: impl Write,
    ) -> Result<(), StreamError> {
        let mut buffer = Vec::with_capacity(CHUNK + TAG);
        for number in 0.. {
            let last = read_up_to(&mut source, CHUNK + TAG, &mut buffer)? < CHUNK + TAG;
            let plain = self
                .open(Place::Chunk { number, last }, bound, &mut buffer)
                .ok_or(StreamError::Forged)?;
            sink.write_all(plain)?;
            if last {
                break;
            }
        }
        Ok(())
    }
}

/// Encrypts what is written. Without [`Sealing::finish`] the stream lacks its end.
#[derive(Debug)]
pub(super) struct Sealing<'a, W> {
    key: &'a ContentKey,
    bound: &'a [u8],
    sink: W,
    /// Less than a chunk of what was written.
    buffer: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealing<'_, W> {
    /// Writes the last chunk, and answers where it all went.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.emit(true)?;
        Ok(self.sink)
    }

    fn emit(&mut self, last: bool) -> io::Result<()> {
        let place = Place::Chunk {
            number: self.number,
            last,
        };
        self.key.seal(place, self.bound, &mut self.buffer)?;
        self.sink.write_all(&self.buffer)?;
        self.buffer.clear();
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Sealing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer
            .extend_from_slice(bytes.get(..fits).unwrap_or_default());
        if self.buffer.len() == CHUNK {
            self.emit(false)?;
        }
        Ok(fits)
    }

    /// What is less than a chunk stays here until more comes, or the end.
    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Fills the emptied `buffer` with `length` bytes, or with what is left.
fn read_up_to(source: impl Read, length: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
    buffer.clear();
    source.take(length as u64).read_to_end(buffer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUND: &[u8] = b"header";

    fn key() -> ContentKey {
        ContentKey::new(&[7; KEY]).unwrap()
    }

    fn sealed(content: &[u8]) -> Vec<u8> {
        let key = key();
        let mut sealing = key.sealing(BOUND, Vec::new());
        sealing.write_all(content).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut sink = Vec::new();
        key()
            .open_stream(bound, sealed, &mut sink)
            .ok()
            .map(|()| sink)
    }

    #[test]
    fn lengths_around_a_chunk_come_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let content: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let sealed = sealed(&content);
            assert_eq!(sealed.len(), length + (length / CHUNK + 1) * TAG);
            assert_eq!(
                opened(BOUND, &sealed).as_deref(),
                Some(&content[..]),
                "{length}"
            );
        }
    }

    #[test]
    fn a_stream_cut_anywhere_is_refused() {
        let whole = sealed(&vec![1; 2 * CHUNK]);
        for cut in [
            0,
            1,
            TAG,
            CHUNK,
            CHUNK + TAG,
            2 * (CHUNK + TAG),
            whole.len() - 1,
        ] {
            assert_eq!(opened(BOUND, &whole[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn swapped_repeated_and_appended_chunks_are_refused() {
        let whole = sealed(&[vec![1; CHUNK], vec![2; CHUNK], vec![3; 9]].concat());
        let (first, rest) = whole.split_at(CHUNK + TAG);
        let (second, last) = rest.split_at(CHUNK + TAG);
        assert_eq!(opened(BOUND, &[second, first, last].concat()), None);
        assert_eq!(opened(BOUND, &[first, first, second, last].concat()), None);
        assert_eq!(opened(BOUND, &[first, last].concat()), None);
        assert_eq!(opened(BOUND, &[&whole[..], last].concat()), None);
        assert!(opened(BOUND, &[first, second, last].concat()).is_some());
    }

    #[test]
    fn a_stream_bound_to_another_header_is_refused() {
        assert_eq!(opened(b"another", &sealed(b"x")), None);
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(
            content in proptest::collection::vec(any::<u8>(), 0..300),
            position in any::<proptest::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let mut bytes = sealed(&content);
            let position = position.index(bytes.len());
            bytes[position] ^= 1 << bit;
            prop_assert_eq!(opened(BOUND, &bytes), None);
        }
    }
}
