//! Taking orders up: durably, at once, whatever the worker is busy with.

mod gap;

use std::sync::{Arc, mpsc};

use quell_model::ActionId;
use quell_protocol::{Order, Phase, ProtocolVersion, Report, Verb};
use quell_terminal::{Failure, printable};

use gap::Gap;

use super::events::ToMain;
use super::waiting::Waiting;
use super::worker::Work;
use super::{Broken, spawn};
use crate::causes::WithCauses;
use crate::engine::Engine;
use crate::journal::TakenUp;
use crate::link::{FromDevice, ToDevice};

struct Intake {
    engine: Arc<Engine>,
    to_do: mpsc::Sender<Work>,
    main: ToMain,
    gap: Gap,
}

/// Starts the thread that takes up what the link passes on.
pub(super) fn start(
    engine: Arc<Engine>,
    arriving: mpsc::Receiver<ToDevice>,
    to_do: mpsc::Sender<Work>,
    main: ToMain,
) -> Result<(), Failure> {
    let mut intake = Intake {
        engine,
        to_do,
        main,
        gap: Gap::default(),
    };
    spawn("intake", move || {
        for message in arriving {
            match message {
                ToDevice::Order(order) => intake.take_up(order),
                ToDevice::Heard(action) => intake.heard(&action),
                ToDevice::Frozen(frozen) => intake.freeze(frozen),
            }
        }
    })
}

impl Intake {
    fn take_up(&mut self, order: Order) {
        let sequence = order.sequence;
        if !self.gap.admits(sequence) {
            return self.tell(FromDevice::NotTakenUp(sequence));
        }
        match self.engine.take_up(&order) {
            Ok(taken_up) => {
                self.gap.closes();
                self.tell(FromDevice::TakenUp(sequence));
                self.answer(order, taken_up);
            }
            Err(error) => {
                tracing::error!("an order is not taken up: {}", WithCauses(&error));
                self.gap.opens_at(sequence);
                self.tell(FromDevice::NotTakenUp(sequence));
            }
        }
    }

    fn answer(&self, order: Order, taken_up: TakenUp) {
        match taken_up {
            TakenUp::Done(phase) => self.tell(report(order.action_id, phase)),
            TakenUp::ToDo => {
                self.tell(report(order.action_id.clone(), Phase::InProgress));
                // The journal tells the worker of an action under way that it is to be given up.
                self.give(match order.verb {
                    Verb::CancelAction => Work::LookAgain,
                    _ => Work::CarryOut(Box::new(Waiting::new(order))),
                });
            }
        }
    }

    /// What was taken up waits in the journal too, so that a restart does not begin it.
    fn freeze(&self, frozen: bool) {
        if let Err(error) = self.engine.set_frozen(frozen) {
            tracing::error!(
                "it is not noted that the server is frozen or thawed: {}",
                WithCauses(&error)
            );
        }
        self.give(Work::LookAgain);
    }

    fn give(&self, work: Work) {
        if self.to_do.send(work).is_err() {
            self.main.broke(Broken::Thread);
        }
    }

    fn heard(&self, action: &ActionId) {
        if let Err(error) = self.engine.mark_reported(action) {
            // The report is repeated by the next run, which is harmless.
            let action = printable(action.as_str());
            tracing::warn!(
                action,
                "it is not noted that a report was heard: {}",
                WithCauses(&error)
            );
        }
    }

    fn tell(&self, event: FromDevice) {
        self.main.tell(event);
    }
}

/// A report on an action, for the link.
pub(super) fn report(action_id: ActionId, phase: Phase) -> FromDevice {
    let protocol_version = ProtocolVersion::CURRENT;
    FromDevice::Report(Report {
        protocol_version,
        action_id,
        phase,
    })
}

#[cfg(test)]
mod tests;
