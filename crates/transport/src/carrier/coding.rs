//! The body of an answer, gathered under a cap and freed of gzip on the way.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;

/// The answer's body is larger than allowed.
#[derive(Debug, thiserror::Error)]
#[error("the limit is {cap} bytes")]
pub(super) struct TooLarge {
    cap: usize,
}

/// Why a body cannot be gathered.
#[derive(Debug)]
pub(super) enum GatherError {
    TooLarge(TooLarge),
    Gzip(io::Error),
}

/// How the body is coded on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
}

/// Gathers a body piece by piece. Received and decoded bytes are capped alike:
/// a small gzip stream may unfold to any size, and a large one to nothing.
pub(super) struct Gatherer {
    received: usize,
    cap: usize,
    sink: Sink,
}

enum Sink {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Gatherer {
    /// `expected` is the length that the answer's head declares, if it does.
    pub(super) fn new(
        coding: Coding,
        cap: usize,
        expected: Option<u64>,
    ) -> Result<Self, GatherError> {
        if expected.is_some_and(|length| usize::try_from(length).map_or(true, |len| len > cap)) {
            return Err(GatherError::TooLarge(TooLarge { cap }));
        }
        let buffer = Capped {
            bytes: Vec::new(),
            cap,
        };
        let sink = match coding {
            Coding::Identity => Sink::Plain(buffer),
            Coding::Gzip => Sink::Gzip(Box::new(MultiGzDecoder::new(buffer))),
        };
        Ok(Self {
            received: 0,
            cap,
            sink,
        })
    }

    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), GatherError> {
        self.received = self.received.saturating_add(piece.len());
        if self.received > self.cap {
            return Err(GatherError::TooLarge(TooLarge { cap: self.cap }));
        }
        match &mut self.sink {
            Sink::Plain(buffer) => buffer.write_all(piece),
            Sink::Gzip(decoder) => decoder.write_all(piece),
        }
        .map_err(GatherError::from_io)
    }

    /// The whole body. A gzip stream must have ended properly, but for an empty
    /// one: an answer without a body may still name a coding.
    pub(super) fn finish(self) -> Result<Bytes, GatherError> {
        let buffer = match self.sink {
            Sink::Plain(buffer) => buffer,
            Sink::Gzip(_) if self.received == 0 => return Ok(Bytes::new()),
            Sink::Gzip(decoder) => decoder.finish().map_err(GatherError::from_io)?,
        };
        Ok(buffer.bytes.into())
    }
}

impl GatherError {
    fn from_io(error: io::Error) -> Self {
        match error.downcast::<TooLarge>() {
            Ok(too_large) => Self::TooLarge(too_large),
            Err(error) => Self::Gzip(error),
        }
    }
}

/// A buffer that refuses to grow beyond its cap.
struct Capped {
    bytes: Vec<u8>,
    cap: usize,
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(piece.len()) > self.cap {
            return Err(io::Error::other(TooLarge { cap: self.cap }));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn gather(coding: Coding, cap: usize, pieces: &[&[u8]]) -> Result<Bytes, GatherError> {
        let mut gatherer = Gatherer::new(coding, cap, None)?;
        for piece in pieces {
            gatherer.push(piece)?;
        }
        gatherer.finish()
    }

    #[test]
    fn a_body_of_the_very_cap_passes_and_one_byte_more_does_not() {
        assert_eq!(
            gather(Coding::Identity, 4, &[b"ab", b"cd"]).unwrap(),
            "abcd"
        );
        let larger = gather(Coding::Identity, 4, &[b"ab", b"cde"]);
        assert!(matches!(larger, Err(GatherError::TooLarge(_))));
    }

    #[test]
    fn a_declared_length_over_the_cap_is_refused_before_a_byte_is_read() {
        assert!(Gatherer::new(Coding::Identity, 4, Some(4)).is_ok());
        for length in [5, u64::MAX] {
            let refused = Gatherer::new(Coding::Identity, 4, Some(length));
            assert!(matches!(refused, Err(GatherError::TooLarge(_))));
        }
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![0; 1_000_000]);
        assert!(bomb.len() < 2_000);
        let result = gather(Coding::Gzip, 10_000, &[&bomb]);
        assert!(matches!(result, Err(GatherError::TooLarge(_))));
    }

    #[test]
    fn endless_members_that_unfold_to_nothing_stop_at_the_cap() {
        let empty = gzip(b"");
        let pieces = vec![empty.as_slice(); 1_000];
        let result = gather(Coding::Gzip, 100, &pieces);
        assert!(matches!(result, Err(GatherError::TooLarge(_))));
    }

    #[test]
    fn a_cut_or_garbled_stream_is_no_body() {
        let whole = gzip(b"some text that is long enough");
        let cut = gather(Coding::Gzip, 1_000, &[&whole[..whole.len() - 3]]);
        assert!(matches!(cut, Err(GatherError::Gzip(_))));
        assert!(matches!(
            gather(Coding::Gzip, 1_000, &[b"no gzip"]),
            Err(GatherError::Gzip(_))
        ));
        assert_eq!(gather(Coding::Gzip, 1_000, &[]).unwrap(), "");
    }

    proptest! {
        #[test]
        fn any_split_of_a_stream_decodes_to_the_same(
            plain in proptest::collection::vec(any::<u8>(), 0..2_000),
            size in 1_usize..50,
        ) {
            let coded = gzip(&plain);
            let pieces: Vec<&[u8]> = coded.chunks(size).collect();
            let decoded = gather(Coding::Gzip, 4_000, &pieces).unwrap();
            prop_assert_eq!(&decoded[..], &plain[..]);
        }
    }
}
