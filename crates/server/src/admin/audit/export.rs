//! Giving the trail out, line by line.

use super::{Admin, AdminError, Line, PAGE, TrailFilter};
use crate::core::audit::{Head, Link, Signed};
use crate::store::Trail as _;

/// An export that is under way: see [`Admin::export`].
#[derive(Clone, Debug)]
pub struct Exporting {
    filter: TrailFilter,
    at: u64,
    begun: bool,
    promised: Option<Signed<Head>>,
}

impl Exporting {
    /// Says at the beginning up to where it goes, so that an export that was cut short is seen to be.
    #[must_use]
    pub const fn promising(mut self, end: Option<Signed<Head>>) -> Self {
        self.promised = end;
        self
    }

    /// After the last entry that was looked at.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
    }

    fn promise(&self, first: u64) -> Option<String> {
        let promised = self.promised?;
        let is_ahead = promised.statement.link.sequence >= first;
        is_ahead.then(|| Line::Head(promised).write())
    }

    /// Whether what is given out is a whole chain, which can be verified.
    #[must_use]
    pub fn is_chain(&self) -> bool {
        let since_alone = TrailFilter {
            since: self.filter.since,
            ..TrailFilter::default()
        };
        self.filter == since_alone
    }
}

impl Admin {
    /// Begins an export of the entries that a filter lets through.
    #[must_use]
    pub const fn export(filter: TrailFilter) -> Exporting {
        Exporting {
            filter,
            at: 0,
            begun: false,
            promised: None,
        }
    }

    /// The next lines; none when there are no more entries for now. Heads stand behind their
    /// entries, if all entries are given out.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn next_lines(&self, exporting: &mut Exporting) -> Result<Vec<String>, AdminError> {
        loop {
            let page = self.store.entries(self.tenant, exporting.at, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(Vec::new());
            };
            let (before, last) = (exporting.at, last.sequence);
            exporting.at = last;
            let mut heads = match exporting.is_chain() {
                true => self.heads_between(before, last).await?,
                false => Vec::new(),
            }
            .into_iter()
            .peekable();
            let mut lines = Vec::new();
            let mut previous = None;
            for kept in page {
                let link = Link {
                    sequence: kept.sequence,
                    hash: kept.hash,
                };
                // Once a chain has begun it has no gaps, though a clock was set back.
                let wanted = (exporting.begun && exporting.is_chain())
                    || exporting.filter.lets_through(&kept.entry);
                if wanted {
                    if !exporting.begun && exporting.is_chain() {
                        lines.extend(self.beginning(kept.sequence, previous).await?);
                        lines.extend(exporting.promise(kept.sequence));
                    }
                    exporting.begun = true;
                    lines.push(Line::of_entry(&kept));
                }
                while let Some(head) =
                    heads.next_if(|head| head.statement.link.sequence <= link.sequence)
                {
                    if exporting.begun {
                        lines.push(Line::Head(head).write());
                    }
                }
                previous = Some(link);
            }
            if !lines.is_empty() {
                return Ok(lines);
            }
        }
    }

    /// What stands before the first entry that is given out.
    async fn beginning(
        &self,
        first: u64,
        previous: Option<Link>,
    ) -> Result<Vec<String>, AdminError> {
        let before = first.saturating_sub(1);
        let checkpoint = self.store.checkpoint(self.tenant).await?;
        let checkpoint = checkpoint.filter(|signed| signed.statement.link.sequence == before);
        let link = match (before, previous, checkpoint) {
            (_, _, Some(checkpoint)) => checkpoint.statement.link,
            (0, ..) => Link::start(self.tenant),
            (_, Some(previous), None) => previous,
            (_, None, None) => {
                let page = self.store.entries(self.tenant, before - 1, 1).await?;
                let hash = page.first().map(|kept| kept.hash);
                Link {
                    sequence: before,
                    hash: hash.unwrap_or_else(|| Link::start(self.tenant).hash),
                }
            }
        };
        let from = Line::From(self.tenant, link).write();
        let signed = checkpoint.map(|signed| Line::Checkpoint(signed).write());
        Ok(std::iter::once(from).chain(signed).collect())
    }

    async fn heads_between(&self, after: u64, to: u64) -> Result<Vec<Signed<Head>>, AdminError> {
        let from = after.saturating_add(1);
        let heads = self.store.heads(self.tenant, from, PAGE).await?;
        let inside = |head: &Signed<Head>| head.statement.link.sequence <= to;
        Ok(heads.into_iter().filter(inside).collect())
    }
}
