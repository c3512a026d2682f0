//! Moving old entries to a file.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use quell_model::Timestamp;

use super::{Admin, AdminError, Line, PAGE, TrailFilter, Witnesses};
use crate::core::audit::{Checkpoint, Head, Link, Recorded, Signed, SigningKey, Trust};
use crate::store::Trail as _;

/// What was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archived {
    /// The first entry that was moved.
    pub from: u64,
    /// The last one.
    pub to: u64,
}

impl Admin {
    /// The last entry of those from before a moment; `None` when there is none.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn last_before(&self, before: Timestamp) -> Result<Option<Link>, AdminError> {
        let mut last = None;
        let mut above = 0;
        loop {
            let page = self.store.entries(self.tenant, above, PAGE).await?;
            let Some(end) = page.last() else {
                return Ok(last);
            };
            above = end.sequence;
            for kept in page {
                let is_old = Recorded::read(&kept.entry).is_some_and(|entry| entry.time < before);
                if !is_old {
                    return Ok(last);
                }
                last = Some(Link {
                    sequence: kept.sequence,
                    hash: kept.hash,
                });
            }
        }
    }

    /// Writes what is older than a moment to a new file, makes sure that it is all there, and puts
    /// a signed checkpoint in its place.
    ///
    /// # Errors
    /// [`AdminError::Archive`] when the file is there already or cannot be written,
    /// [`AdminError::NothingToArchive`], [`AdminError::BrokenTrail`]; then nothing was taken away.
    pub async fn archive(
        &self,
        before: Timestamp,
        file: &Path,
        key: &SigningKey,
    ) -> Result<Archived, AdminError> {
        let trust = Trust::Anyone;
        let whole = self
            .verify_trail(trust.clone(), &Witnesses::default())
            .await?;
        whole.outcome.map_err(AdminError::BrokenTrail)?;
        let end = self.last_before(before).await?;
        let end = end.ok_or(AdminError::NothingToArchive)?;
        let (tenant, time) = (self.tenant, self.clock.now());
        let head = Signed::by(
            key,
            Head {
                tenant,
                link: end,
                time,
            },
        );
        self.write_archive(file, end, head).await?;
        let written = super::verify_file(file, &trust, &Witnesses::default())?;
        let walked = written.outcome.map_err(AdminError::BrokenTrail)?;
        if walked.end != end {
            return Err(AdminError::NothingToArchive);
        }
        let checkpoint = Checkpoint {
            tenant,
            link: end,
            time,
        };
        let by = self.by("server audit archive");
        let signed = Signed::by(key, checkpoint);
        match self.store.archive(signed, by, time).await? {
            true => Ok(Archived {
                from: whole.from.saturating_add(1),
                to: end.sequence,
            }),
            false => Err(AdminError::NothingToArchive),
        }
    }

    async fn write_archive(
        &self,
        file: &Path,
        end: Link,
        head: Signed<Head>,
    ) -> Result<(), AdminError> {
        let failed = |source: io::Error| AdminError::Archive {
            path: file.to_owned(),
            source,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut out = BufWriter::new(options.open(file).map_err(failed)?);
        let mut exporting = Self::export(TrailFilter::default()).promising(Some(head));
        'pages: loop {
            let lines = self.next_lines(&mut exporting).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                if is_beyond(&line, end.sequence) {
                    break 'pages;
                }
                writeln!(out, "{line}").map_err(failed)?;
            }
        }
        let file = out
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)
    }
}

fn is_beyond(line: &str, end: u64) -> bool {
    match Line::read(line) {
        Some(Line::Entry(entry, _)) => {
            Recorded::read(&entry).is_some_and(|entry| entry.sequence > end)
        }
        Some(Line::Head(head)) => head.statement.link.sequence > end,
        _ => false,
    }
}
