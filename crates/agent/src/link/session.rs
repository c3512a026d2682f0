//! What to say to the server next. Facts and time go in, decisions come out; no I/O, no clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use quell_model::{ActionId, MachineId, Timestamp};
use quell_protocol::route::{MAX_BODY, MAX_HOLD_SECONDS, MAX_IN_PROGRESS};
use quell_protocol::{
    Ability, ActionResult, FailureReason, HoldRequest, HoldResponse, Inventory, Life, Order, Phase,
    ProtocolVersion, Refusal, Report, Verdict,
};

use super::lane::{Failed, Lane};
use super::outbox::Outbox;
use crate::bridge::ExchangeError;

/// How soon the server is asked again when it answered but had nothing new. It should have held
/// the request; one that does not must not be asked in circles.
const NOTHING_NEW: Duration = Duration::from_secs(1);

/// The most parts of the inventory that wait for a server that is away.
const MOST_ADDITIONS: usize = 256;

/// Whether there is something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn<T> {
    /// Send this.
    Now(T),
    /// Ask again at this moment.
    At(Instant),
    /// Not before something else happens.
    Idle,
}

/// Why the agent asks no more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// The server lost or removed the machine.
    #[error(
        "the server does not know this machine: enrol it again with a new token (`quell-agent enrol`)"
    )]
    UnknownDevice,
    /// An operator shut the machine out.
    #[error("an operator revoked this machine on the server: it takes no more orders")]
    Revoked,
    /// Agent and server are too far apart.
    #[error(
        "the server does not speak this agent's version of the protocol ({message}): install the agent that belongs to the server"
    )]
    UnsupportedVersion {
        /// What the server said.
        message: String,
    },
}

/// What becomes of an order that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The device takes it up.
    CarryOut(Order),
    /// It came too late; the server is told so.
    Expired(Order),
    /// It is for another machine: nothing is done and nothing acknowledged.
    NotOurs(Order),
    /// The server is frozen now, or no longer.
    Frozen(bool),
}

/// The state of the conversation.
#[derive(Debug)]
pub struct Session {
    machine: MachineId,
    /// Told with every request for orders; its count is that of the last one.
    life: Life,
    /// Whether the server is frozen, as far as is known.
    frozen: bool,
    /// Whether the machine's key is to be changed.
    rotates: bool,
    /// The highest sequence number below which everything is durable on the device.
    acknowledged: u64,
    /// Orders that arrived after that, and what became of them.
    arrived: BTreeMap<u64, Arrived>,
    in_progress: BTreeSet<ActionId>,
    outbox: Outbox,
    inventory: VecDeque<Inventory>,
    /// Whether the part of the inventory that is on its way was overtaken by a newer whole.
    in_flight_is_old: bool,
    holding: Lane,
    /// When orders were last asked for.
    asked_at: Option<Instant>,
    reporting: Lane,
    listing: Lane,
    rotating: Lane,
}

/// What became of an order that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrived {
    /// The device has not said yet.
    Passed,
    /// It is durable.
    Durable,
    /// The device could not take it up: it is to be sent again, and until then nothing after it is
    /// acknowledged, or the server would forget it.
    Declined,
}

impl Session {
    /// A conversation of `machine` in the life that `nonce` was drawn for, the `start`th of its
    /// agent. The machine has durably taken up all orders to `acknowledged`.
    #[must_use]
    pub fn new(machine: MachineId, start: u64, nonce: String, acknowledged: u64) -> Self {
        Self {
            machine,
            life: Life {
                start,
                nonce,
                count: 0,
            },
            frozen: false,
            rotates: false,
            acknowledged,
            arrived: BTreeMap::new(),
            in_progress: BTreeSet::new(),
            outbox: Outbox::default(),
            inventory: VecDeque::new(),
            in_flight_is_old: false,
            holding: Lane::default(),
            asked_at: None,
            reporting: Lane::default(),
            listing: Lane::default(),
            rotating: Lane::default(),
        }
    }

    /// The same conversation, with a server of which it is known whether it is frozen.
    #[must_use]
    pub fn with_frozen(mut self, frozen: bool) -> Self {
        self.frozen = frozen;
        self
    }

    /// Whether to ask for orders.
    pub fn hold(&mut self, now: Instant) -> Turn<HoldRequest> {
        let life = Life {
            count: self.life.count.saturating_add(1),
            ..self.life.clone()
        };
        let request = HoldRequest {
            protocol_version: ProtocolVersion::CURRENT,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            frozen: self.frozen,
            abilities: Ability::ALL.to_vec(),
            life: life.clone(),
            acknowledged: self.acknowledged,
            wait_seconds: MAX_HOLD_SECONDS,
            in_progress: self
                .in_progress
                .iter()
                .take(MAX_IN_PROGRESS)
                .cloned()
                .collect(),
        };
        let turn = take_turn(&mut self.holding, now, || Some(request));
        if matches!(turn, Turn::Now(_)) {
            self.asked_at = Some(now);
            self.life = life;
        }
        turn
    }

    /// Judges what came of asking for orders.
    ///
    /// # Errors
    /// [`Stop`] when asking again is no use.
    pub fn held(
        &mut self,
        answer: Result<HoldResponse, &ExchangeError>,
        now: Instant,
        chance: u32,
    ) -> Result<Vec<Ruling>, Stop> {
        match answer {
            Ok(answer) => {
                self.holding.succeeded();
                let server_time = answer.server_time;
                self.rotates |= answer.rotate_key;
                self.forget_withdrawn(&answer.orders);
                let mut arrived: Vec<Ruling> = self.thaw_or_freeze(answer.frozen).collect();
                let orders = answer.orders.into_iter();
                arrived.extend(orders.filter_map(|order| self.rule(order, server_time)));
                // Until the device has taken up what arrived, the server would only repeat it.
                let since = if self.arrived.is_empty() {
                    self.asked_at
                } else {
                    Some(now)
                };
                self.holding
                    .pause_until(since.and_then(|at| at.checked_add(NOTHING_NEW)));
                self.advance();
                Ok(arrived)
            }
            Err(error) => self.holding.failed(error, now, chance).map(|_| Vec::new()),
        }
    }

    /// The device has durably taken up the order with this number.
    pub fn taken_up(&mut self, sequence: u64) {
        self.arrived
            .entry(sequence)
            .and_modify(|arrived| *arrived = Arrived::Durable);
        self.advance();
    }

    /// The device could not take up the order with this number; it is to be sent again.
    pub fn not_taken_up(&mut self, sequence: u64) {
        self.arrived
            .entry(sequence)
            .and_modify(|arrived| *arrived = Arrived::Declined);
    }

    /// There is news of an action.
    pub fn report(&mut self, report: Report) {
        match report.phase {
            Phase::InProgress => self.in_progress.insert(report.action_id.clone()),
            _ => self.in_progress.remove(&report.action_id),
        };
        self.outbox.push(report.fitted(MAX_BODY));
    }

    /// Whether to send a report.
    pub fn next_report(&mut self, now: Instant) -> Turn<Report> {
        take_turn(&mut self.reporting, now, || self.outbox.send())
    }

    /// Judges what came of a report; tells the action whose last word has been heard.
    ///
    /// # Errors
    /// [`Stop`] when nothing more needs to be said.
    pub fn reported(
        &mut self,
        answer: Result<(), &ExchangeError>,
        now: Instant,
        chance: u32,
    ) -> Result<Option<ActionId>, Stop> {
        let Err(error) = answer else {
            self.reporting.succeeded();
            return Ok(self.outbox.settle());
        };
        match self.reporting.failed(error, now, chance)? {
            Failed::Unwanted => Ok(self.outbox.settle()),
            Failed::Again => {
                self.outbox.put_back();
                Ok(None)
            }
        }
    }

    /// The machine's key is to be changed as soon as may be.
    pub fn rotate(&mut self) {
        self.rotates = true;
    }

    /// Whether to change the machine's key.
    pub fn next_rotation(&mut self, now: Instant) -> Turn<()> {
        take_turn(&mut self.rotating, now, || self.rotates.then_some(()))
    }

    /// Judges what came of changing the machine's key.
    ///
    /// # Errors
    /// [`Stop`] when nothing more needs to be said.
    pub fn rotated(
        &mut self,
        answer: Result<(), &ExchangeError>,
        now: Instant,
        chance: u32,
    ) -> Result<(), Stop> {
        match answer {
            Ok(()) => {
                self.rotating.succeeded();
                self.rotates = false;
            }
            // A server that does not want it asks for it again, if it changes its mind.
            Err(error) => {
                self.rotates = self.rotating.failed(error, now, chance)? == Failed::Again;
            }
        }
        Ok(())
    }

    /// The device looked at everything: this takes the place of what was still to be told.
    pub fn everything(&mut self, messages: Vec<Inventory>) {
        self.inventory = messages.into();
        self.in_flight_is_old = true;
    }

    /// The device saw something new. What finds no room is told with everything, later.
    pub fn addition(&mut self, messages: Vec<Inventory>) {
        let room = MOST_ADDITIONS.saturating_sub(self.inventory.len());
        self.inventory.extend(messages.into_iter().take(room));
    }

    /// Whether to send a part of the inventory.
    pub fn next_inventory(&mut self, now: Instant) -> Turn<Inventory> {
        let turn = take_turn(&mut self.listing, now, || self.inventory.pop_front());
        if matches!(turn, Turn::Now(_)) {
            self.in_flight_is_old = false;
        }
        turn
    }

    /// Judges what came of `message`.
    ///
    /// # Errors
    /// [`Stop`] when nothing more needs to be said.
    pub fn listed(
        &mut self,
        message: Inventory,
        answer: Result<(), &ExchangeError>,
        now: Instant,
        chance: u32,
    ) -> Result<(), Stop> {
        match answer {
            Ok(()) => self.listing.succeeded(),
            Err(error) => {
                let again = self.listing.failed(error, now, chance)? == Failed::Again;
                if again && !self.in_flight_is_old {
                    self.inventory.push_front(message);
                }
            }
        }
        Ok(())
    }

    /// What is told of a server that was frozen or thawed since it was heard of last.
    fn thaw_or_freeze(&mut self, frozen: bool) -> impl Iterator<Item = Ruling> + use<> {
        let is_news = std::mem::replace(&mut self.frozen, frozen) != frozen;
        is_news.then_some(Ruling::Frozen(frozen)).into_iter()
    }

    fn rule(&mut self, order: Order, server_time: Timestamp) -> Option<Ruling> {
        match self.arrived.get(&order.sequence) {
            None | Some(Arrived::Declined) => {}
            Some(Arrived::Passed | Arrived::Durable) => return None,
        }
        match order.check(&self.machine, server_time) {
            Ok(()) => {
                self.arrived.insert(order.sequence, Arrived::Passed);
                Some(Ruling::CarryOut(order))
            }
            Err(Refusal::Expired) => {
                self.arrived.insert(order.sequence, Arrived::Durable);
                self.report_expired(&order);
                Some(Ruling::Expired(order))
            }
            Err(_) => Some(Ruling::NotOurs(order)),
        }
    }

    /// The server hands out all that is not acknowledged and still has an effect. What was declined
    /// and is not handed out again has none any more.
    fn forget_withdrawn(&mut self, handed_out: &[Order]) {
        let is_handed_out = |sequence| handed_out.iter().any(|order| order.sequence == sequence);
        self.arrived
            .retain(|sequence, arrived| *arrived != Arrived::Declined || is_handed_out(*sequence));
    }

    fn report_expired(&mut self, order: &Order) {
        if let Some(sha1) = order.verb.sha1() {
            let verdict = Verdict::Failed {
                reason: FailureReason::Expired,
                message: Refusal::Expired.to_string(),
            };
            let result = ActionResult::new(sha1, verdict);
            self.report(Report {
                protocol_version: ProtocolVersion::CURRENT,
                action_id: order.action_id.clone(),
                phase: Phase::finished(result),
            });
        }
    }

    /// Acknowledges as far as no order is missing, and asks for more as soon as none is.
    fn advance(&mut self) {
        let before = self.acknowledged;
        while let Some(entry) = self.arrived.first_entry() {
            if *entry.get() != Arrived::Durable {
                break;
            }
            self.acknowledged = self.acknowledged.max(*entry.key());
            entry.remove();
        }
        if self.acknowledged > before && self.arrived.is_empty() {
            self.holding.end_pause();
        }
    }
}

fn take_turn<T>(lane: &mut Lane, now: Instant, message: impl FnOnce() -> Option<T>) -> Turn<T> {
    match lane.open(now) {
        Ok(()) => match message() {
            Some(message) => {
                lane.sent();
                Turn::Now(message)
            }
            None => Turn::Idle,
        },
        Err(Some(moment)) => Turn::At(moment),
        Err(None) => Turn::Idle,
    }
}

#[cfg(test)]
mod tests;
