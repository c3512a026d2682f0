//! The conversation with the server as a whole: which requests go out, what an answer means, and
//! what is lost when the network half is. No clock, no process, no socket; only the machine's keys
//! are written down here, before anybody hears of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use quell_model::{ActionId, Timestamp};
use quell_protocol::{FaultCode, HoldResponse, Inventory, Order, Report};
use quell_terminal::printable;

use super::assertion::MachineKey;
use super::keyring::{Keyring, Signer};
use super::session::{Ruling, Session, Stop, Turn};
use crate::bridge::{Answer, ExchangeError, Request, Route};
use crate::crash_point;

/// A network half that leaves a request unanswered for so long hangs: it has its own time-outs, and
/// they are shorter.
const OVERDUE: Duration = Duration::from_secs(120);

/// What the link tells the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToDevice {
    /// Take up this order.
    Order(Order),
    /// The last word on this action has been heard.
    Heard(ActionId),
    /// The server is frozen now, or no longer.
    Frozen(bool),
}

/// What the device tells the link.
#[derive(Debug)]
pub enum FromDevice {
    /// The order with this sequence number is durable.
    TakenUp(u64),
    /// The order with this sequence number could not be made durable.
    NotTakenUp(u64),
    /// There is news of an action.
    Report(Report),
    /// The device looked at everything that it has.
    Everything(Vec<Inventory>),
    /// The device saw something new.
    Addition(Vec<Inventory>),
}

/// The moment at which something is decided.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// For pauses.
    pub now: Instant,
    /// For what is signed.
    pub today: SystemTime,
    /// Any number; how much a pause is shortened by it is of no consequence.
    pub chance: u32,
}

/// A conversation with one server.
#[derive(Debug)]
pub struct Conversation {
    session: Session,
    keyring: Keyring,
    last_id: u64,
    flights: BTreeMap<u64, Flight>,
    /// Finished requests that wait to be handed to the network half.
    ready: Vec<Request>,
}

/// A request under way.
#[derive(Debug)]
struct Flight {
    cargo: Cargo,
    since: Instant,
}

#[derive(Debug)]
enum Cargo {
    Hold,
    Report,
    Inventory(Box<Inventory>),
    /// The next key, proposed by the present one.
    Proposal(Arc<MachineKey>),
    /// The next key, taken into use by itself.
    Takeover(Arc<MachineKey>),
}

impl Conversation {
    /// A conversation as decided by `session`, signed with the keys of `keyring`.
    #[must_use]
    pub fn new(session: Session, keyring: Keyring) -> Self {
        Self {
            session,
            keyring,
            last_id: 0,
            flights: BTreeMap::new(),
            ready: Vec::new(),
        }
    }

    /// Takes note of what the device says.
    pub fn hear(&mut self, event: FromDevice) {
        let session = &mut self.session;
        match event {
            FromDevice::TakenUp(sequence) => session.taken_up(sequence),
            FromDevice::NotTakenUp(sequence) => session.not_taken_up(sequence),
            FromDevice::Report(report) => session.report(report),
            FromDevice::Everything(messages) => session.everything(messages),
            FromDevice::Addition(messages) => session.addition(messages),
        }
    }

    /// What is to be sent now, and when to ask again if nothing happens before.
    ///
    /// # Errors
    /// [`Stop`] when nothing more needs to be said.
    pub fn due(&mut self, at: Moment) -> Result<(Vec<Request>, Option<Instant>), Stop> {
        if self.keyring.is_due(at.today) {
            self.session.rotate();
        }
        let mut wake = Wake::default();
        if let Some(request) = wake.now(self.session.hold(at.now)) {
            self.depart(Route::Hold, &request, Cargo::Hold, at)?;
        }
        if let Some(report) = wake.now(self.session.next_report(at.now)) {
            self.depart(Route::Report, &report, Cargo::Report, at)?;
        }
        if let Some(message) = wake.now(self.session.next_inventory(at.now)) {
            let cargo = Cargo::Inventory(Box::new(message.clone()));
            self.depart(Route::Inventory, &message, cargo, at)?;
        }
        if wake.now(self.session.next_rotation(at.now)).is_some() {
            self.propose(at)?;
        }
        for flight in self.flights.values() {
            wake.at(flight.since.checked_add(OVERDUE));
        }
        Ok((std::mem::take(&mut self.ready), wake.moment))
    }

    /// Judges an answer; what it means for the device. An answer to nothing is passed over.
    ///
    /// # Errors
    /// [`Stop`] when the server ended the conversation.
    pub fn answered(
        &mut self,
        id: u64,
        answer: Result<Answer, ExchangeError>,
        at: Moment,
    ) -> Result<Vec<ToDevice>, Stop> {
        match self.flights.remove(&id) {
            Some(flight) => self.land(flight.cargo, answer, at),
            None => Ok(Vec::new()),
        }
    }

    /// The network half is gone, and with it the answers to all that was under way.
    ///
    /// # Errors
    /// Never in fact: a lost answer ends no conversation.
    pub fn cut_off(&mut self, at: Moment) -> Result<(), Stop> {
        self.ready.clear();
        for (_, flight) in std::mem::take(&mut self.flights) {
            let lost = ExchangeError::cut_off("the network half ended");
            self.land(flight.cargo, Err(lost), at)?;
        }
        Ok(())
    }

    /// Whether the network half hangs.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        let waits = |flight: &Flight| now.saturating_duration_since(flight.since);
        self.flights.values().any(|flight| waits(flight) >= OVERDUE)
    }

    fn depart(
        &mut self,
        route: Route,
        message: &impl serde::Serialize,
        cargo: Cargo,
        at: Moment,
    ) -> Result<(), Stop> {
        let id = self.next_id();
        let request = self.keyring.request(id, route, message, at.today);
        self.take_off(id, request, cargo, at)
    }

    fn take_off(
        &mut self,
        id: u64,
        request: Result<Request, ExchangeError>,
        cargo: Cargo,
        at: Moment,
    ) -> Result<(), Stop> {
        match request {
            Ok(request) => {
                self.ready.push(request);
                let since = at.now;
                self.flights.insert(id, Flight { cargo, since });
                Ok(())
            }
            Err(error) => self.land(cargo, Err(error), at).map(drop),
        }
    }

    fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    /// Makes the next key, or goes on with one that an earlier run made, and lets the present key
    /// propose it.
    fn propose(&mut self, at: Moment) -> Result<(), Stop> {
        let next = match self.keyring.next_key() {
            Ok(next) => next,
            Err(error) => return self.rotated(Err(error), at),
        };
        crash_point::here("rotate-begun");
        let id = self.next_id();
        let request = self.keyring.rotation(id, &next, Signer::Present, at.today);
        self.take_off(id, request, Cargo::Proposal(next), at)
    }

    /// What an answer means, whichever message it is to.
    fn land(
        &mut self,
        cargo: Cargo,
        answer: Result<Answer, ExchangeError>,
        at: Moment,
    ) -> Result<Vec<ToDevice>, Stop> {
        match cargo {
            Cargo::Hold => self.held(answer, at),
            Cargo::Report => {
                let answer = heard(answer, "sending a report failed", at.today);
                let settled = self.session.reported(as_ref(&answer), at.now, at.chance)?;
                Ok(settled.map(ToDevice::Heard).into_iter().collect())
            }
            Cargo::Inventory(message) => {
                let answer = heard(answer, "sending the inventory failed", at.today);
                let answer = as_ref(&answer);
                self.session.listed(*message, answer, at.now, at.chance)?;
                Ok(Vec::new())
            }
            Cargo::Proposal(next) => {
                self.proposed(next, answer, at)?;
                Ok(Vec::new())
            }
            Cargo::Takeover(next) => {
                self.taken_over(next, answer, at)?;
                Ok(Vec::new())
            }
        }
    }

    fn held(
        &mut self,
        answer: Result<Answer, ExchangeError>,
        at: Moment,
    ) -> Result<Vec<ToDevice>, Stop> {
        let answer = orders(answer).inspect_err(|error| {
            tell("asking for orders failed", error, at.today);
        });
        let answer = answer.as_ref().cloned();
        let rulings = self.session.held(answer, at.now, at.chance)?;
        Ok(rulings.into_iter().filter_map(pass_on).collect())
    }

    fn proposed(
        &mut self,
        next: Arc<MachineKey>,
        answer: Result<Answer, ExchangeError>,
        at: Moment,
    ) -> Result<(), Stop> {
        match answer {
            // An earlier run may have come as far as this, so that the present key is dead already.
            Err(error) if !is_unknown_key(&error) => self.rotated(Err(error), at),
            _ => {
                crash_point::here("rotate-proposed");
                let id = self.next_id();
                let request = self.keyring.rotation(id, &next, Signer::Next, at.today);
                self.take_off(id, request, Cargo::Takeover(next), at)
            }
        }
    }

    fn taken_over(
        &mut self,
        next: Arc<MachineKey>,
        answer: Result<Answer, ExchangeError>,
        at: Moment,
    ) -> Result<(), Stop> {
        let changed = answer.and_then(|_| {
            crash_point::here("rotate-taken");
            self.keyring.changed(next, at.today)?;
            tracing::info!("the machine has a new key");
            Ok(())
        });
        self.rotated(changed, at)
    }

    fn rotated(&mut self, answer: Result<(), ExchangeError>, at: Moment) -> Result<(), Stop> {
        let answer = answer.inspect_err(|error| tell("changing the key failed", error, at.today));
        self.session.rotated(as_ref(&answer), at.now, at.chance)
    }
}

/// The earliest of several moments.
#[derive(Default)]
struct Wake {
    moment: Option<Instant>,
}

impl Wake {
    /// What is to be sent now; else remembers when to ask again.
    fn now<T>(&mut self, turn: Turn<T>) -> Option<T> {
        match turn {
            Turn::Now(message) => return Some(message),
            Turn::At(moment) => self.at(Some(moment)),
            Turn::Idle => {}
        }
        None
    }

    fn at(&mut self, moment: Option<Instant>) {
        self.moment = self.moment.into_iter().chain(moment).min();
    }
}

fn as_ref(answer: &Result<(), ExchangeError>) -> Result<(), &ExchangeError> {
    answer.as_ref().copied()
}

fn orders(answer: Result<Answer, ExchangeError>) -> Result<HoldResponse, ExchangeError> {
    match answer? {
        Answer::Orders(held) => Ok(held),
        _ => Err(ExchangeError::Unreadable("it brings no orders".to_owned())),
    }
}

fn heard(
    answer: Result<Answer, ExchangeError>,
    otherwise: &'static str,
    today: SystemTime,
) -> Result<(), ExchangeError> {
    answer
        .map(drop)
        .inspect_err(|error| tell(otherwise, error, today))
}

fn pass_on(ruling: Ruling) -> Option<ToDevice> {
    match ruling {
        Ruling::CarryOut(order) => {
            tracing::info!(
                action = id(&order),
                sequence = order.sequence,
                "an order arrived"
            );
            Some(ToDevice::Order(order))
        }
        Ruling::Expired(order) => {
            tracing::warn!(
                action = id(&order),
                "an order arrived after its expiry: refused"
            );
            None
        }
        Ruling::NotOurs(order) => {
            let machine = printable(order.machine_id.as_str());
            tracing::error!(
                action = id(&order),
                machine,
                "an order for another machine arrived: refused"
            );
            None
        }
        Ruling::Frozen(frozen) => {
            match frozen {
                true => tracing::warn!("an operator froze the server: nothing is begun"),
                false => tracing::info!("the server is frozen no longer"),
            }
            Some(ToDevice::Frozen(frozen))
        }
    }
}

/// What the server calls it, in one line of the log.
fn id(order: &Order) -> String {
    printable(order.action_id.as_str())
}

fn is_unknown_key(error: &ExchangeError) -> bool {
    matches!(
        error,
        ExchangeError::Refused {
            code: FaultCode::InvalidAssertion,
            ..
        }
    )
}

fn tell(what: &'static str, error: &ExchangeError, today: SystemTime) {
    match error {
        ExchangeError::Refused {
            code: FaultCode::ClockSkew,
            server_time: Some(server),
            ..
        } => {
            let own = Timestamp::from(today);
            tracing::warn!(%server, %own, "{what}: this machine's clock differs from the server's; set it");
        }
        _ => tracing::warn!("{what}: {}", printable(&error.to_string())),
    }
}

#[cfg(test)]
mod tests;
