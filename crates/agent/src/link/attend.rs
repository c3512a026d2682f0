//! Joining the conversation with its server, the clock and the rest of the agent.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use quell_model::{ActionId, Timestamp};
use quell_protocol::{FaultCode, HoldResponse, Inventory, Order, Report, route};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::exchange::{Exchange, ExchangeError};
use super::rotate::rotate;
use super::session::{Ruling, Session, Stop, Turn};
use crate::causes::WithCauses;
use crate::config::StateDir;

/// What the link tells the device.
#[derive(Debug)]
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

/// The link's ends of the channels to the rest of the agent.
#[derive(Debug)]
pub struct Device {
    /// To the engine's thread, which may be busy for long.
    pub orders: mpsc::Sender<ToDevice>,
    /// From all of the agent's threads.
    pub events: UnboundedReceiver<FromDevice>,
}

/// Where the machine's keys are kept, and for how long one is used.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The agent's directory.
    pub state: Arc<StateDir>,
    /// A key is changed when it is so old.
    pub lifetime: Duration,
}

/// Speaks with the server until it is of no more use, or until the device's end is closed.
///
/// # Errors
/// [`Stop`] when the server ended the conversation.
pub async fn attend(
    exchange: &Exchange,
    mut session: Session,
    mut device: Device,
    keys: Keys,
) -> Result<(), Stop> {
    let mut flights = JoinSet::new();
    loop {
        let today = Timestamp::from(SystemTime::now());
        if exchange.identity().must_rotate(keys.lifetime, today) {
            session.rotate();
        }
        let wake = send_what_is_due(exchange, &mut session, &mut flights, &keys.state);
        tokio::select! {
            event = device.events.recv() => match event {
                Some(event) => take_up(&mut session, event),
                None => return Ok(()),
            },
            Some(landed) = flights.join_next() => match landed {
                Ok(answer) => judge(&mut session, answer, &device.orders)?,
                Err(error) => if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                },
            },
            () = sleep_until(wake), if wake.is_some() => {}
        }
    }
}

/// A message that was sent, and what came of it.
enum Answer {
    Hold(Result<HoldResponse, ExchangeError>),
    Report(Result<(), ExchangeError>),
    Inventory(Box<Inventory>, Result<(), ExchangeError>),
    Rotation(Result<(), ExchangeError>),
}

/// Sends what may go now; answers when to look again.
fn send_what_is_due(
    exchange: &Exchange,
    session: &mut Session,
    flights: &mut JoinSet<Answer>,
    state: &Arc<StateDir>,
) -> Option<Instant> {
    let now = now();
    let hold = start(session.hold(now), flights, |request| {
        let exchange = exchange.clone();
        async move { Answer::Hold(exchange.ask(route::HOLD, &request).await) }
    });
    let report = start(session.next_report(now), flights, |report| {
        let exchange = exchange.clone();
        async move { Answer::Report(exchange.tell(route::REPORT, &report).await.map(drop)) }
    });
    let inventory = start(session.next_inventory(now), flights, |message| {
        let exchange = exchange.clone();
        async move {
            let answer = exchange.tell(route::INVENTORY, &message).await.map(drop);
            Answer::Inventory(Box::new(message), answer)
        }
    });
    let rotation = start(session.next_rotation(now), flights, |()| {
        let (exchange, state) = (exchange.clone(), Arc::clone(state));
        async move { Answer::Rotation(rotate(&exchange, &state).await) }
    });
    let moments = [hold, report, inventory, rotation];
    moments.into_iter().flatten().min()
}

fn start<T, F>(
    turn: Turn<T>,
    flights: &mut JoinSet<Answer>,
    send: impl FnOnce(T) -> F,
) -> Option<Instant>
where
    F: Future<Output = Answer> + Send + 'static,
{
    match turn {
        Turn::Now(message) => {
            flights.spawn(send(message));
            None
        }
        Turn::At(moment) => Some(moment),
        Turn::Idle => None,
    }
}

fn take_up(session: &mut Session, event: FromDevice) {
    match event {
        FromDevice::TakenUp(sequence) => session.taken_up(sequence),
        FromDevice::NotTakenUp(sequence) => session.not_taken_up(sequence),
        FromDevice::Report(report) => session.report(report),
        FromDevice::Everything(messages) => session.everything(messages),
        FromDevice::Addition(messages) => session.addition(messages),
    }
}

fn judge(
    session: &mut Session,
    answer: Answer,
    engine: &mpsc::Sender<ToDevice>,
) -> Result<(), Stop> {
    let now = now();
    match answer {
        Answer::Hold(answer) => {
            let answer = answer.inspect_err(|error| tell("asking for orders failed", error));
            for ruling in session.held(answer.as_ref().cloned(), now, chance())? {
                pass_on(ruling, engine);
            }
        }
        Answer::Report(answer) => {
            let answer = answer.inspect_err(|error| tell("sending a report failed", error));
            if let Some(action) = session.reported(answer.as_ref().copied(), now, chance())? {
                pass(ToDevice::Heard(action), engine);
            }
        }
        Answer::Inventory(message, answer) => {
            let answer = answer.inspect_err(|error| tell("sending the inventory failed", error));
            session.listed(*message, answer.as_ref().copied(), now, chance())?;
        }
        Answer::Rotation(answer) => {
            let answer = answer.inspect_err(|error| tell("changing the key failed", error));
            session.rotated(answer.as_ref().copied(), now, chance())?;
        }
    }
    Ok(())
}

fn pass_on(ruling: Ruling, engine: &mpsc::Sender<ToDevice>) {
    match ruling {
        Ruling::CarryOut(order) => {
            tracing::info!(action = %order.action_id, sequence = order.sequence, "an order arrived");
            pass(ToDevice::Order(order), engine);
        }
        Ruling::Expired(order) => {
            tracing::warn!(action = %order.action_id, "an order arrived after its expiry: refused");
        }
        Ruling::NotOurs(order) => {
            let machine = &order.machine_id;
            tracing::error!(action = %order.action_id, %machine, "an order for another machine arrived: refused");
        }
        Ruling::Frozen(frozen) => {
            match frozen {
                true => tracing::warn!("an operator froze the server: nothing is begun"),
                false => tracing::info!("the server is frozen no longer"),
            }
            pass(ToDevice::Frozen(frozen), engine);
        }
    }
}

fn pass(message: ToDevice, engine: &mpsc::Sender<ToDevice>) {
    // The engine's end closes only when the agent ends. Nothing is lost: what was not taken up is
    // handed out again, and what was not known to be heard is told again, by the next run.
    let _ = engine.send(message);
}

fn tell(what: &'static str, error: &ExchangeError) {
    let cause = WithCauses(error);
    match error {
        ExchangeError::Refused {
            code: FaultCode::ClockSkew,
            server_time: Some(server),
            ..
        } => {
            let own = Timestamp::from(SystemTime::now());
            tracing::warn!(%server, %own, "{what}: this machine's clock differs from the server's; set it");
        }
        _ => tracing::warn!("{what}: {cause}"),
    }
}

async fn sleep_until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        tokio::time::sleep_until(moment.into()).await;
    }
}

/// The runtime's clock, which tests turn forward.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Any number; how much a pause is shortened by it is of no consequence.
fn chance() -> u32 {
    let mut bytes = [0; 4];
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests;
