//! Carrying orders out, one after the other.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use quell_protocol::Phase;
use quell_terminal::Failure;

use super::events::ToMain;
use super::intake::report;
use super::waiting::Waiting;
use super::{Broken, spawn};
use crate::command::safe_stop::SafeStop;
use crate::engine::{Engine, EngineError};
use crate::link::FromDevice;
use crate::protect::ProtectedSet;

/// How often to look for protected files that were installed or exchanged.
const LOOK_FOR_PROTECTED: Duration = Duration::from_secs(5);

/// What the worker is given.
#[derive(Debug)]
pub(super) enum Work {
    /// Carry this out when its turn comes.
    CarryOut(Box<Waiting>),
    /// What waits may wait no longer.
    LookAgain,
}

struct Worker {
    engine: Arc<Engine>,
    protected: Arc<ProtectedSet>,
    safe_stop: Arc<SafeStop>,
    main: ToMain,
}

/// Starts the thread that carries out. It begins with what an earlier run left behind.
pub(super) fn start(
    engine: &Arc<Engine>,
    protected: &Arc<ProtectedSet>,
    safe_stop: &Arc<SafeStop>,
    doing: mpsc::Receiver<Work>,
    main: &ToMain,
) -> Result<(), Failure> {
    let worker = Worker {
        engine: Arc::clone(engine),
        protected: Arc::clone(protected),
        safe_stop: Arc::clone(safe_stop),
        main: main.clone(),
    };
    let main = main.clone();
    spawn("worker", move || {
        let ended = catch_unwind(AssertUnwindSafe(|| worker.work(&doing)));
        let broken = match ended {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.into(),
            Err(_panic) => Broken::Thread,
        };
        main.broke(broken);
    })
}

impl Worker {
    fn work(&self, doing: &mpsc::Receiver<Work>) -> Result<(), EngineError> {
        let mut waiting = self.recover()?;
        let mut looked = Instant::now();
        loop {
            match doing.recv_timeout(LOOK_FOR_PROTECTED) {
                Ok(Work::CarryOut(order)) => waiting.push_back(*order),
                Ok(Work::LookAgain) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            self.engine.thaw_again()?;
            self.carry_out_what_may_be(&mut waiting)?;
            // After an order rather than before it: looking takes milliseconds that a process would
            // run on for. But no stream of orders may put it off for ever.
            if looked.elapsed() >= LOOK_FOR_PROTECTED {
                self.protected.refresh();
                looked = Instant::now();
            }
        }
    }

    /// Nothing is begun while the server is frozen or the agent paused, which is asked before each
    /// order; what was given up or has expired meanwhile is answered.
    fn carry_out_what_may_be(&self, waiting: &mut VecDeque<Waiting>) -> Result<(), EngineError> {
        for one in std::mem::take(waiting) {
            let action = &one.order().action_id;
            let is_answered = one.is_over() || self.engine.is_cancelled(action)?;
            if is_answered || !self.engine.must_wait()? {
                self.carry_out(&one)?;
            } else {
                waiting.push_back(one);
            }
        }
        Ok(())
    }

    fn carry_out(&self, waiting: &Waiting) -> Result<(), EngineError> {
        let order = waiting.order();
        self.safe_stop.begin();
        // It was in time when it was taken up, and may have waited long since.
        let phase = match waiting.is_over() {
            true => self.engine.expire(order),
            false => self.engine.carry_out(order),
        };
        self.safe_stop.finish();
        self.tell(report(order.action_id.clone(), phase?));
        Ok(())
    }

    /// Settles what an earlier run left behind; answers what it had not begun and must still wait.
    fn recover(&self) -> Result<VecDeque<Waiting>, EngineError> {
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
        Ok(recovered.waiting.into_iter().map(Waiting::new).collect())
    }

    fn tell(&self, event: FromDevice) {
        self.main.tell(event);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use quell_model::{ActionId, MachineId, Sha1, Timestamp};
    use quell_protocol::{FailureReason, Order, Verb, Verdict};

    use super::super::events::Event;
    use super::*;
    use crate::engine::{EngineConfig, Progress};
    use crate::find::{ProcessIdentity, Scope};
    use crate::vault::Vault;

    fn order(action: &str) -> Order {
        Order {
            sequence: 1,
            machine_id: MachineId::new("m").unwrap(),
            action_id: ActionId::new(action).unwrap(),
            expires_at: Timestamp::LAST,
            verb: Verb::StopAndQuarantineFile {
                sha1: Sha1::from_bytes([7; 20]),
                comment: "why".to_owned(),
                requestor: None,
                force: false,
                hints: quell_protocol::Hints::default(),
                dry_run: false,
                stop_mappers: false,
            },
        }
    }

    /// A worker whose engine finds nothing, and what it tells.
    fn worker(directory: &Path, progress: Progress) -> (Worker, mpsc::Receiver<Event>) {
        let nobody = ProcessIdentity {
            pid: std::process::id(),
            start_time: 0,
        };
        let scope = Scope::descendants(Vec::new(), nobody);
        let config = EngineConfig::new(directory.join("state"), scope);
        let vault = Vault::open(&directory.join("vault")).unwrap();
        let protected = Arc::new(ProtectedSet::of_this_machine(None));
        let engine = Engine::open(config, Box::new(vault), Box::new(Arc::clone(&protected)));
        let (main, events) = mpsc::channel();
        let worker = Worker {
            engine: Arc::new(engine.unwrap().with_progress(progress)),
            protected,
            safe_stop: Arc::new(SafeStop::default()),
            main: ToMain(main),
        };
        (worker, events)
    }

    #[test]
    fn order_that_expires_during_a_pause_is_answered_before_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let (worker, events) = worker(directory.path(), Box::new(|_, _| {}));
        std::fs::write(directory.path().join("state/paused.json"), "{}").unwrap();
        let late = Order {
            expires_at: Timestamp::UNIX_EPOCH,
            ..order("late")
        };
        for one in [&late, &order("in time")] {
            worker.engine.take_up(one).unwrap();
        }
        let mut waiting = VecDeque::from([late, order("in time")].map(Waiting::new));
        worker.carry_out_what_may_be(&mut waiting).unwrap();
        let left: Vec<_> = waiting
            .iter()
            .map(|one| one.order().action_id.as_str())
            .collect();
        assert_eq!(left, ["in time"]);
        let Ok(Event::Device(FromDevice::Report(report))) = events.try_recv() else {
            panic!("nothing was told");
        };
        let Phase::Finished { result } = report.phase else {
            panic!("{:?}", report.phase);
        };
        assert!(
            matches!(
                &result.verdict,
                Verdict::Failed {
                    reason: FailureReason::Expired,
                    ..
                }
            ),
            "{result:?}"
        );
    }

    #[test]
    fn pause_during_one_order_holds_back_those_that_wait_behind_it() {
        let directory = tempfile::tempdir().unwrap();
        let pause = directory.path().join("state/paused.json");
        let pausing: Progress = Box::new(move |_, _| std::fs::write(&pause, "{}").unwrap());
        let (worker, _events) = worker(directory.path(), pausing);
        let mut waiting = VecDeque::from([order("first"), order("second")].map(Waiting::new));
        for one in &waiting {
            worker.engine.take_up(one.order()).unwrap();
        }
        worker.carry_out_what_may_be(&mut waiting).unwrap();
        let left: Vec<_> = waiting
            .iter()
            .map(|one| one.order().action_id.as_str())
            .collect();
        assert_eq!(left, ["second"]);
    }
}
