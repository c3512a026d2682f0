//! Carrying orders out, one after the other.

use std::sync::{Arc, mpsc};

use quell_protocol::{Order, Phase};
use tokio::sync::mpsc::UnboundedSender;

use super::intake::report;
use super::{Broken, spawn};
use crate::command::exit::Failure;
use crate::command::safe_stop::SafeStop;
use crate::engine::{Engine, EngineError};
use crate::link::FromDevice;
use crate::protect::ProtectedSet;

struct Worker {
    engine: Arc<Engine>,
    protected: Arc<ProtectedSet>,
    safe_stop: Arc<SafeStop>,
    to_link: UnboundedSender<FromDevice>,
}

/// Starts the thread that carries out. It begins with what an earlier run left behind.
pub(super) fn start(
    engine: &Arc<Engine>,
    protected: &Arc<ProtectedSet>,
    safe_stop: &Arc<SafeStop>,
    doing: mpsc::Receiver<Order>,
    to_link: &UnboundedSender<FromDevice>,
    breaks: &UnboundedSender<Broken>,
) -> Result<(), Failure> {
    let worker = Worker {
        engine: Arc::clone(engine),
        protected: Arc::clone(protected),
        safe_stop: Arc::clone(safe_stop),
        to_link: to_link.clone(),
    };
    let breaks = breaks.clone();
    spawn("worker", move || {
        if let Err(error) = worker.work(doing) {
            let _ = breaks.send(error.into());
        }
    })
}

impl Worker {
    fn work(&self, doing: mpsc::Receiver<Order>) -> Result<(), EngineError> {
        self.recover()?;
        for order in doing {
            // What was installed since the last order is protected, too.
            self.protected.refresh();
            self.safe_stop.begin();
            let phase = self.engine.carry_out(&order);
            self.safe_stop.finish();
            self.tell(report(order.action_id, phase?));
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), EngineError> {
        for action in self.engine.in_progress()? {
            self.tell(report(action, Phase::InProgress));
        }
        self.safe_stop.begin();
        let recovered = self.engine.recover();
        self.safe_stop.finish();
        let recovered = recovered?;
        if !recovered.finished.is_empty() || recovered.processes > 0 {
            let (processes, actions) = (recovered.processes, recovered.finished.len());
            tracing::info!(
                processes,
                actions,
                "settled what an earlier run left behind"
            );
        }
        for (action, phase) in self.engine.unreported()? {
            self.tell(report(action, phase));
        }
        Ok(())
    }

    fn tell(&self, event: FromDevice) {
        // Nobody listens any more when the agent ends.
        let _ = self.to_link.send(event);
    }
}
