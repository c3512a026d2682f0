//! Leaving alone what the machine's owner excluded, and with it whatever other names the same file has.
//!
//! Whoever takes one name of a file reaches them all: the file loses its permissions, and what runs
//! of it is ended. So one excluded name keeps the whole file where it is.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Instant;

use quell_protocol::{ProcessOutcome, ResidualReason};
use rustix::fs::fstat;

use super::action::{Action, Fault};
use super::excluded::Excluded;
use super::target::Candidate;
use super::{attributes, inode_flags};
use crate::find::{has_our_mounts, names_below};
use crate::journal::{NameRow, Place};
use crate::policy::Refusal;

impl Action<'_> {
    /// Takes every file out of the candidates that has an excluded name.
    pub(super) fn leave_excluded(&mut self) -> Result<(), Fault> {
        if self.policy.exclusions.is_empty() {
            return Ok(());
        }
        let excluded = Excluded::by(&self.policy);
        self.look_at_exclusions(&excluded);
        let mut left = Vec::new();
        for candidate in std::mem::take(&mut self.candidates) {
            let Some(name) = excluded_name(&excluded, &candidate) else {
                self.candidates.push(candidate);
                continue;
            };
            self.note_excluded(&excluded, &candidate, &name)?;
            left.push(candidate.id);
        }
        self.note_left_alone(&left, ProcessOutcome::LeftAlone);
        let count = self.refused.count_of(ResidualReason::Excluded);
        if count > 0 {
            self.refuse(Refusal::Excluded(count));
        }
        Ok(())
    }

    /// An exclusion holds wherever it lies. Where a file has names that were not found below the
    /// roots, or was found where a second mount shows what an exclusion may hold, they are looked for
    /// there.
    fn look_at_exclusions(&mut self, excluded: &Excluded) {
        let is_walked =
            |path: &&PathBuf| self.scope.roots.iter().any(|root| path.starts_with(root));
        let elsewhere: Vec<&PathBuf> = excluded.paths().filter(|path| !is_walked(path)).collect();
        let (mut places, mut files) = (HashSet::new(), HashSet::new());
        for candidate in &self.candidates {
            let has_more = candidate.link_count() > candidate.links.len() as u64;
            let elsewhere = elsewhere.iter().copied().filter(|_| has_more);
            let links = candidate.links.iter();
            let shown = links.flat_map(|link| excluded.that_may_show(link));
            let asked: Vec<&PathBuf> = elsewhere.chain(shown).collect();
            if !asked.is_empty() {
                files.insert(candidate.id);
                places.extend(asked.into_iter().cloned());
            }
        }
        if files.is_empty() {
            return;
        }
        let places: Vec<PathBuf> = places.into_iter().collect();
        let deadline = Instant::now() + self.limits.sweep;
        for found in names_below(&places, &files, deadline) {
            let of_it = |one: &&mut Candidate| one.id == found.stamp.id;
            if let Some(candidate) = self.candidates.iter_mut().find(of_it) {
                candidate.add_link(found);
            }
        }
    }

    fn note_excluded(
        &mut self,
        excluded: &Excluded,
        candidate: &Candidate,
        name: &[u8],
    ) -> Result<(), Fault> {
        let shown = String::from_utf8_lossy(name).into_owned();
        let why = match self.arm_again(candidate)? {
            true => {
                "other names of it were taken before this one was found; it has its permissions again"
            }
            false => "",
        };
        let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut paths: Vec<_> = candidate.links.iter().map(|link| link.path()).collect();
        if paths.is_empty() {
            paths.push(name.to_vec());
        }
        for path in paths {
            let detail = match path == name || excluded.contains(&path) {
                true => told(why),
                false => Some(format!(
                    "another name of the same file is excluded: {shown}"
                )),
            };
            let reason = ResidualReason::Excluded;
            self.refused.add_path(&path, candidate.id, reason, detail);
        }
        Ok(())
    }

    /// Gives a file its permissions again of which names were taken before the excluded one was
    /// found. Answers whether there was something to give.
    fn arm_again(&self, candidate: &Candidate) -> Result<bool, Fault> {
        let content = &candidate.content;
        let is_disarmed = fstat(content).is_ok_and(|stat| stat.st_mode & 0o7777 == 0);
        if !is_disarmed {
            return Ok(false);
        }
        let was_taken = |name: &NameRow| matches!(name.place, Place::Released | Place::Captured);
        let targets = self.journal.targets(self.id)?;
        let taken = targets.into_iter().find(|(target, names)| {
            target.of_this_boot && target.id == candidate.id && names.iter().any(was_taken)
        });
        let Some((target, _)) = taken else {
            return Ok(false);
        };
        attributes::give_back(content, &target.attributes);
        inode_flags::bind(content, target.attributes.flags);
        Ok(true)
    }
}

/// The name for which a file is left alone: one that it has, or the one that it had when it was
/// started and has lost since.
fn excluded_name(excluded: &Excluded, candidate: &Candidate) -> Option<Vec<u8>> {
    let mut names = candidate.links.iter();
    names.find_map(|link| excluded.name_of(link)).or_else(|| {
        let started_at = candidate.runs_from.clone()?;
        let is_there = candidate.links.is_empty()
            && excluded.contains(&started_at)
            && candidate.running.iter().any(|pid| has_our_mounts(*pid));
        is_there.then_some(started_at)
    })
}
