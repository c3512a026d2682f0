//! What a simulated machine answers to its orders, and when. Facts and time go in, messages come out;
//! no clock, no socket.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::route::{MAX_HOLD_SECONDS, MAX_IN_PROGRESS};
use quell_protocol::{
    ActionResult, FailureReason, HoldRequest, HoldResponse, Order, Phase, ProtocolVersion, Refusal,
    Report, Verb, WirePath,
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
    /// Whether a file that was taken away comes back.
    reinfected: bool,
    acknowledged: u64,
    working: BTreeMap<ActionId, Work>,
    outbox: VecDeque<Report>,
}

/// An action that is not finished.
#[derive(Debug)]
struct Work {
    sha1: Sha1,
    due: Instant,
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
    /// A machine with these files.
    pub(crate) fn new(
        machine: MachineId,
        behavior: Behavior,
        files: BTreeMap<Sha1, WirePath>,
        reinfected: bool,
    ) -> Self {
        Self {
            machine,
            behavior,
            files,
            reinfected,
            acknowledged: 0,
            working: BTreeMap::new(),
            outbox: VecDeque::new(),
        }
    }

    /// The next request for orders.
    #[must_use]
    pub fn hold(&self) -> HoldRequest {
        let protocol_version = match self.behavior.connection {
            Connection::Impaired => {
                ProtocolVersion::from(ProtocolVersion::CURRENT.number().saturating_add(1))
            }
            Connection::Online | Connection::Offline | Connection::Lost => ProtocolVersion::CURRENT,
        };
        HoldRequest {
            protocol_version,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            acknowledged: self.acknowledged,
            wait_seconds: MAX_HOLD_SECONDS,
            in_progress: self.working.keys().take(MAX_IN_PROGRESS).cloned().collect(),
        }
    }

    /// Takes up what arrived.
    pub fn held(&mut self, answer: HoldResponse, now: Instant) {
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
            Verb::StopAndQuarantineFile { sha1, .. } if expired => {
                let result = result::failed(sha1, FailureReason::Expired, Vec::new());
                self.say(order.action_id, Phase::Finished { result });
            }
            Verb::StopAndQuarantineFile { sha1, .. } => {
                let due = now.checked_add(self.behavior.delay).unwrap_or(now);
                self.say(order.action_id.clone(), Phase::InProgress);
                self.working.insert(order.action_id, Work { sha1, due });
            }
            Verb::CancelAction if self.working.remove(&order.action_id).is_some() => {
                self.say(order.action_id, Phase::Cancelled);
            }
            // What has ended, and what only a newer server orders.
            _ => {}
        }
    }

    fn finish(&mut self, action: ActionId) -> Report {
        let sha1 = self.working.remove(&action).map(|work| work.sha1);
        let result = self.act(sha1.unwrap_or(Sha1::OF_NOTHING));
        report(action, Phase::Finished { result })
    }

    fn act(&mut self, sha1: Sha1) -> ActionResult {
        let degraded = self.behavior.degraded();
        if let Some(reason) = self.behavior.failure() {
            return result::failed(sha1, reason, degraded);
        }
        let found = match self.reinfected {
            true => self.files.get(&sha1).cloned(),
            false => self.files.remove(&sha1),
        };
        match found {
            Some(path) => result::succeeded(sha1, path, degraded),
            None => result::failed(sha1, FailureReason::FileNotFound, degraded),
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
