//! What was kept elsewhere, and the trail must agree with.

use std::path::Path;

use super::file::lines;
use super::{Line, TrailFileError};
use crate::core::TenantId;
use crate::core::audit::{Broken, Head, Link, PublicKey, Recorded, Signed, Walk};

/// What was kept elsewhere of trails: signed heads, and the last entry of each that a receiver got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnesses {
    heads: Vec<Signed<Head>>,
    last: Vec<(TenantId, Link)>,
}

/// What was kept elsewhere cannot be held against a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SilentWitness {
    /// It is of other tenants' trails alone.
    #[error("what was kept elsewhere is of another tenant's trail")]
    Foreign,
    /// It is of entries that are not here any more.
    #[error(
        "what was kept elsewhere ends with entry {newest}, and the trail begins after entry {from}: hold it against the archive"
    )]
    Archived {
        /// The last entry that it knows.
        newest: u64,
        /// After which entry the trail begins.
        from: u64,
    },
}

impl Witnesses {
    /// Adds what a line of an export, or of a receiver's file, says; `false` when it says nothing.
    pub fn add(&mut self, line: &str) -> bool {
        match Line::read(line) {
            Some(Line::Head(head)) => self.heads.push(head),
            Some(Line::Entry(entry, hash)) => {
                let Some(read) = Recorded::read(&entry) else {
                    return false;
                };
                let Ok(tenant) = read.tenant.parse() else {
                    return false;
                };
                self.keep_last(
                    tenant,
                    Link {
                        sequence: read.sequence,
                        hash,
                    },
                );
            }
            Some(Line::From(tenant, link)) => self.keep_last(tenant, link),
            Some(Line::Checkpoint(signed)) => {
                self.keep_last(signed.statement.tenant, signed.statement.link);
            }
            None => return false,
        }
        true
    }

    /// Adds what a file says.
    ///
    /// # Errors
    /// [`TrailFileError`] when it cannot be read, or when a line is none of a trail.
    pub fn add_file(&mut self, path: &Path) -> Result<(), TrailFileError> {
        for (number, line) in lines(path)? {
            match line? {
                Some(line) if self.add(&line.write()) => {}
                _ => return Err(TrailFileError::NoLine(number)),
            }
        }
        Ok(())
    }

    /// That it says nothing of a trail must not look like agreement.
    ///
    /// # Errors
    /// [`SilentWitness`], unless there is nothing at all.
    pub(super) fn must_concern(&self, tenant: TenantId, from: u64) -> Result<(), SilentWitness> {
        let heads = self.heads.iter().map(|head| head.statement);
        let heads = heads.map(|head| (head.tenant, head.link));
        let all = || heads.clone().chain(self.last.iter().copied());
        let newest = all()
            .filter(|(of, _)| *of == tenant)
            .map(|(_, link)| link.sequence)
            .max();
        match newest {
            None if all().next().is_none() => Ok(()),
            None => Err(SilentWitness::Foreign),
            Some(newest) if newest < from => Err(SilentWitness::Archived { newest, from }),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = PublicKey> {
        self.heads.iter().map(|head| head.key)
    }

    /// Lets a walk expect what concerns its tenant.
    pub(super) fn tell(&self, walk: &mut Walk) -> Result<(), Broken> {
        let tenant = walk.tenant();
        for head in &self.heads {
            if head.statement.tenant == tenant {
                walk.expect(head)?;
            }
        }
        let mut of_tenant = self.last.iter().filter(|(of, _)| *of == tenant);
        of_tenant.try_for_each(|(_, link)| walk.expect_link(*link))
    }

    fn keep_last(&mut self, tenant: TenantId, link: Link) {
        match self.last.iter_mut().find(|(of, _)| *of == tenant) {
            Some((_, last)) if last.sequence > link.sequence => {}
            Some((_, last)) => *last = link,
            None => self.last.push((tenant, link)),
        }
    }
}
