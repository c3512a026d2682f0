//! Verifying an exported file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::{Line, Verdict};
use crate::core::audit::{Broken, Head, PublicKey, Signed, Trust, Walk, Walked};

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
    /// A line is not one that an export has.
    #[error("line {0} is none that an export has")]
    NoLine(u64),
}

/// Goes through the lines of an export. `heads` were kept elsewhere.
///
/// # Errors
/// [`TrailFileError`] when it is no export.
pub fn verify_file(
    path: &Path,
    trust: Trust,
    heads: &[Signed<Head>],
) -> Result<Verdict, TrailFileError> {
    let mut lines = lines(path)?;
    let (tenant, link) = match lines.next() {
        Some((_, line)) => match line? {
            Some(Line::From(tenant, link)) => (tenant, link),
            _ => return Err(TrailFileError::NoTrail),
        },
        None => return Err(TrailFileError::NoTrail),
    };
    let mut keys: Vec<PublicKey> = heads.iter().map(|head| head.key).collect();
    let mut walk = match link.sequence {
        0 => Walk::from_start(tenant, trust.clone()),
        _ => Walk::from_link(tenant, trust.clone(), link),
    };
    let mut outcome = heads.iter().try_for_each(|head| walk.expect(head));
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
                let at = checkpoint.statement.link;
                match at == walk.at() {
                    true => Walk::from_checkpoint(tenant, trust.clone(), &checkpoint).map(drop),
                    false => Err(Broken::Rewritten(at.sequence)),
                }
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

/// The heads that stand in a file: an export, or one head alone.
///
/// # Errors
/// [`TrailFileError::Io`].
pub fn heads_of(path: &Path) -> Result<Vec<Signed<Head>>, TrailFileError> {
    let mut heads = Vec::new();
    for (_, line) in lines(path)? {
        if let Some(Line::Head(head)) = line? {
            heads.push(head);
        }
    }
    Ok(heads)
}

type Numbered = (u64, io::Result<Option<Line>>);

fn lines(path: &Path) -> io::Result<impl Iterator<Item = Numbered>> {
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
