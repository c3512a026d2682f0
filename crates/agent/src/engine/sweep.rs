//! Searching what lies below the roots: what could be executed first, then the rest.
//!
//! Where nobody has told the size of the file, every file must be read, which may take longer than
//! there is time. A machine has few files that could be executed, and one of them is what was
//! ordered, as a rule; once it is known, only files of its size are read.
//!
//! An action's search goes on at the agent's own priority. Whoever has the file may keep processor
//! and disk so busy that a search that gives way would never end.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use quell_protocol::{Limit, Tier};

use super::action::Action;
use crate::find::{FileId, Found, Walk};
use crate::hash::Budget;

/// Every candidate costs descriptors; a further round takes what is beyond this.
const MOST_CANDIDATES: usize = 1000;

/// Which files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Those that may be executed, by their mode.
    Executables,
    /// All that have not been read.
    Rest,
}

/// What one search of the roots has come to by now.
struct Sweep {
    budget: Budget,
    /// The candidates' places.
    by_id: HashMap<FileId, usize>,
    /// What could be executed and is something else. What has been read is told by this and not by its
    /// mode, which might be changed between the passes so that neither reads it.
    read: HashSet<FileId>,
    unread: HashSet<FileId>,
    too_many: bool,
    too_large: bool,
}

impl Action<'_> {
    /// Walks the roots. As soon as one copy is known, only files of its size are read.
    pub(super) fn sweep(&mut self, taken: HashSet<Vec<u8>>) {
        let budget = self.hash_budget(Some(Instant::now() + self.limits.sweep));
        let by_id = self.candidates.iter().enumerate();
        let mut sweep = Sweep {
            budget,
            by_id: by_id.map(|(index, one)| (one.id, index)).collect(),
            read: HashSet::new(),
            unread: HashSet::new(),
            too_many: false,
            too_large: false,
        };
        self.coverage.complete = true;
        self.coverage.ended_by.clear();
        if self.wanted_size().is_none() {
            self.walk(Pass::Executables, &mut sweep, HashSet::new());
            if self.coverage.complete {
                self.coverage.reached(Tier::Executables);
            }
        }
        if self.goes_on() {
            self.walk(Pass::Rest, &mut sweep, taken);
        }
        if self.coverage.complete {
            self.coverage.only_size = self.wanted_size();
            self.coverage.reached(match self.coverage.only_size {
                Some(_) => Tier::SizeMatch,
                None => Tier::Everything,
            });
        }
    }

    /// Whether there is time and room for another pass.
    fn goes_on(&self) -> bool {
        let ended_by = &self.coverage.ended_by;
        !ended_by.contains(&Limit::Time) && !ended_by.contains(&Limit::Copies)
    }

    fn walk(&mut self, pass: Pass, sweep: &mut Sweep, taken: HashSet<Vec<u8>>) {
        let (scope, passed_over) = (self.scope, self.passed_over.clone());
        let mut walk = Walk::new(&scope.roots, &passed_over)
            .only_size(self.wanted_size())
            .noting_links_to(taken);
        if let Some(deadline) = sweep.budget.deadline {
            walk = walk.until(deadline);
        }
        for found in walk.by_ref() {
            if pass == Pass::Rest || found.is_executable {
                self.look_at(found, pass, sweep);
            }
        }
        if pass == Pass::Rest {
            self.dangling = walk.links().to_vec();
        }
        let tally = walk.tally();
        self.coverage.files = self.coverage.files.max(tally.files);
        self.coverage.files_skipped = tally.skipped + sweep.unread.len() as u64;
        self.coverage.unreached = walk.unreached().to_vec();
        let ended = [
            (tally.out_of_time || sweep.budget.is_over(), Limit::Time),
            (sweep.too_many, Limit::Copies),
            (sweep.too_large, Limit::FileSize),
        ];
        for (_, limit) in ended.into_iter().filter(|(ended, _)| *ended) {
            self.coverage.cut_by(limit);
        }
    }

    fn look_at(&mut self, found: Found, pass: Pass, sweep: &mut Sweep) {
        let (id, size) = (found.stamp.id, found.stamp.size);
        if let Some(index) = sweep.by_id.get(&id) {
            return self.add_link(*index, found);
        }
        let has_another_size = self.wanted_size().is_some_and(|wanted| wanted != size);
        if has_another_size || sweep.read.contains(&id) || self.stuck_names.contains(&found.path())
        {
            return;
        }
        match self.content_at(&found, &sweep.budget) {
            Ok(None) => {
                sweep.unread.remove(&id);
                if pass == Pass::Executables {
                    sweep.read.insert(id);
                }
            }
            Err(()) => {
                sweep.unread.insert(id);
                sweep.too_large |= size > sweep.budget.cap;
            }
            Ok(Some(_)) if self.candidates.len() >= MOST_CANDIDATES => sweep.too_many = true,
            Ok(Some(content)) => {
                let mut candidate = self.candidate(id, content);
                sweep.by_id.insert(id, self.candidates.len());
                candidate.add_link(found);
                self.candidates.push(candidate);
            }
        }
    }
}
