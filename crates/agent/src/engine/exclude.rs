//! What the machine's owner excluded by its path, and with it whatever other names the same file has.
//!
//! Whoever takes one name of a file reaches them all: the file loses its permissions, and what runs
//! of it is ended. So one excluded name keeps the whole file where it is.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use quell_protocol::{ProcessOutcome, ResidualReason};
use rustix::fs::fstat;

use super::action::{Action, Fault};
use super::target::Candidate;
use super::{attributes, inode_flags};
use crate::find::{FileId, behind_links, has_our_mounts, names_below};
use crate::journal::{NameRow, Place};
use crate::policy::{Policy, Refusal};

impl Action<'_> {
    /// Takes every file out of the candidates that has an excluded name.
    pub(super) fn leave_excluded(&mut self) -> Result<(), Fault> {
        if self.policy.exclusions.is_empty() {
            return Ok(());
        }
        let policy = with_real_places(&self.policy);
        self.look_at_exclusions(&policy);
        let mut left = Vec::new();
        for candidate in std::mem::take(&mut self.candidates) {
            let Some(excluded) = excluded_name(&policy, &candidate) else {
                self.candidates.push(candidate);
                continue;
            };
            self.note_excluded(&policy, &candidate, &excluded)?;
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
    /// roots, they are looked for there.
    fn look_at_exclusions(&mut self, policy: &Policy) {
        let is_walked = |path: &PathBuf| self.scope.roots.iter().any(|root| path.starts_with(root));
        let mut elsewhere = policy.exclusions.clone();
        elsewhere.retain(|path| !is_walked(path));
        let has_more = |one: &&Candidate| one.link_count() > one.links.len() as u64;
        let incomplete = self.candidates.iter().filter(has_more);
        let files: HashSet<FileId> = incomplete.map(|one| one.id).collect();
        if elsewhere.is_empty() || files.is_empty() {
            return;
        }
        let deadline = Instant::now() + self.limits.sweep;
        for found in names_below(&elsewhere, &files, deadline) {
            let of_it = |one: &&mut Candidate| one.id == found.stamp.id;
            if let Some(candidate) = self.candidates.iter_mut().find(of_it) {
                candidate.add_link(found);
            }
        }
    }

    fn note_excluded(
        &mut self,
        policy: &Policy,
        candidate: &Candidate,
        excluded: &[u8],
    ) -> Result<(), Fault> {
        let shown = String::from_utf8_lossy(excluded).into_owned();
        let why = match self.arm_again(candidate)? {
            true => {
                "other names of it were taken before this one was found; it has its permissions again"
            }
            false => "",
        };
        let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut paths: Vec<_> = candidate.links.iter().map(|link| link.path()).collect();
        if paths.is_empty() {
            paths.push(excluded.to_vec());
        }
        for path in paths {
            let detail = match path == excluded || excludes(policy, &path) {
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

/// Whatever is found is told by its real path, and the machine's owner may have written another one: of
/// a link, or through one. Both are meant, and a link may lead elsewhere by the next action.
fn with_real_places(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let real = policy.exclusions.iter();
    let real: Vec<PathBuf> = real.filter_map(|place| behind_links(place)).collect();
    policy.exclusions.extend(real);
    policy
}

/// The name for which a file is left alone: one that it has, or the one that it had when it was
/// started and has lost since.
fn excluded_name(policy: &Policy, candidate: &Candidate) -> Option<Vec<u8>> {
    // A path in a container's mounts is another place than the same path here, and whoever makes
    // mounts of his own could call it as he likes.
    let ours = candidate
        .links
        .iter()
        .filter(|link| link.directory.view.is_none());
    let named = ours
        .map(|link| link.path())
        .find(|path| excludes(policy, path));
    named.or_else(|| {
        let started_at = candidate.runs_from.clone()?;
        let is_there = candidate.links.is_empty()
            && excludes(policy, &started_at)
            && candidate.running.iter().any(|pid| has_our_mounts(*pid));
        is_there.then_some(started_at)
    })
}

fn excludes(policy: &Policy, path: &[u8]) -> bool {
    policy.excludes(Path::new(OsStr::from_bytes(path)))
}
