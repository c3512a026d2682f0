//! Looking around, within limits.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use quell_model::{Sha1, Timestamp};
use quell_protocol::{Sighting, WirePath};

use super::known::Known;
use super::manners::Manners;
use super::meanwhile::Meanwhile;
use crate::engine::Protect;
use crate::find::{
    FileId, Found, LastId, ProcessScan, Scope, Stamp, Walk, newcomers, now_ns, processes,
};
use crate::hash::{Budget, Digests};
use crate::policy::LocalPolicy;

/// Nobody could open a file by a longer path, in bytes, and a deep enough tree of them would fill the
/// memory.
const LONGEST_TOLD: usize = 4096;

/// So many looks at who has come lie between two at all processes. A process that is replaced by another
/// program keeps its id, and is seen then.
const LOOKS_AT_NEWCOMERS: u32 = 5;

/// How far one survey goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveyLimits {
    /// The largest file that is hashed, in bytes.
    pub hash_cap: u64,
    /// How long one look below the roots may take, pauses included.
    pub time: Duration,
}

impl Default for SurveyLimits {
    /// 1 GiB a file, 30 minutes a survey.
    fn default() -> Self {
        Self {
            hash_cap: 1 << 30,
            time: Duration::from_secs(30 * 60),
        }
    }
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The files.
    pub sightings: Vec<Sighting>,
    /// Whether nothing was left out.
    pub complete: bool,
}

impl Seen {
    /// Takes up what was seen later: each path once.
    fn add(&mut self, later: &Self) {
        let paths: HashSet<&WirePath> = later.sightings.iter().map(|one| &one.path).collect();
        self.sightings.retain(|one| !paths.contains(&one.path));
        self.sightings.extend(later.sightings.iter().cloned());
        self.complete &= later.complete;
    }
}

/// Looks around again and again, and remembers what did not change.
#[derive(Debug)]
pub struct Survey<P> {
    scope: Scope,
    passed_over: HashSet<FileId>,
    protect: Arc<P>,
    policy: Option<Arc<LocalPolicy>>,
    limits: SurveyLimits,
    known: Known,
    manners: Manners,
    lately: Lately,
    /// What was seen to run when all were looked at last, and since; nothing before the first look.
    runs: Option<Seen>,
}

/// Up to whom the processes were looked at, and how many more looks may be at newcomers alone.
#[derive(Debug, Default)]
struct Lately {
    /// The look before the last one.
    before: LastId,
    last: LastId,
    looks_left: u32,
}

/// Which files below the roots are looked at: those that could be executed come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Executable,
    Other,
}

impl<P: Protect> Survey<P> {
    /// A survey of `scope` that does not enter the directories in `passed_over`.
    pub fn new(
        scope: Scope,
        passed_over: &[PathBuf],
        protect: Arc<P>,
        limits: SurveyLimits,
    ) -> Self {
        let stats = passed_over
            .iter()
            .filter_map(|path| rustix::fs::stat(path).ok());
        let passed_over = stats.map(|stat| FileId::of(&stat)).collect();
        Self {
            scope,
            passed_over,
            protect,
            policy: None,
            limits,
            known: Known::default(),
            manners: Manners::default(),
            lately: Lately::default(),
            runs: None,
        }
    }

    /// Begins with what an earlier one wrote down in a file, and writes there what it learns. A file
    /// that is damaged, of another machine, or open to others is as good as none.
    #[must_use]
    pub fn remembering(mut self, path: PathBuf) -> Self {
        self.known = Known::kept_in(path);
        self
    }

    /// Looks only below those roots that the machine's policy allows at that moment.
    #[must_use]
    pub fn under(mut self, policy: Arc<LocalPolicy>) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The directories to look below now. Under a policy that cannot be relied on there are none.
    fn roots(&self) -> Vec<PathBuf> {
        let roots = &self.scope.roots;
        match self.policy.as_ref().map(|policy| policy.rule()) {
            None => roots.clone(),
            Some(rule) => rule
                .policy()
                .map_or_else(|_| Vec::new(), |policy| policy.narrow(roots)),
        }
    }

    /// How long the last look at everything waited for others to be done.
    pub(super) fn rested(&self) -> Duration {
        self.manners.rested
    }

    /// The files that processes execute at this moment.
    ///
    /// # Errors
    /// When `/proc` cannot be read at all.
    pub fn running(&mut self) -> io::Result<Seen> {
        let scan = processes(&self.scope)?;
        self.lately = Lately {
            before: scan.last,
            last: scan.last,
            looks_left: LOOKS_AT_NEWCOMERS,
        };
        let seen = self.executed(&scan);
        self.runs = Some(seen.clone());
        Ok(seen)
    }

    /// Those of processes that have come lately, and every so often of all: what is new among what runs,
    /// for next to nothing where nothing is.
    ///
    /// # Errors
    /// When `/proc` cannot be read at all.
    pub(super) fn lately_running(&mut self) -> io::Result<Seen> {
        let Some(looks_left) = self.lately.looks_left.checked_sub(1) else {
            return self.running();
        };
        // Who had only been forked when he was seen is by now what he was forked for.
        let mut since = self.lately.before;
        let running = newcomers(&self.scope, &mut since, |_| true)?.wanted;
        self.lately = Lately {
            before: self.lately.last,
            last: since,
            looks_left,
        };
        let seen = self.executed(&ProcessScan::of(running));
        if let Some(runs) = &mut self.runs {
            runs.add(&seen);
        }
        Ok(seen)
    }

    /// What runs, as far as it was seen when that was looked at last.
    fn seen_running(&mut self) -> io::Result<Seen> {
        match &self.runs {
            Some(runs) => Ok(runs.clone()),
            None => self.running(),
        }
    }

    /// The files that these processes execute.
    fn executed(&mut self, scan: &ProcessScan) -> Seen {
        let mut seen = Seen {
            sightings: Vec::new(),
            complete: scan.unreadable == 0,
        };
        let budget = Budget {
            cap: self.limits.hash_cap,
            deadline: None,
        };
        for running in scan.by_executable().into_values() {
            let read = running.iter().find_map(|process| {
                let (file, _) = process.open_executable().ok()?;
                let stamp = Stamp::of(&file).ok()?;
                let digests = match self.known.recall(&stamp) {
                    Some(digests) => digests,
                    None => self.known.read(&file, stamp, &budget, now_ns()).ok()?,
                };
                Some((process.executable_link(), stamp, digests))
            });
            match read {
                Some((path, stamp, digests)) => {
                    let running = true;
                    seen.sightings
                        .push(self.sighting(&path, stamp, &digests, running));
                }
                None => seen.complete = false,
            }
        }
        seen
    }

    /// The running executables, as they were seen last, and all files below the roots, those that could be
    /// executed first. As that may take long, who has begun to run is looked at meanwhile.
    ///
    /// # Errors
    /// When `/proc` cannot be read at all.
    pub fn everything(&mut self, meanwhile: &mut Meanwhile<'_>) -> io::Result<Seen> {
        let mut seen = self.seen_running()?;
        let running: HashSet<WirePath> = seen
            .sightings
            .iter()
            .map(|sighting| sighting.path.clone())
            .collect();
        let deadline = Instant::now().checked_add(self.limits.time);
        let budget = Budget {
            cap: self.limits.hash_cap,
            deadline,
        };
        let mut there = HashSet::new();
        self.manners = Manners::default();
        for pass in [Pass::Executable, Pass::Other] {
            self.walk(pass, &budget, &running, &mut there, &mut seen, meanwhile);
        }
        self.known.make_room(|stamp| there.contains(stamp));
        self.known.keep();
        meanwhile.replace_in(&mut seen.sightings);
        Ok(seen)
    }

    fn walk(
        &mut self,
        pass: Pass,
        budget: &Budget,
        running: &HashSet<WirePath>,
        there: &mut HashSet<Stamp>,
        seen: &mut Seen,
        meanwhile: &mut Meanwhile<'_>,
    ) {
        let (roots, passed_over) = (self.roots(), self.passed_over.clone());
        let mut walk = Walk::new(&roots, &passed_over);
        if let Some(deadline) = budget.deadline {
            walk = walk.until(deadline);
        }
        let mut unread: u64 = 0;
        for found in walk.by_ref() {
            self.give_way(meanwhile);
            there.insert(found.stamp);
            match self.look(&found, pass, budget) {
                Ok(Some(digests)) => {
                    let path = found.path();
                    if path.len() > LONGEST_TOLD {
                        unread += 1;
                    } else if !running.contains(&WirePath::from_bytes(&path)) {
                        seen.sightings
                            .push(self.sighting(&path, found.stamp, &digests, false));
                    }
                }
                Ok(None) => {}
                Err(Unread) => unread += 1,
            }
        }
        let tally = walk.tally();
        seen.complete &= !tally.out_of_time && tally.skipped == 0 && unread == 0;
    }

    /// Waits as long as it is polite; who has begun to run is looked at all the same.
    fn give_way(&mut self, meanwhile: &mut Meanwhile<'_>) {
        loop {
            if meanwhile.is_due() {
                match self.lately_running() {
                    Ok(seen) => meanwhile.see(seen.sightings),
                    Err(error) => tracing::warn!(%error, "processes cannot be looked at"),
                }
            }
            let Some(pause) = self.manners.wish() else {
                return;
            };
            thread::sleep(pause);
        }
    }

    /// The digests of a file that belongs to this pass.
    fn look(
        &mut self,
        found: &Found,
        pass: Pass,
        budget: &Budget,
    ) -> Result<Option<Digests>, Unread> {
        let (file, stat) = found.open().map_err(|_| Unread)?;
        let file = std::fs::File::from(file);
        let is_executable = stat.st_mode & 0o111 != 0 || begins_as_a_program(&file);
        if is_executable != (pass == Pass::Executable) {
            return Ok(None);
        }
        if let Some(digests) = self.known.recall(&found.stamp) {
            return Ok(Some(digests));
        }
        let stamp = Stamp::of(&file).map_err(|_| Unread)?;
        self.known
            .read(&file, stamp, budget, now_ns())
            .map(Some)
            .map_err(|_| Unread)
    }

    fn sighting(&self, path: &[u8], stamp: Stamp, digests: &Digests, running: bool) -> Sighting {
        let protection = self
            .protect
            .by_inode(stamp.id.dev, stamp.id.ino)
            .or_else(|| self.protect.by_content(&digests.sha1));
        Sighting {
            sha1: digests.sha1,
            sha256: Some(
                digests
                    .sha256
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
            ),
            size: digests.size,
            path: WirePath::from_bytes(path),
            seen_at: Timestamp::from(SystemTime::now()),
            running,
            protection,
        }
    }
}

/// A file could not be read, or not within the limits.
struct Unread;

fn begins_as_a_program(file: &std::fs::File) -> bool {
    let mut magic = [0; 4];
    let count = file.read_at(&mut magic, 0).unwrap_or(0);
    let read = magic.get(..count).unwrap_or_default();
    read.starts_with(b"\x7fELF") || read.starts_with(b"#!")
}

/// What was told of each path: the content, and whether it ran.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<WirePath, (Sha1, bool)>);

impl Told {
    /// Starts over with what a whole survey saw.
    pub(super) fn start_over(&mut self, sightings: &[Sighting]) {
        self.0 = sightings
            .iter()
            .map(|s| (s.path.clone(), gist(s)))
            .collect();
    }

    /// Keeps those that have not been told, and remembers them as told.
    pub(super) fn only_new(&mut self, mut sightings: Vec<Sighting>) -> Vec<Sighting> {
        sightings.retain(|s| self.0.insert(s.path.clone(), gist(s)) != Some(gist(s)));
        sightings
    }

    /// Whether a whole survey saw something else than was told.
    pub(super) fn differs(&self, seen: &Seen) -> bool {
        let known = |s: &Sighting| self.0.get(&s.path) == Some(&gist(s));
        seen.sightings.len() != self.0.len() || !seen.sightings.iter().all(known)
    }
}

fn gist(sighting: &Sighting) -> (Sha1, bool) {
    (sighting.sha1, sighting.running)
}

#[cfg(test)]
mod tests;
