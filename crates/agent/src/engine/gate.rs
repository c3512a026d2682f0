//! Keeping everybody else from opening the files while they are dealt with, and for a while after.
//!
//! It bars the very files, by whatever name: starting them, giving them to a loader or interpreter,
//! and reading them. A supervisor that starts its program again within milliseconds fails here
//! until the name is gone, and by a link that nobody found it fails a while longer. If the agent
//! ends in whatever way, the gate is open.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use super::action::Action;
use crate::find::FileId;
use crate::plan::Fact;
use crate::sys::fanotify::{Group, Questions};

/// A closed gate. Dropping it opens it.
#[derive(Debug)]
pub(super) struct Gate {
    /// Belongs to the keeper, so that the gate opens if the keeper should end.
    group: Weak<Group>,
    shared: Arc<Shared>,
    barred: Vec<(FileId, OwnedFd)>,
    keeper: Option<JoinHandle<()>>,
}

/// What the keeper and the engine tell each other.
#[derive(Debug)]
struct Shared {
    /// Wakes the keeper.
    bell: OwnedFd,
    closing: Mutex<Closing>,
    starts: AtomicU64,
    openings: AtomicU64,
}

/// When the gate is to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    NotYet,
    At(Instant),
}

/// What the gate refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Denied {
    /// Attempts to execute a file.
    pub(super) starts: u64,
    /// Attempts to open one in any other way.
    pub(super) openings: u64,
}

impl Gate {
    /// Makes a gate that bars nothing yet, and its keeper.
    fn new() -> io::Result<Self> {
        let group = Arc::new(Group::new()?);
        let shared = Arc::new(Shared {
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            closing: Mutex::new(Closing::NotYet),
            starts: AtomicU64::new(0),
            openings: AtomicU64::new(0),
        });
        let (weak, theirs) = (Arc::downgrade(&group), Arc::clone(&shared));
        let keeper = thread::Builder::new()
            .name("gate".to_owned())
            .spawn(move || keep(group, &theirs))?;
        Ok(Self {
            group: weak,
            shared,
            barred: Vec::new(),
            keeper: Some(keeper),
        })
    }

    fn bar(&mut self, id: FileId, file: &OwnedFd) -> io::Result<()> {
        let gone = || io::Error::other("the gate's keeper has ended");
        self.group.upgrade().ok_or_else(gone)?.watch(file)?;
        if self.barred.iter().all(|(barred, _)| *barred != id) {
            self.barred.push((id, file.try_clone()?));
        }
        Ok(())
    }

    /// Lets one file be opened again.
    fn open_for(&mut self, id: FileId) {
        let group = self.group.upgrade();
        self.barred.retain(|(barred, file)| {
            let is_meant = *barred == id;
            if is_meant && let Some(Err(error)) = group.as_ref().map(|group| group.forget(file)) {
                tracing::debug!(%error, "a file could not be let through the gate");
            }
            !is_meant
        });
    }

    pub(super) fn denied(&self) -> Denied {
        self.shared.denied()
    }

    /// Keeps the gate closed for so long, without anybody waiting for it.
    fn linger(&self, time: Duration) {
        self.shared.close(Closing::At(Instant::now() + time));
    }

    fn is_open(&self) -> bool {
        self.keeper.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.shared.close(Closing::At(Instant::now()));
        if let Some(Err(_panic)) = self.keeper.take().map(JoinHandle::join) {
            tracing::error!("the gate's keeper failed; the gate is open");
        }
    }
}

impl Shared {
    fn close(&self, closing: Closing) {
        *self.closing.lock().unwrap_or_else(PoisonError::into_inner) = closing;
        if let Err(errno) = rustix::io::write(&self.bell, &1_u64.to_ne_bytes()) {
            tracing::debug!(%errno, "the gate's keeper could not be woken");
        }
    }

    fn closing(&self) -> Closing {
        *self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn denied(&self) -> Denied {
        Denied {
            starts: self.starts.load(Ordering::Relaxed),
            openings: self.openings.load(Ordering::Relaxed),
        }
    }
}

/// Answers until the gate is to open. In here nothing is allocated and no file is opened: whoever
/// waits for an answer must never be what we wait for.
fn keep(group: Arc<Group>, shared: &Shared) {
    let own = std::process::id();
    let mut questions = Questions::none();
    while let Some(wait) = wait_of(shared.closing()) {
        let mut polled = [
            PollFd::new(&*group, PollFlags::IN),
            PollFd::new(&shared.bell, PollFlags::IN),
        ];
        match poll(&mut polled, wait.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => break,
        }
        let mut rings = [0; 8];
        // Nothing to read is nothing amiss.
        let _ = rustix::io::read(&shared.bell, &mut rings);
        if group.read(&mut questions).is_err() {
            break;
        }
        questions.each(&group, |question| {
            let is_own = question.pid == own;
            if !is_own && question.to_execute {
                shared.starts.fetch_add(1, Ordering::Relaxed);
            } else if !is_own {
                shared.openings.fetch_add(1, Ordering::Relaxed);
            }
            question.answer(is_own);
        });
    }
    drop(group);
    let Denied { starts, openings } = shared.denied();
    if starts + openings > 0 {
        tracing::warn!(
            starts,
            openings,
            "the gate refused attempts to open the file"
        );
    }
}

/// How long to wait for a question: for ever, for a while, or, when it is time to open, not at all.
fn wait_of(closing: Closing) -> Option<Option<Timespec>> {
    match closing {
        Closing::NotYet => Some(None),
        Closing::At(then) => {
            let left = then.saturating_duration_since(Instant::now());
            let wait = Timespec::try_from(left).ok()?;
            (!left.is_zero()).then_some(Some(wait))
        }
    }
}

/// Gates that stay closed for a while after their action.
#[derive(Debug, Default)]
pub(super) struct Lingering(Mutex<Vec<Gate>>);

impl Lingering {
    fn take_over(&self, gate: Gate, time: Duration) {
        gate.linger(time);
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|gate| !gate.is_open());
        gates.push(gate);
    }
}

impl Action<'_> {
    /// Bars every candidate. Where that cannot be had the action goes on without, and says so.
    pub(super) fn gate(&mut self) -> Fact {
        if self.scope.descend_only_from.is_some() {
            // The gate asks everybody, and this agent is to concern itself with some only.
            return Fact::Gated;
        }
        let mut gate = match self.gate.take().map_or_else(Gate::new, Ok) {
            Ok(gate) => gate,
            Err(error) => {
                self.note_lack(&error);
                return Fact::Gated;
            }
        };
        for candidate in &self.candidates {
            if let Err(error) = gate.bar(candidate.id, &candidate.content) {
                self.gate_lack.get_or_insert_with(|| lack(&error));
            }
        }
        self.gate = Some(gate);
        Fact::Gated
    }

    fn note_lack(&mut self, error: &io::Error) {
        tracing::debug!(%error, "there is no gate");
        // What no action of this process can have is told for all of them.
        if error.kind() != io::ErrorKind::PermissionDenied
            && error.kind() != io::ErrorKind::Unsupported
        {
            self.gate_lack.get_or_insert_with(|| lack(error));
        }
    }

    /// Lets every file be opened again.
    pub(super) fn open_gate(&mut self) {
        self.gate = None;
    }

    /// Lets a file be opened again that is not going to be taken.
    pub(super) fn open_gate_for(&mut self, file: FileId) {
        if let Some(gate) = &mut self.gate {
            gate.open_for(file);
        }
    }

    /// Leaves the gate closed for as long as this machine's policy says, to those who start again
    /// what they saw end.
    pub(super) fn leave_gate(&mut self) {
        if let Some(gate) = self.gate.take() {
            self.lingering.take_over(gate, self.policy.standing_gate());
        }
    }

    /// What was refused so far.
    pub(super) fn denied(&self) -> Denied {
        self.gate.as_ref().map(Gate::denied).unwrap_or_default()
    }
}

fn lack(error: &io::Error) -> String {
    format!("no open gate for a file: it could be started again until it was taken ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    const ID: FileId = FileId { dev: 1, ino: 2 };

    /// A gate before a file, where this user may have one.
    fn gate() -> Option<(tempfile::NamedTempFile, Gate)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let Ok(mut gate) = Gate::new() else {
            println!("skipped: only root may bar others from a file");
            return None;
        };
        gate.bar(ID, &file.as_file().try_clone().unwrap().into())
            .unwrap();
        Some((file, gate))
    }

    /// Whether another process may open it.
    fn others_may_open(file: &tempfile::NamedTempFile) -> bool {
        let mut cat = std::process::Command::new("cat");
        let cat = cat.arg(file.path()).stderr(std::process::Stdio::null());
        cat.status().unwrap().success()
    }

    #[test]
    fn gate_bars_others_and_not_ourselves_until_it_is_dropped_as_root() {
        let Some((file, gate)) = gate() else { return };
        assert!(!others_may_open(&file));
        assert!(File::open(file.path()).is_ok());
        let denied = Denied {
            starts: 0,
            openings: 1,
        };
        assert_eq!(gate.denied(), denied);
        drop(gate);
        assert!(others_may_open(&file));
    }

    #[test]
    fn gate_is_opened_for_one_file_and_stays_closed_for_another_as_root() {
        let Some((file, mut gate)) = gate() else {
            return;
        };
        let other = tempfile::NamedTempFile::new().unwrap();
        let id = FileId { dev: 1, ino: 3 };
        gate.bar(id, &other.as_file().try_clone().unwrap().into())
            .unwrap();
        gate.open_for(ID);
        assert!(others_may_open(&file));
        assert!(!others_may_open(&other));
    }

    #[test]
    fn gate_that_lingers_opens_by_itself_as_root() {
        let Some((file, mut gate)) = gate() else {
            return;
        };
        gate.linger(Duration::from_millis(1));
        while !gate.is_open() {
            thread::yield_now();
        }
        assert!(others_may_open(&file));
        assert!(gate.bar(ID, &file.into_file().into()).is_err());
    }

    #[test]
    fn lingering_gates_that_are_open_are_forgotten_as_root() {
        let lingering = Lingering::default();
        let Some((_file, first)) = gate() else { return };
        lingering.take_over(first, Duration::ZERO);
        while !lingering.0.lock().unwrap()[0].is_open() {
            thread::yield_now();
        }
        let Some((file, second)) = gate() else { return };
        lingering.take_over(second, Duration::from_secs(600));
        assert_eq!(lingering.0.lock().unwrap().len(), 1);
        assert!(!others_may_open(&file));
        drop(lingering);
        assert!(others_may_open(&file));
    }
}
