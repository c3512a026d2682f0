//! What is reported: the journal's rows, and what was refused.

use quell_protocol::{
    ActionResult, FileOutcome, FileResult, Phase, ProcessOutcome, ProcessResult, Residual,
    ResidualReason, Verdict, WirePath,
};

use super::action::{Action, Fault};
use super::target::{Candidate, link_count};
use crate::find::{ControlGroup, FileId, SymbolicLink};
use crate::journal::{NameRow, Place, ProcessRow, TargetRow};
use crate::plan::Ending;
use crate::plan::obstacle::Obstacle;
use crate::plan::residual::{of_readers, residuals};
use crate::plan::verdict::{Evidence, judge};

/// What was found and not touched, because it is protected or the machine's policy says so.
#[derive(Debug, Default)]
pub(super) struct Refused {
    processes: Vec<ProcessResult>,
    files: Vec<(FileResult, ResidualReason)>,
}

impl Refused {
    pub(super) fn add_process(&mut self, process: ProcessResult) {
        let identity = (process.pid, process.start_time);
        let known = |other: &ProcessResult| (other.pid, other.start_time) == identity;
        if !self.processes.iter().any(known) {
            self.processes.push(process);
        }
    }

    /// All paths of a file, or where it runs from if it has none.
    pub(super) fn add_file(&mut self, candidate: &Candidate, why: ResidualReason) {
        let mut paths: Vec<_> = candidate.links.iter().map(|link| link.path()).collect();
        if paths.is_empty() {
            paths.extend(candidate.runs_from.clone());
        }
        for path in paths {
            self.add_path(&path, candidate.id, why, None);
        }
    }

    pub(super) fn add_path(
        &mut self,
        path: &[u8],
        id: FileId,
        why: ResidualReason,
        detail: Option<String>,
    ) {
        let path = WirePath::from_bytes(path);
        if self.files.iter().any(|(file, _)| file.path == path) {
            return;
        }
        let outcome = match why {
            ResidualReason::Protected => FileOutcome::Protected,
            ResidualReason::OnlyTried => FileOutcome::WouldQuarantine,
            _ => FileOutcome::NotRemoved,
        };
        let file = FileResult {
            dev: Some(id.dev),
            ino: Some(id.ino),
            detail,
            ..FileResult::new(path, outcome)
        };
        self.files.push((file, why));
    }

    /// How many paths were left for this reason.
    pub(super) fn count_of(&self, why: ResidualReason) -> usize {
        self.files.iter().filter(|(_, left)| *left == why).count()
    }
}

impl Action<'_> {
    /// Ends the action and writes down how.
    pub(super) fn conclude(mut self, ending: Ending) -> Result<Phase, Fault> {
        let phase = if ending == Ending::Cancelled {
            Phase::Cancelled
        } else {
            Phase::finished(self.result(ending)?)
        };
        self.journal.conclude(self.id, &phase)?;
        self.leave_gate();
        Ok(phase)
    }

    /// What was refused, of which nothing is left here.
    pub(super) fn take_refused(
        &mut self,
    ) -> (Vec<ProcessResult>, Vec<(FileResult, ResidualReason)>) {
        let Refused { processes, files } = std::mem::take(&mut self.refused);
        (processes, files)
    }

    fn result(&mut self, ending: Ending) -> Result<ActionResult, Fault> {
        let mut processes = Vec::new();
        for (row, outcome) in self.journal.process_outcomes(self.id)? {
            processes.push(process_result(&row, outcome));
        }
        let users = self.users_of_taken(&processes)?;
        processes.extend(users);
        let mut files = Vec::new();
        let mut left_over = Vec::new();
        for (target, names) in self.journal.targets(self.id)? {
            // A name that a later round found is no residual any more.
            let links = self
                .known
                .get(&target.id)
                .map(|file| link_count(&file.content));
            for mut name in names {
                if let (Place::Released, false, Some(links)) = (name.place, name.was_deleted, links)
                {
                    name.residual = links;
                }
                left_over.extend(self.of_package(&name.path)?);
                let mut file = file_result(&target, &name);
                if name.place == Place::Released {
                    file.detail = with_links(file.detail, &self.dangling, &name.path);
                }
                files.push((file, name.obstacle));
            }
        }
        let verdict = self.verdict(ending, &processes, &files);
        let refused = std::mem::take(&mut self.refused);
        processes.splice(0..0, refused.processes);
        let mut residuals = residuals(&processes, &files, &self.coverage);
        let left = |(file, why): &(FileResult, ResidualReason)| {
            let residual = Residual::new(*why).at(file.path.clone());
            residual.because(file.detail.clone())
        };
        residuals.extend(refused.files.iter().map(left).chain(left_over));
        residuals.extend(respawn(self.denied().starts, &processes));
        residuals.append(&mut self.writers);
        residuals.extend(self.readers_out_of_sight()?);
        let refused = refused.files.into_iter().map(|(file, _)| file);
        let mut degraded = super::degraded();
        degraded.extend(std::mem::take(&mut self.forced));
        degraded.extend(self.gate_lack.take());
        Ok(ActionResult {
            processes,
            files: files
                .into_iter()
                .map(|(file, _)| file)
                .chain(refused)
                .collect(),
            residuals,
            coverage: self.coverage.clone(),
            degraded,
            ..ActionResult::new(self.sha1, verdict)
        })
    }

    /// What is to be said of a path that is a package's, if the file was not.
    fn of_package(&self, path: &[u8]) -> Result<Option<Residual>, Fault> {
        let package = self.journal.modified(self.id, path)?;
        let residual = Residual::new(ResidualReason::PackageFileModified);
        let residual = residual.at(WirePath::from_bytes(path));
        Ok(package.map(|package| residual.because(Some(package))))
    }

    /// What is to be said of those who may have read a file that is run by its readers alone, once
    /// it is taken: nothing tells them from anybody else.
    fn readers_out_of_sight(&self) -> Result<Option<Residual>, Fault> {
        let targets = self.journal.targets(self.id)?;
        let mut interpreted = targets.iter().filter(|(target, _)| target.is_interpreted);
        let taken = interpreted.find_map(|(_, names)| {
            let is_gone = |name: &&NameRow| matches!(name.place, Place::Released | Place::Captured);
            names.iter().find(is_gone)
        });
        Ok(taken.map(|name| of_readers(WirePath::from_bytes(&name.path))))
    }

    pub(super) fn verdict(
        &self,
        ending: Ending,
        processes: &[ProcessResult],
        files: &[(FileResult, Option<Obstacle>)],
    ) -> Verdict {
        let processes: Vec<_> = processes.iter().map(|process| process.outcome).collect();
        let files: Vec<_> = files
            .iter()
            .map(|(file, obstacle)| (file.outcome, *obstacle))
            .collect();
        judge(&Evidence {
            sha1: self.sha1,
            ending,
            refusal: self.refusal.as_ref(),
            processes: &processes,
            files: &files,
            searched_all: self.coverage.complete,
            unknown_processes: self.unknown_processes(),
            was_seen: self.known_size.is_some(),
            room_lacking: self.room_lacking(),
        })
    }
}

impl Action<'_> {
    /// Processes that may execute the file without the agent's knowledge. Where even root may not
    /// see what the first process executes, that is counted but not held against the action: it
    /// is never a target, whatever it executes.
    fn unknown_processes(&self) -> u64 {
        let hidden_init =
            self.scope.descend_only_from.is_none() && crate::find::current_executable(1).is_none();
        let unreadable = self.coverage.processes_unreadable;
        unreadable.saturating_sub(u64::from(hidden_init))
    }
}

/// Whoever tried to start the file again while nobody could; the killed processes' unit is where to
/// look for that.
fn respawn(starts: u64, processes: &[ProcessResult]) -> Option<Residual> {
    let mut residual = Residual::new(ResidualReason::Respawn).counting(starts);
    residual.unit = processes.iter().find_map(|process| process.unit.clone());
    (starts > 0).then_some(residual)
}

pub(super) fn process_result(row: &ProcessRow, outcome: ProcessOutcome) -> ProcessResult {
    let (pid, start_time) = (row.identity.pid, row.identity.start_time);
    let executable = WirePath::from_bytes(&row.link);
    ProcessResult {
        confidence: row.confidence,
        parent: row.parent,
        ..placed(
            ProcessResult::new(pid, start_time, row.uid, executable, outcome),
            row.cgroup.as_ref(),
        )
    }
}

/// Says where the process ran.
pub(super) fn placed(process: ProcessResult, group: Option<&ControlGroup>) -> ProcessResult {
    ProcessResult {
        cgroup: group.map(|group| group.path().to_owned()),
        container: group.and_then(ControlGroup::container).map(str::to_owned),
        unit: group.and_then(ControlGroup::unit).map(str::to_owned),
        ..process
    }
}

fn file_result(target: &TargetRow, name: &NameRow) -> FileResult {
    FileResult {
        dev: Some(target.id.dev),
        ino: Some(target.id.ino),
        vault_item: in_vault(target, name).then(|| target.item.to_string()),
        residual_links: name.residual,
        detail: detail(name),
        ..FileResult::new(WirePath::from_bytes(&name.path), file_outcome(name))
    }
}

fn in_vault(target: &TargetRow, name: &NameRow) -> bool {
    target.sealed && matches!(name.place, Place::Released | Place::Captured)
}

fn file_outcome(name: &NameRow) -> FileOutcome {
    match name.place {
        Place::Released if name.was_deleted => FileOutcome::QuarantinedDeleted,
        Place::Released => FileOutcome::Quarantined,
        Place::Captured => FileOutcome::HeldInCapture,
        Place::Intended | Place::Left => FileOutcome::NotRemoved,
    }
}

fn detail(name: &NameRow) -> Option<String> {
    match (name.obstacle, &name.detail) {
        (Some(obstacle), Some(detail)) => Some(format!("{}: {detail}", obstacle.as_str())),
        (Some(obstacle), None) => Some(obstacle.as_str().to_owned()),
        (None, detail) => detail.clone(),
    }
}

/// Symbolic links are left as they are; whoever follows them should know.
fn with_links(detail: Option<String>, links: &[SymbolicLink], path: &[u8]) -> Option<String> {
    let leading_here = links.iter().filter(|link| link.target == path);
    let shown: Vec<_> = leading_here
        .map(|link| String::from_utf8_lossy(&link.path).into_owned())
        .collect();
    if shown.is_empty() {
        return detail;
    }
    let told = format!("symbolic links that lead nowhere now: {}", shown.join(", "));
    Some(detail.map_or(told.clone(), |detail| format!("{detail}; {told}")))
}
