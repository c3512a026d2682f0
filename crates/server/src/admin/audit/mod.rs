//! The audit trail: verify, export, list, archive.

mod archive;
mod export;
mod file;
mod filter;
mod line;
mod verify;
mod witness;

pub use archive::Archived;
pub use export::Exporting;
pub use file::{TrailFileError, verify_file};
pub use filter::TrailFilter;
pub use line::Line;
pub use verify::Verdict;
pub use witness::{SilentWitness, Witnesses};

use std::path::Path;

use super::{Admin, AdminError};
use crate::audit::{AuditKeyError, AuditKeyFile};
use crate::core::audit::{Deed, Head, Link, Signed, SigningKey};
use crate::store::Trail as _;
use crate::store::record::KeptEntry;

/// How many entries are read at once.
const PAGE: u32 = 4096;

impl Admin {
    /// The key that signs heads: that of a file, or that of the data directory if it is there.
    ///
    /// # Errors
    /// [`AuditKeyError`], for a file that is named also when it is not there.
    pub fn audit_key(&self, file: Option<&Path>) -> Result<Option<SigningKey>, AuditKeyError> {
        let Some(file) = file else {
            return match &self.key_file {
                Some(file) => AuditKeyFile::at(file).find(),
                None => Ok(None),
            };
        };
        match AuditKeyFile::at(file).find()? {
            Some(key) => Ok(Some(key)),
            None => Err(AuditKeyError::Io {
                path: file.to_owned(),
                source: std::io::ErrorKind::NotFound.into(),
            }),
        }
    }

    /// The trail's head, signed now if there is a key and it is not signed yet; without a key the
    /// one that was signed last.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn head(&self, key: Option<&SigningKey>) -> Result<Option<Signed<Head>>, AdminError> {
        let last = self.store.last_head(self.tenant).await?;
        let Some(key) = key else { return Ok(last) };
        let link = self.store.trail_end(self.tenant).await?;
        if let Some(last) = last
            && last.statement.link == link
            && last.key == key.public()
        {
            return Ok(Some(last));
        }
        let (tenant, time) = (self.tenant, self.clock.now());
        let head = Signed::by(key, Head { tenant, link, time });
        self.store.keep_head(head).await?;
        Ok(Some(head))
    }

    /// Where the trail ends.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn trail_end(&self) -> Result<Link, AdminError> {
        Ok(self.store.trail_end(self.tenant).await?)
    }

    /// The last entries that a filter lets through, oldest first. Read from the end of the trail: no
    /// index helps, because nothing of an entry is kept beside the text that was chained, and a
    /// million of them are read in about a second.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn last_entries(
        &self,
        filter: &TrailFilter,
        count: usize,
    ) -> Result<Vec<KeptEntry>, AdminError> {
        let mut found = std::collections::VecDeque::new();
        let mut above = self.store.trail_end(self.tenant).await?.sequence;
        while found.len() < count && above > 0 {
            let from = above.saturating_sub(u64::from(PAGE));
            let limit = u32::try_from(above - from).unwrap_or(PAGE);
            let page = self.store.entries(self.tenant, from, limit).await?;
            let wanted = page
                .into_iter()
                .filter(|kept| kept.sequence <= above && filter.lets_through(&kept.entry));
            for kept in wanted.rev() {
                if found.len() < count {
                    found.push_front(kept);
                }
            }
            above = from;
        }
        Ok(found.into())
    }

    /// Writes down that the trail is given out, before it is: whoever breaks off has seen it too.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn tell_of_export(&self, from: u64, to: u64) -> Result<(), AdminError> {
        let deed = Deed::TrailExported { from, to };
        let by = self.by("server audit export");
        let now = self.clock.now();
        Ok(self.store.tell(self.tenant, by, deed, now).await?)
    }
}
