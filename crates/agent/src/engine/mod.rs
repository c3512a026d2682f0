//! The engine that carries out one order.
//!
//! An [`Engine`] owns the journal and does one action at a time, on the caller's thread. What it
//! does next is decided by [`crate::plan`]; the modules here do it. It may be shared between
//! threads: one carries out, others take up, cancel and report.

mod action;
mod announce;
#[cfg(any(test, feature = "adversary"))]
pub mod attacked;
mod attributes;
mod bookkeeping;
mod capture;
mod capture_dir;
mod config;
mod copy;
mod exclude;
mod excluded;
mod freeze;
mod frozen;
mod gate;
mod held;
mod hold;
mod inode_flags;
mod keep;
mod leave;
mod leftover;
mod library;
mod locate;
mod move_name;
mod outcome;
mod protect;
mod radius;
mod rehearse;
mod restrain;
mod room;
mod seal;
mod settle;
mod strange_ground;
mod sweep;
mod target;
mod thaw;
mod unbegun;
mod undertake;
mod verify;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use quell_model::{ActionId, Timestamp};
use quell_protocol::{Order, Phase, WirePath};
use quell_terminal::printable;

use action::Fault;
pub(crate) use attributes::read as read_attributes;
pub use config::{EngineConfig, Limits};
use gate::Lingering;
pub use protect::{Condition, Examined, Ownership, Protect};
pub use seal::{Attributes, ItemDraft, Seal, SealError};
pub use thaw::thaw;

use crate::facilities::Facilities;
use crate::find::{FileId, Stamps};
use crate::hash::Hasher;
use crate::journal::Journal;
pub use crate::journal::{JournalError, TakenUp};
use crate::plan::State;
use crate::policy::{LocalPolicy, Policy};
use crate::sys::descriptors;
use crate::vault::Vault;

/// How many running executables are remembered by their stamp.
const EXECUTABLES: usize = 4096;

/// Called after each step with how far an action is.
pub type Progress = Box<dyn Fn(&ActionId, State) + Send + Sync>;

/// Why the engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Without its journal the agent does nothing. An action that was under way goes on when the
    /// agent is started again.
    #[error("the agent's journal cannot be used, so it does nothing")]
    Journal(#[from] JournalError),
    /// The list of processes cannot be read.
    #[error("the processes of this machine cannot be listed")]
    Processes(#[source] std::io::Error),
    /// The kernel does not thaw a control group, so that whoever is in it rests.
    #[error("the control group {0} is still frozen")]
    StillFrozen(String),
}

impl From<Fault> for EngineError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Journal(error) => Self::Journal(error),
            Fault::Processes(error) => Self::Processes(error),
        }
    }
}

/// What [`Engine::recover`] found to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Processes that an earlier run had stopped.
    pub processes: usize,
    /// Actions that an earlier run had not ended, and that have ended now.
    pub finished: Vec<ActionId>,
    /// Orders that were not begun and must not be now, because the server is frozen.
    pub waiting: Vec<Order>,
}

/// Carries out orders. See the module's head.
pub struct Engine {
    journal: Journal,
    config: EngineConfig,
    bench: Mutex<Bench>,
    /// Where files are put back from.
    vault: Option<Vault>,
    progress: Option<Progress>,
    policy: Arc<LocalPolicy>,
    /// Gates that stay closed for a while after their action.
    lingering: Lingering,
}

/// What one action at a time works with.
pub(crate) struct Bench {
    seal: Box<dyn Seal + Send>,
    protect: Box<dyn Protect + Send>,
    hasher: Hasher,
    /// Only files that were executed while they were read: nobody can write to those.
    executables: Stamps,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the journal in the configured state directory. Nothing else is touched:
    /// [`Self::recover`] is what comes next.
    ///
    /// # Errors
    /// When the journal cannot be used.
    pub fn open(
        mut config: EngineConfig,
        seal: Box<dyn Seal + Send>,
        protect: Box<dyn Protect + Send>,
    ) -> Result<Self, EngineError> {
        descriptors::raise_limit();
        let journal = Journal::open(&config.state_dir)?;
        for path in [&mut config.state_dir]
            .into_iter()
            .chain(&mut config.scope.roots)
        {
            make_canonical(path);
        }
        Ok(Self {
            journal,
            config,
            bench: Mutex::new(Bench {
                seal,
                protect,
                hasher: Hasher::new(),
                executables: Stamps::with_capacity(EXECUTABLES),
            }),
            vault: None,
            progress: None,
            policy: Arc::new(LocalPolicy::fixed(Policy::unrestrained())),
            lingering: Lingering::default(),
        })
    }

    /// Obeys the machine's policy. Without one an engine restrains nothing by itself.
    #[must_use]
    pub fn with_policy(mut self, policy: Arc<LocalPolicy>) -> Self {
        self.policy = policy;
        self
    }

    /// Calls `progress` after each step of every action.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Puts files back from `vault` when it is ordered to. Without one it answers that it has none.
    #[must_use]
    pub fn with_vault(mut self, vault: Vault) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Settles what an earlier run left behind: first every stopped process goes on or is finished
    /// off, then captured files are brought into the vault, then unfinished actions are ended; what was
    /// not begun in time is not begun any more.
    ///
    /// # Errors
    /// When the journal or the list of processes cannot be read.
    pub fn recover(&self) -> Result<Recovered, EngineError> {
        let unfinished = self.journal.unfinished()?;
        let mut recovered = Recovered::default();
        let patience = self.config.limits.kill;
        let mut failure = None;
        for order in &unfinished {
            let (scope, action) = (&self.config.scope, &order.action_id);
            // One action that cannot be settled must not keep the processes of the others stopped.
            match settle::settle_processes(&self.journal, scope, action, patience) {
                Ok(count) => recovered.processes += count,
                Err(fault) => failure = failure.or(Some(fault)),
            }
        }
        if let Some(fault) = failure {
            return Err(fault.into());
        }
        for order in self.journal.holding()? {
            let mut bench = self.bench();
            let terms = self.terms(self.begun_under());
            if let Some(mut action) = self.action(&order, &mut bench, &terms) {
                action.settle_leftovers()?;
            }
        }
        let frozen = self.must_wait()?;
        for order in unfinished {
            let begun = self.journal.state(&order.action_id)? != State::Accepted;
            if !begun && self.is_too_late(&order)? {
                self.expire(&order)?;
            } else if !begun && frozen {
                recovered.waiting.push(order);
                continue;
            } else {
                self.carry_out(&order)?;
            }
            recovered.finished.push(order.action_id);
        }
        Ok(recovered)
    }

    /// Whether an order that an earlier run did not begin must not be begun any more. One that was
    /// given up is answered with that.
    fn is_too_late(&self, order: &Order) -> Result<bool, EngineError> {
        let is_over = order.expires_at <= Timestamp::from(SystemTime::now());
        Ok(is_over && !self.journal.is_cancelled(&order.action_id)?)
    }

    /// Takes up an order durably, without carrying it out yet. An order to cancel takes effect at
    /// once, if it still can.
    ///
    /// Whether the order binds this machine and has not expired is for the caller to check, with
    /// [`Order::check`].
    ///
    /// # Errors
    /// When the journal cannot be written; the order must not be acknowledged then.
    pub fn take_up(&self, order: &Order) -> Result<TakenUp, EngineError> {
        Ok(self.journal.take_up(order)?)
    }

    /// Carries out an order, on this thread, and answers how it ended. An order that was carried
    /// out before is not carried out again; it is answered with how it ended then.
    ///
    /// An order to cancel answers how its action stands: [`Phase::InProgress`] while another
    /// thread works on it.
    ///
    /// # Errors
    /// When the journal cannot be used. Then nothing is left stopped, and the action goes on when
    /// the engine is opened and recovered again.
    pub fn carry_out(&self, order: &Order) -> Result<Phase, EngineError> {
        if let TakenUp::Done(phase) = self.journal.take_up(order)? {
            return Ok(phase);
        }
        let mut bench = self.bench();
        // Another thread may have carried it out while this one waited.
        if let TakenUp::Done(phase) = self.journal.take_up(order)? {
            return Ok(phase);
        }
        let span = tracing::info_span!("action", id = printable(order.action_id.as_str()));
        let _entered = span.enter();
        let terms = match self.admit(order)? {
            Ok(leave) => self.terms(leave),
            Err(refusal) => return self.refuse(order, &refusal),
        };
        let action = self.action(order, &mut bench, &terms);
        let phase = match (self.restoration(order), action) {
            (Some(restoration), _) => restoration.run()?,
            (None, Some(action)) => action.run()?,
            (None, None) => return self.unable(order),
        };
        announce::announce(&phase);
        Ok(phase)
    }

    fn bench(&self) -> MutexGuard<'_, Bench> {
        // A panic while an action ran has dropped its guard, which let every process go on.
        self.bench.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Roots are entered without following links, so what links an operator wrote are resolved once.
fn make_canonical(path: &mut PathBuf) {
    if let Ok(canonical) = path.canonicalize() {
        *path = canonical;
    }
}

fn wire(path: &Path) -> WirePath {
    use std::os::unix::ffi::OsStrExt;
    WirePath::from_bytes(path.as_os_str().as_bytes())
}

fn id_of(path: &Path) -> Option<FileId> {
    rustix::fs::stat(path).ok().map(|stat| FileId::of(&stat))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The protections that are off because of how this process runs, in words.
#[must_use]
pub fn degraded() -> Vec<String> {
    Facilities::of_this_process().degraded()
}
