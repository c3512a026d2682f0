//! What the kernel tells of an act, while it happens.

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Nothing here takes as long.
const PATIENCE: Duration = Duration::from_secs(60);
/// The file that the agent's journal grows in.
const JOURNAL: &[u8] = b"journal.db-wal";

/// Something that a thread waits for.
pub(crate) struct Awaited<T>(Receiver<T>);

impl<T: Send + 'static> Awaited<T> {
    /// Waits on a thread of its own.
    pub(crate) fn on_a_thread(wait: impl FnOnce() -> T + Send + 'static) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            // Nobody is left to hear it only after a panic.
            let _ = sender.send(wait());
        });
        Self(receiver)
    }

    pub(crate) fn get(&self) -> T {
        self.0
            .recv_timeout(PATIENCE)
            .expect("it happens within a minute")
    }

    /// It, if it has happened.
    pub(crate) fn if_by_now(&self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

/// When the agent first writes its journal from now on: it has the order, and begins to take it up.
pub(crate) fn arrival(agent_state: &Path) -> Awaited<Instant> {
    let watch = watch(&[agent_state], WatchFlags::MODIFY);
    Awaited::on_a_thread(move || {
        until(&watch, |flags, name| {
            flags.contains(ReadFlags::MODIFY) && name == JOURNAL
        })
    })
}

/// When the last of these names has left its directory.
pub(crate) fn departures(paths: &[PathBuf]) -> Awaited<Instant> {
    let parents: Vec<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
    let watch = watch(&parents, WatchFlags::MOVED_FROM | WatchFlags::DELETE);
    let mut names: Vec<OsString> = paths
        .iter()
        .filter_map(|path| path.file_name().map(OsString::from))
        .collect();
    Awaited::on_a_thread(move || {
        until(&watch, |_, name| {
            names.retain(|left| left.as_bytes() != name);
            names.is_empty()
        })
    })
}

/// When all of these children were stopped, and when they had ended. They are not reaped.
pub(crate) fn ends(children: &[Child]) -> Awaited<(Instant, Instant)> {
    let processes: Vec<Pid> = children.iter().map(process).collect();
    Awaited::on_a_thread(move || {
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        all(&processes, ended | WaitIdOptions::STOPPED);
        let held = Instant::now();
        all(&processes, ended);
        (held, Instant::now())
    })
}

fn all(processes: &[Pid], condition: WaitIdOptions) {
    for process in processes {
        waitid(WaitId::Pid(*process), condition).expect("it is a child of ours");
    }
}

/// The child's process id, which stays its own until it is reaped.
fn process(child: &Child) -> Pid {
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    id.expect("a process id is positive")
}

fn watch(directories: &[&Path], flags: WatchFlags) -> OwnedFd {
    let watch = inotify::init(CreateFlags::CLOEXEC).expect("there is inotify");
    for directory in directories {
        inotify::add_watch(&watch, *directory, flags).expect("the directory is there");
    }
    watch
}

/// When the first event came that is the one.
fn until(watch: &OwnedFd, mut is_it: impl FnMut(ReadFlags, &[u8]) -> bool) -> Instant {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut events = Reader::new(watch, &mut buffer);
    loop {
        let event = events.next().expect("events can be read");
        let at = Instant::now();
        let name = event.file_name().map(std::ffi::CStr::to_bytes);
        if is_it(event.events(), name.unwrap_or_default()) {
            return at;
        }
    }
}
