//! The run of one action: the plan decides, this performs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use quell_model::{ActionId, Sha1};
use quell_protocol::{Coverage, Hints, Phase, Residual};

use super::capture_dir::CaptureDirs;
use super::config::Limits;
use super::frozen::Frozen;
use super::gate::{Gate, Lingering};
use super::outcome::Refused;
use super::seal::Attributes;
use super::target::{Candidate, Name, Spot, Target};
use super::{Bench, Progress};
use crate::crash_point;
use crate::find::{FileId, Nature, ProcessIdentity, Scope, SymbolicLink};
use crate::hash::Budget;
use crate::journal::{Journal, JournalError, Settlement};
use crate::plan::{Ending, Fact, Plan, State, Step};
use crate::policy::{Mappers, Policy, Radius, Refusal};
use crate::sys::process_stat::ProcessStat;

/// Why a step failed as a whole.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// Without its journal the agent does nothing.
    #[error("the journal failed")]
    Journal(#[from] JournalError),
    /// The list of processes could not be read.
    #[error("the processes cannot be listed")]
    Processes(#[source] io::Error),
}

/// A file that the action dealt with before.
#[derive(Debug)]
pub(super) struct Known {
    /// What it is to whoever maps it.
    pub(super) nature: Nature,
    pub(super) content: OwnedFd,
    /// As they were before the file was touched.
    pub(super) attributes: Attributes,
    /// Whether the vault or a capture directory has it, so that it may end with its processes.
    pub(super) is_kept: bool,
}

/// One action while it is carried out.
pub(super) struct Action<'a> {
    pub(super) journal: &'a Journal,
    pub(super) scope: &'a Scope,
    pub(super) limits: Limits,
    pub(super) state_dir: &'a Path,
    pub(super) bench: &'a mut Bench,
    pub(super) progress: Option<&'a Progress>,

    pub(super) id: &'a ActionId,
    pub(super) sha1: Sha1,
    pub(super) comment: &'a str,
    pub(super) requestor: Option<&'a str>,
    /// What the server knows of the file: it nominates and never decides.
    pub(super) hints: &'a Hints,
    /// Whether to touch nothing.
    pub(super) dry_run: bool,

    pub(super) candidates: Vec<Candidate>,
    pub(super) targets: Vec<Target>,
    pub(super) gate: Option<Gate>,
    /// Why a file could not be barred, in words.
    pub(super) gate_lack: Option<String>,
    /// Who keeps the gate when the action has ended.
    pub(super) lingering: &'a Lingering,
    pub(super) frozen: Frozen,
    pub(super) capture_dirs: CaptureDirs,
    /// Directories that are never walked.
    pub(super) passed_over: HashSet<FileId>,
    pub(super) known: HashMap<FileId, Known>,
    pub(super) known_size: Option<u64>,
    /// What the vault had no room for, and how many bytes each would have taken.
    pub(super) no_room: HashMap<FileId, u64>,
    /// What cannot be taken or stopped, however often it is tried.
    pub(super) stuck_names: HashSet<Vec<u8>>,
    pub(super) stuck_processes: HashSet<ProcessIdentity>,
    /// Symbolic links that lead to a path that was taken.
    pub(super) dangling: Vec<SymbolicLink>,
    /// Who had a file open for writing when it was taken.
    pub(super) writers: Vec<Residual>,
    pub(super) own_executable: Option<FileId>,
    /// Whether anything was killed or taken, in this run or one before.
    pub(super) acted: bool,
    /// What becomes of those who only use the file as a library.
    pub(super) mappers: Mappers,
    pub(super) coverage: Coverage,
    pub(super) refused: Refused,

    pub(super) policy: Arc<Policy>,
    /// Why what is found is only told, if it is.
    pub(super) only_told: Option<Refusal>,
    /// Whether the order insists.
    pub(super) force: bool,
    /// Why the machine did not do it, or left something out.
    pub(super) refusal: Option<Refusal>,
    /// How much it has touched and would touch next.
    pub(super) radius: Radius,
    /// What was done only because the order insists, in words.
    pub(super) forced: BTreeSet<String>,
}

impl Action<'_> {
    /// Carries the action out, from wherever an earlier run left it.
    pub(super) fn run(mut self) -> Result<Phase, Fault> {
        if self.dry_run {
            return self.rehearse();
        }
        self.settle_leftovers()?;
        if self.is_forbidden() {
            return self.conclude(Ending::Refused);
        }
        let mut plan = Plan::new(self.limits.rounds, self.acted);
        let mut journal_failed = None;
        loop {
            self.heed_cancellation(&mut plan);
            let step = plan.next();
            if let Step::Conclude(ending) = step {
                return match journal_failed {
                    Some(fault) => Err(fault),
                    None => self.conclude(ending),
                };
            }
            let performed = self.perform(step).and_then(|fact| {
                let mut after = plan.clone();
                after.observe(fact);
                if after.state() != plan.state() {
                    self.reached(after.state())?;
                }
                Ok(after)
            });
            match performed {
                Ok(after) => plan = after,
                Err(fault) => {
                    tracing::error!(error = &fault as &dyn std::error::Error, "a step failed");
                    plan.observe(Fact::Broken);
                    if matches!(fault, Fault::Journal(_)) {
                        journal_failed.get_or_insert(fault);
                    }
                }
            }
        }
    }

    /// A journal that cannot be asked fails at the next step anyhow.
    fn heed_cancellation(&self, plan: &mut Plan) {
        if self.journal.is_cancelled(self.id).unwrap_or(false) {
            plan.cancel();
        }
    }

    fn perform(&mut self, step: Step) -> Result<Fact, Fault> {
        tracing::debug!(?step, "next");
        match step {
            Step::Locate(reach) => self.locate(reach),
            Step::Gate => Ok(self.gate()),
            Step::Freeze => self.freeze(),
            Step::Lease => Ok(self.lease()),
            Step::Verify => self.verify(),
            Step::Capture => self.capture(),
            Step::Kill => self.kill(),
            Step::Seal => self.seal(),
            Step::Release => self.release(),
            Step::PutBack => self.put_back(),
            Step::Thaw => self.thaw(),
            Step::Conclude(_) => Ok(Fact::Broken),
        }
    }

    fn reached(&mut self, state: State) -> Result<(), Fault> {
        self.journal.set_state(self.id, state)?;
        if let Some(progress) = self.progress {
            progress(self.id, state);
        }
        crash_point::here(match state {
            State::Located => "after-locate",
            State::Gated => "after-gate",
            State::Frozen => "after-freeze",
            State::Leased => "after-lease",
            State::Verified => "after-verify",
            State::Captured => "after-capture",
            State::Killed => "after-kill",
            State::Vaulted => "after-vault",
            State::Released => "after-release",
            State::Accepted | State::Done => "",
        });
        Ok(())
    }

    fn kill(&mut self) -> Result<Fact, Fault> {
        self.acted = true;
        // One that did not come to rest in time may execute another file by now.
        let targets = self.targets.iter();
        let wanted = targets.map(|one| (one.id, one.nature)).collect();
        self.let_innocents_go(&wanted)?;
        let fates = self.frozen.kill(self.limits.kill);
        let survivors = fates.iter().filter(|(_, fate)| !fate.has_ended());
        self.stuck_processes
            .extend(survivors.map(|(identity, _)| *identity));
        self.journal.set_fates(self.id, &fates)?;
        Ok(Fact::Killed)
    }

    fn thaw(&mut self) -> Result<Fact, Fault> {
        for candidate in &mut self.candidates {
            candidate.hold.let_go();
        }
        for target in &mut self.targets {
            target.hold.let_go();
        }
        self.open_gate();
        let fates = self.frozen.thaw();
        self.journal.set_fates(self.id, &fates)?;
        Ok(Fact::Thawed)
    }

    pub(super) fn thaw_those_of(&mut self, file: FileId) -> Result<(), Fault> {
        self.open_gate_for(file);
        let fates = self.frozen.thaw_those_of(file);
        self.journal.set_fates(self.id, &fates)?;
        Ok(())
    }

    /// Notes where the names of a target are, and which of them it is no use to try again.
    pub(super) fn note(&mut self, target: &Target) -> Result<(), Fault> {
        let mut settlements = Vec::new();
        for name in &target.names {
            match (&name.spot, name.row()) {
                (Spot::Vanished, _) => self.journal.forget_name(target.item, &name.path)?,
                (_, Some(row)) => settlements.push(Settlement {
                    item: target.item,
                    path: row.path,
                    place: row.place,
                    obstacle: row.obstacle,
                    detail: row.detail,
                    residual: row.residual,
                }),
                (_, None) => {}
            }
            self.mark_if_stuck(name);
        }
        self.journal.settle(&settlements)?;
        Ok(())
    }

    fn mark_if_stuck(&mut self, name: &Name) {
        if let Spot::Left(obstacle, _) = &name.spot
            && !obstacle.may_pass()
        {
            self.stuck_names.insert(name.path.clone());
        }
    }

    /// Whether this process was tried before, in vain.
    pub(super) fn is_stuck(&self, pid: u32) -> bool {
        if self.stuck_processes.is_empty() {
            return false;
        }
        ProcessStat::of(pid).is_some_and(|stat| {
            let start_time = stat.start_time;
            self.stuck_processes
                .contains(&ProcessIdentity { pid, start_time })
        })
    }

    pub(super) fn hash_budget(&self, deadline: Option<Instant>) -> Budget {
        Budget {
            cap: self.limits.hash_cap,
            deadline,
        }
    }
}
