//! What a simulated machine answers to its orders, and when. Facts and time go in, messages come out;
//! no clock, no socket.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::route::{MAX_HOLD_SECONDS, MAX_IN_PROGRESS};
use quell_protocol::{
    ActionResult, FailureReason, HoldRequest, HoldResponse, Life, Order, Phase, ProtocolVersion,
    Refusal, Report, Verb, WirePath,
};

use crate::profile::{Behavior, Connection};
use crate::result;

/// A machine at its duty.
#[derive(Debug)]
pub struct Duty {
    machine: MachineId,
    behavior: Behavior,
    /// The files that are there, and where.
    files: BTreeMap<Sha1, WirePath>,
    /// Those that were taken away, and whence.
    taken: BTreeMap<Sha1, WirePath>,
    /// Whether a file that was taken away comes back.
    reinfected: bool,
    acknowledged: u64,
    /// Whether an operator froze the server: nothing is begun.
    frozen: bool,
    life: Life,
    working: BTreeMap<ActionId, Work>,
    outbox: VecDeque<Report>,
}

/// An action that is not finished.
#[derive(Debug)]
struct Work {
    sha1: Sha1,
    job: Job,
    due: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    TakeAway,
    PutBack,
}

/// What the machine does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// It says this.
    Report(Box<Report>),
    /// It has something to say at this moment.
    At(Instant),
    /// It waits for orders.
    Idle,
    /// It is never heard of again.
    Gone,
}

impl Duty {
    /// A machine with these files; `nonce` names this life of it.
    pub(crate) fn new(
        machine: MachineId,
        nonce: String,
        behavior: Behavior,
        files: BTreeMap<Sha1, WirePath>,
        reinfected: bool,
    ) -> Self {
        Self {
            machine,
            behavior,
            files,
            taken: BTreeMap::new(),
            reinfected,
            acknowledged: 0,
            frozen: false,
            life: Life {
                start: 1,
                nonce,
                count: 0,
            },
            working: BTreeMap::new(),
            outbox: VecDeque::new(),
        }
    }

    /// The next request for orders.
    pub fn hold(&mut self) -> HoldRequest {
        self.life.count = self.life.count.saturating_add(1);
        let protocol_version = match self.behavior.connection {
            Connection::Impaired => {
                ProtocolVersion::from(ProtocolVersion::CURRENT.number().saturating_add(1))
            }
            Connection::Online | Connection::Offline | Connection::Lost => ProtocolVersion::CURRENT,
        };
        HoldRequest {
            protocol_version,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            life: self.life.clone(),
            acknowledged: self.acknowledged,
            wait_seconds: MAX_HOLD_SECONDS,
            in_progress: self.working.keys().take(MAX_IN_PROGRESS).cloned().collect(),
            frozen: self.frozen,
            // It does not search, and a dry run would be nothing that it could pretend to.
            abilities: Vec::new(),
        }
    }

    /// Takes up what arrived.
    pub fn held(&mut self, answer: HoldResponse, now: Instant) {
        self.frozen = answer.frozen;
        for order in answer.orders {
            if order.sequence > self.acknowledged {
                self.acknowledged = order.sequence;
                self.take_up(order, answer.server_time, now);
            }
        }
    }

    /// What is to be said now.
    pub fn next(&mut self, now: Instant) -> Turn {
        if let Some(report) = self.outbox.pop_front() {
            return Turn::Report(Box::new(report));
        }
        if self.behavior.connection == Connection::Lost && !self.working.is_empty() {
            return Turn::Gone;
        }
        let first = self.working.iter().min_by_key(|(_, work)| work.due);
        match first.map(|(action, work)| (action.clone(), work.due)) {
            None => Turn::Idle,
            Some(_) if self.frozen => Turn::Idle,
            Some((_, due)) if due > now => Turn::At(due),
            Some((action, _)) => Turn::Report(Box::new(self.finish(action))),
        }
    }

    /// Says it again later: nobody heard.
    pub fn put_back(&mut self, report: Report) {
        self.outbox.push_front(report);
    }

    fn take_up(&mut self, order: Order, server_time: Timestamp, now: Instant) {
        let expired = match order.check(&self.machine, server_time) {
            Ok(()) => false,
            Err(Refusal::Expired) => true,
            Err(_) => return,
        };
        match order.verb {
            Verb::StopAndQuarantineFile { sha1, .. } | Verb::RestoreFile { sha1, .. }
                if expired =>
            {
                let result = result::failed(sha1, FailureReason::Expired, Vec::new());
                self.say(order.action_id, Phase::finished(result));
            }
            Verb::StopAndQuarantineFile { sha1, .. } => {
                self.begin(order.action_id, sha1, Job::TakeAway, now);
            }
            Verb::RestoreFile { sha1, .. } => {
                self.begin(order.action_id, sha1, Job::PutBack, now);
            }
            Verb::CancelAction if self.working.remove(&order.action_id).is_some() => {
                self.say(order.action_id, Phase::Cancelled);
            }
            // What has ended, and what only a newer server orders.
            _ => {}
        }
    }

    fn begin(&mut self, action: ActionId, sha1: Sha1, job: Job, now: Instant) {
        let due = now.checked_add(self.behavior.delay).unwrap_or(now);
        self.say(action.clone(), Phase::InProgress);
        self.working.insert(action, Work { sha1, job, due });
    }

    fn finish(&mut self, action: ActionId) -> Report {
        let work = self.working.remove(&action);
        let (sha1, job) = work.map_or((Sha1::OF_NOTHING, Job::TakeAway), |work| {
            (work.sha1, work.job)
        });
        let result = self.act(sha1, job);
        report(action, Phase::finished(result))
    }

    fn act(&mut self, sha1: Sha1, job: Job) -> ActionResult {
        let degraded = self.behavior.degraded();
        if let Some(reason) = self.behavior.failure() {
            return result::failed(sha1, reason, degraded);
        }
        let (from, to) = match job {
            Job::TakeAway => (&mut self.files, &mut self.taken),
            Job::PutBack => (&mut self.taken, &mut self.files),
        };
        let stays = self.reinfected && job == Job::TakeAway;
        let found = if stays {
            from.get(&sha1).cloned()
        } else {
            from.remove(&sha1)
        };
        let Some(path) = found else {
            return result::failed(sha1, FailureReason::FileNotFound, degraded);
        };
        to.insert(sha1, path.clone());
        match job {
            Job::TakeAway => result::taken(sha1, path, degraded),
            Job::PutBack => result::put_back(sha1, path, degraded),
        }
    }

    fn say(&mut self, action: ActionId, phase: Phase) {
        self.outbox.push_back(report(action, phase));
    }
}

fn report(action_id: ActionId, phase: Phase) -> Report {
    Report {
        protocol_version: ProtocolVersion::CURRENT,
        action_id,
        phase,
    }
}

#[cfg(test)]
mod tests;
