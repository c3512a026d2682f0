//! A dry run: what an action would do, said and not done.

use std::collections::HashSet;

use quell_protocol::{
    ActionResult, FileOutcome, FileResult, Phase, ProcessOutcome, ProcessResult, Rehearsal,
    Residual, Verdict, WirePath,
};

use super::action::{Action, Fault};
use super::outcome::placed;
use super::target::Candidate;
use crate::find::{ControlGroup, Wanted, execution_of, user_of};
use crate::plan::obstacle::Obstacle;
use crate::plan::residual::residuals;
use crate::plan::{Ending, Reach};
use crate::sys::process_stat::ProcessStat;

/// A path, and what would keep the file there.
type Found = (FileResult, Option<Obstacle>);

impl Action<'_> {
    /// Searches as an action would, asks what protects the machine, and ends with what would be done.
    /// No process is stopped and no file is opened but to be read.
    pub(super) fn rehearse(mut self) -> Result<Phase, Fault> {
        if !self.is_forbidden() {
            self.locate(Reach::Everything)?;
        }
        let phase = Phase::finished(self.rehearsed()?);
        self.journal.conclude(self.id, &phase)?;
        Ok(phase)
    }

    fn rehearsed(&mut self) -> Result<ActionResult, Fault> {
        let mut processes = self.would_stop();
        let users: HashSet<u32> = processes.iter().map(|process| process.uid).collect();
        let would_go_on = self.users_of_found(&processes)?;
        processes.extend(would_go_on);
        let mut files: Vec<Found> = self.candidates.iter().flat_map(would_take).collect();
        let would_be = self.would_be(&processes, &files);
        let (left_alone, left) = self.take_refused();
        let mut residuals = residuals(&processes, &files, &self.coverage);
        let why = left.iter().map(|(file, why)| {
            let residual = Residual::new(*why).at(file.path.clone());
            residual.because(file.detail.clone())
        });
        residuals.extend(why);
        processes.extend(left_alone);
        files.extend(left.into_iter().map(|(file, _)| (file, None)));
        let mut degraded = super::degraded();
        degraded.extend(std::mem::take(&mut self.forced));
        Ok(ActionResult {
            processes,
            files: files.into_iter().map(|(file, _)| file).collect(),
            residuals,
            coverage: self.coverage.clone(),
            degraded,
            dry_run: Some(Rehearsal {
                would_be,
                users: users.len() as u64,
            }),
            ..ActionResult::new(self.sha1, Verdict::Succeeded)
        })
    }

    fn would_stop(&self) -> Vec<ProcessResult> {
        let wanted = self.candidates.iter().map(|one| (one.id, one.nature));
        let wanted: Wanted = wanted.collect();
        let pids = self.candidates.iter().flat_map(|one| &one.running);
        let pids: HashSet<u32> = pids.copied().collect();
        let mut processes: Vec<_> = pids
            .into_iter()
            .filter_map(|pid| would_stop_one(pid, &wanted))
            .collect();
        processes.sort_by_key(|process| process.pid);
        processes
    }

    /// The verdict if everything that would be tried worked.
    fn would_be(&self, processes: &[ProcessResult], files: &[Found]) -> Verdict {
        let stopped = |process: &ProcessResult| ProcessResult {
            outcome: match process.outcome {
                ProcessOutcome::WouldStop => ProcessOutcome::Stopped,
                other => other,
            },
            ..process.clone()
        };
        let taken = |(file, obstacle): &Found| match file.outcome {
            FileOutcome::WouldQuarantine => {
                let outcome = FileOutcome::Quarantined;
                (
                    FileResult {
                        outcome,
                        ..file.clone()
                    },
                    *obstacle,
                )
            }
            _ => (file.clone(), *obstacle),
        };
        let processes: Vec<_> = processes.iter().map(stopped).collect();
        let files: Vec<_> = files.iter().map(taken).collect();
        self.verdict(Ending::Finished { settled: true }, &processes, &files)
    }
}

/// One that has ended by now, or executes another file, would not be stopped.
fn would_stop_one(pid: u32, wanted: &Wanted) -> Option<ProcessResult> {
    let execution = execution_of(pid, wanted)?;
    let start_time = ProcessStat::of(pid)?.start_time;
    let executable = WirePath::from_bytes(&execution.path());
    let outcome = ProcessOutcome::WouldStop;
    let result = ProcessResult::new(pid, start_time, user_of(pid)?, executable, outcome);
    Some(ProcessResult {
        confidence: execution.confidence(),
        ..placed(result, ControlGroup::of(pid).as_ref())
    })
}

/// The paths that would be taken from; of a file that has lost them all, the one that it runs from.
fn would_take(candidate: &Candidate) -> Vec<Found> {
    let result = |path: &[u8], outcome| FileResult {
        dev: Some(candidate.id.dev),
        ino: Some(candidate.id.ino),
        ..FileResult::new(WirePath::from_bytes(path), outcome)
    };
    if !candidate.links.is_empty() {
        let links = candidate.links.iter();
        return links
            .map(|link| (result(&link.path(), FileOutcome::WouldQuarantine), None))
            .collect();
    }
    let path = candidate.runs_from.as_deref().unwrap_or_default();
    if candidate.link_count() == 0 {
        return vec![(result(path, FileOutcome::WouldQuarantine), None)];
    }
    let outside = FileResult {
        detail: Some(Obstacle::OutsideRoots.as_str().to_owned()),
        ..result(path, FileOutcome::NotRemoved)
    };
    vec![(outside, Some(Obstacle::OutsideRoots))]
}
