//! Frames: four bytes of length, least first, and as many bytes.

use std::io::{self, Read, Write};

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The other half has closed its end, between two frames.
    #[error("the other half has ended")]
    Ended,
    /// The frame says of itself that it is longer than any.
    #[error("a frame of {length} bytes, and {most} are the most")]
    TooLong {
        /// What it says.
        length: usize,
        /// What is read.
        most: usize,
    },
    /// The socket fails, or ends in the middle of a frame.
    #[error("the other half cannot be heard")]
    Io(#[source] io::Error),
}

/// Reads one frame of at most `most` bytes. Memory is taken as bytes arrive, not as they are announced.
///
/// # Errors
/// [`FrameError`].
pub fn read_frame(from: &mut impl Read, most: usize) -> Result<Vec<u8>, FrameError> {
    let mut length = [0; 4];
    let Some((first, rest)) = length.split_first_mut() else {
        return Err(FrameError::Ended);
    };
    match read_some(from, std::slice::from_mut(first))? {
        0 => return Err(FrameError::Ended),
        _ => from.read_exact(rest).map_err(FrameError::Io)?,
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > most {
        return Err(FrameError::TooLong { length, most });
    }
    let mut frame = Vec::new();
    let limit = u64::try_from(length).unwrap_or(u64::MAX);
    let got = from.take(limit).read_to_end(&mut frame);
    match got.map_err(FrameError::Io)? == length {
        true => Ok(frame),
        false => Err(FrameError::Io(io::ErrorKind::UnexpectedEof.into())),
    }
}

/// Writes one frame.
///
/// # Errors
/// When the socket does not take it.
pub fn write_frame(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too long for a frame"))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(frame)?;
    to.flush()
}

fn read_some(from: &mut impl Read, buffer: &mut [u8]) -> Result<usize, FrameError> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read.map_err(FrameError::Io),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_they_were_written() {
        let mut wire = Vec::new();
        for frame in [&b""[..], b"one", b"two"] {
            write_frame(&mut wire, frame).unwrap();
        }
        let mut wire = wire.as_slice();
        for frame in [&b""[..], b"one", b"two"] {
            assert_eq!(read_frame(&mut wire, 3).unwrap(), frame);
        }
        assert!(matches!(read_frame(&mut wire, 3), Err(FrameError::Ended)));
    }

    #[test]
    fn frame_that_is_too_long_or_cut_is_refused() {
        let long = u32::MAX.to_le_bytes();
        let refused = read_frame(&mut long.as_slice(), 1024);
        assert!(matches!(
            refused,
            Err(FrameError::TooLong { most: 1024, .. })
        ));
        let mut wire = Vec::new();
        write_frame(&mut wire, b"whole").unwrap();
        for end in 1..wire.len() {
            let cut = read_frame(&mut &wire[..end], 1024);
            assert!(matches!(cut, Err(FrameError::Io(_))), "{end}");
        }
    }
}
