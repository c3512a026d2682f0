//! Verifying an exported file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::{Line, SilentWitness, Verdict, Witnesses};
use crate::core::audit::{Broken, PublicKey, Trust, Walk, Walked};

/// The longest line that is read, in bytes: an entry has some kilobytes at most.
const MAX_LINE: u64 = 1 << 20;

/// An exported file cannot be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrailFileError {
    /// It cannot be read.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// It has no entries, and so says of no trail anything.
    #[error("it begins with no trail: an export that can be verified has no filter")]
    NoTrail,
    /// What was kept elsewhere says nothing of it.
    #[error(transparent)]
    Silent(#[from] SilentWitness),
    /// A line is not one that an export has.
    #[error("line {0} is none that an export has")]
    NoLine(u64),
}

/// Goes through the lines of an export. `witnesses` were kept elsewhere.
///
/// # Errors
/// [`TrailFileError`] when it is no export.
pub fn verify_file(
    path: &Path,
    trust: &Trust,
    witnesses: &Witnesses,
) -> Result<Verdict, TrailFileError> {
    let mut lines = lines(path)?;
    let (tenant, link) = match lines.next() {
        Some((_, line)) => match line? {
            Some(Line::From(tenant, link)) => (tenant, link),
            _ => return Err(TrailFileError::NoTrail),
        },
        None => return Err(TrailFileError::NoTrail),
    };
    let mut keys: Vec<PublicKey> = witnesses.keys().collect();
    let mut walk = match link.sequence {
        0 => Walk::from_start(tenant, trust.clone()),
        _ => Walk::from_link(tenant, trust.clone(), link),
    };
    witnesses.must_concern(tenant, link.sequence)?;
    let mut outcome = witnesses.tell(&mut walk);
    while outcome.is_ok()
        && let Some((number, line)) = lines.next()
    {
        outcome = match line? {
            Some(Line::Entry(entry, hash)) => walk.step(&entry, hash),
            Some(Line::Head(head)) => {
                keys.push(head.key);
                walk.expect(&head)
            }
            Some(Line::Checkpoint(checkpoint)) => {
                keys.push(checkpoint.key);
                walk.begins_at(&checkpoint)
            }
            Some(Line::From(..)) | None => return Err(TrailFileError::NoLine(number)),
        };
    }
    keys.sort_unstable();
    keys.dedup();
    let outcome: Result<Walked, Broken> = outcome.and_then(|()| walk.end());
    Ok(Verdict {
        from: link.sequence,
        outcome,
        keys,
    })
}

/// A line and its number; none for what is no line of a trail.
pub(super) type Numbered = (u64, io::Result<Option<Line>>);

pub(super) fn lines(path: &Path) -> io::Result<impl Iterator<Item = Numbered>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut text = String::new();
    let mut number = 0;
    Ok(std::iter::from_fn(move || {
        loop {
            text.clear();
            number += 1;
            match reader.by_ref().take(MAX_LINE).read_line(&mut text) {
                Ok(0) => return None,
                Ok(_) if text.trim().is_empty() => {}
                Ok(_) => return Some((number, Ok(Line::read(&text)))),
                // What is no text is no line of an export.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Some((number, Ok(None)));
                }
                Err(error) => return Some((number, Err(error))),
            }
        }
    }))
}
