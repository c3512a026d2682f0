//! The last look at the content before anything is taken: its processes cannot run meanwhile.

use std::time::SystemTime;

use quell_model::Timestamp;
use uuid::Uuid;

use super::action::{Action, Fault};
use super::attributes;
use super::target::{Candidate, Target};
use crate::plan::Fact;

impl Action<'_> {
    /// Reads every candidate again; those that hold true become targets, the processes of the
    /// others go on.
    pub(super) fn verify(&mut self) -> Result<Fact, Fault> {
        self.targets.clear();
        for candidate in std::mem::take(&mut self.candidates) {
            let id = candidate.id;
            match self.verified(candidate) {
                Some(target) => self.targets.push(target),
                None => self.thaw_those_of(id)?,
            }
        }
        self.leave_what_finds_no_room()?;
        Ok(Fact::Verified {
            intact: !self.targets.is_empty(),
        })
    }

    fn verified(&mut self, candidate: Candidate) -> Option<Target> {
        let budget = self.hash_budget(None);
        let digests = match self.bench.hasher.digests(&candidate.content, &budget) {
            Ok(digests) => digests,
            Err(error) => {
                tracing::warn!(%error, "a file that was found cannot be read again");
                return None;
            }
        };
        if digests.sha1 != self.sha1 {
            tracing::info!("a file changed after it was found");
            return None;
        }
        let attributes = match candidate.attributes {
            Some(known) => known,
            None => attributes::read(&candidate.content).ok()?,
        };
        Some(Target {
            item: Uuid::new_v4(),
            id: candidate.id,
            nature: candidate.nature,
            content: candidate.content,
            digests,
            attributes,
            hold: candidate.hold,
            captured_at: Timestamp::from(SystemTime::now()),
            names: candidate.links.into_iter().map(Into::into).collect(),
            runs_from: candidate.runs_from,
            is_kept: candidate.is_kept,
            sealed: false,
        })
    }
}
