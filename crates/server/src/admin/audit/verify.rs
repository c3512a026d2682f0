//! Verifying the trail in the store.

use super::{Admin, AdminError, PAGE, Witnesses};
use crate::core::audit::{Broken, Checkpoint, Head, PublicKey, Signed, Trust, Walk, Walked};
use crate::store::{StoreError, Trail as _};

/// What became of a walk along a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// After which entry the walk began; what stands before is in an archive.
    pub from: u64,
    /// Where it ended, or the first entry that is not as it was written.
    pub outcome: Result<Walked, Broken>,
    /// Whose signatures were seen.
    pub keys: Vec<PublicKey>,
}

impl Admin {
    /// Walks along the trail, page by page, while the server may go on writing it. `witnesses`
    /// were kept elsewhere: the trail must agree with them too.
    ///
    /// # Errors
    /// When the store is not available; [`AdminError::SilentWitness`].
    pub async fn verify_trail(
        &self,
        trust: Trust,
        witnesses: &Witnesses,
    ) -> Result<Verdict, AdminError> {
        let checkpoint = self.store.checkpoint(self.tenant).await?;
        self.verify_since(checkpoint, trust, witnesses).await
    }

    /// The same from a checkpoint that was the last one a moment ago. Entries that are archived
    /// during the walk are gone from under it: it begins again where the trail begins by then.
    pub(crate) async fn verify_since(
        &self,
        mut checkpoint: Option<Signed<Checkpoint>>,
        trust: Trust,
        witnesses: &Witnesses,
    ) -> Result<Verdict, AdminError> {
        loop {
            let verdict = self
                .verify_once(checkpoint, trust.clone(), witnesses)
                .await?;
            if verdict.outcome.is_ok() {
                return Ok(verdict);
            }
            let by_now = self.store.checkpoint(self.tenant).await?;
            if by_now == checkpoint {
                return Ok(verdict);
            }
            checkpoint = by_now;
        }
    }

    async fn verify_once(
        &self,
        checkpoint: Option<Signed<Checkpoint>>,
        trust: Trust,
        witnesses: &Witnesses,
    ) -> Result<Verdict, AdminError> {
        let from = checkpoint.map_or(0, |checkpoint| checkpoint.statement.link.sequence);
        witnesses.must_concern(self.tenant, from)?;
        let mut keys: Vec<PublicKey> = checkpoint.iter().map(|signed| signed.key).collect();
        let walk = match &checkpoint {
            Some(checkpoint) => Walk::from_checkpoint(self.tenant, trust, checkpoint),
            None => Ok(Walk::from_start(self.tenant, trust)),
        };
        let outcome = match walk {
            Ok(walk) => self.walk(walk, witnesses, &mut keys).await?,
            Err(broken) => Err(broken),
        };
        keys.sort_unstable();
        keys.dedup();
        Ok(Verdict {
            from,
            outcome,
            keys,
        })
    }

    async fn walk(
        &self,
        mut walk: Walk,
        witnesses: &Witnesses,
        keys: &mut Vec<PublicKey>,
    ) -> Result<Result<Walked, Broken>, AdminError> {
        // Read before the entries: whatever is signed or ends here is among them.
        let end = self.store.trail_end(self.tenant).await?;
        let kept = self.kept_heads(walk.at().sequence).await?;
        keys.extend(witnesses.keys());
        if let Err(broken) = witnesses.tell(&mut walk) {
            return Ok(Err(broken));
        }
        for head in &kept {
            keys.push(head.key);
            if let Err(broken) = walk.expect(head) {
                return Ok(Err(broken));
            }
        }
        loop {
            let at = walk.at();
            if at.sequence == end.sequence && at.hash != end.hash {
                return Ok(Err(Broken::Loose(at.sequence)));
            }
            let page = match self.store.entries(self.tenant, at.sequence, PAGE).await {
                Ok(page) => page,
                Err(StoreError::Damaged(_)) => {
                    return self.first_unreadable(walk).await.map(Err);
                }
                Err(error) => return Err(error.into()),
            };
            if page.is_empty() {
                break;
            }
            for entry in page {
                if let Err(broken) = walk.step(&entry.entry, entry.hash) {
                    return Ok(Err(broken));
                }
                let at = walk.at();
                if at.sequence == end.sequence && at.hash != end.hash {
                    return Ok(Err(Broken::Loose(at.sequence)));
                }
            }
        }
        if walk.at().sequence < end.sequence {
            return Ok(Err(Broken::Loose(walk.at().sequence.saturating_add(1))));
        }
        Ok(walk.end())
    }

    async fn kept_heads(&self, from: u64) -> Result<Vec<Signed<Head>>, AdminError> {
        let mut heads: Vec<Signed<Head>> = Vec::new();
        let mut from = from;
        loop {
            let page = self.store.heads(self.tenant, from, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            heads.extend(page);
            match heads.last() {
                Some(last) if !is_last => from = last.statement.link.sequence.saturating_add(1),
                _ => return Ok(heads),
            }
        }
    }

    /// Goes on entry by entry up to the one that is no text any more.
    async fn first_unreadable(&self, mut walk: Walk) -> Result<Broken, AdminError> {
        loop {
            let at = walk.at().sequence;
            match self.store.entries(self.tenant, at, 1).await {
                Ok(page) => {
                    let Some(entry) = page.first() else {
                        return Ok(Broken::NoEntry(at.saturating_add(1)));
                    };
                    if let Err(broken) = walk.step(&entry.entry, entry.hash) {
                        return Ok(broken);
                    }
                }
                Err(StoreError::Damaged(_)) => return Ok(Broken::NoEntry(at.saturating_add(1))),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
