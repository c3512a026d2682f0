//! One simulated machine: it holds a poll, and says what its duty says.

use std::pin::Pin;
use std::time::{Duration, Instant};

use quell_protocol::{FaultCode, HoldResponse, Phase, Report, Verb, route};

use super::{Happening, Observer};
use crate::duty::{Duty, Turn};
use crate::link::{Link, LinkError};
use crate::seed::Seed;

/// How soon a server is asked again that answered at once and had nothing.
const NOTHING_NEW: Duration = Duration::from_secs(1);
/// The first and the longest pause after a failure.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// A machine's life.
pub(super) struct Life {
    pub(super) link: Link,
    pub(super) duty: Duty,
    pub(super) observer: Option<Observer>,
    pub(super) seed: Seed,
    pub(super) index: usize,
}

/// Whether a machine goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goes {
    On,
    Out,
}

type Holding<'l> = Pin<Box<dyn Future<Output = Result<HoldResponse, LinkError>> + Send + 'l>>;

impl Life {
    /// Lives until the server shuts the machine out, or it is lost.
    pub(super) async fn live(self) {
        let Self {
            link,
            mut duty,
            observer,
            seed,
            index,
        } = self;
        let line = Line {
            link: &link,
            observer,
            seed,
            index,
        };
        let mut holding = line.hold(&mut duty, Duration::ZERO);
        let mut asked = Instant::now();
        let mut failures = 0;
        loop {
            let due = match duty.next(Instant::now()) {
                Turn::Gone => return,
                Turn::Report(report) => {
                    line.say(&mut duty, *report, &mut failures).await;
                    continue;
                }
                Turn::At(due) => Some(due),
                Turn::Idle => None,
            };
            let answer = tokio::select! {
                answer = &mut holding => answer,
                () = sleep_until(due) => continue,
            };
            let pause = match answer {
                Ok(answer) => {
                    failures = 0;
                    let nothing = answer.orders.is_empty();
                    line.note(&answer);
                    duty.held(answer, Instant::now());
                    match nothing {
                        true => NOTHING_NEW.saturating_sub(asked.elapsed()),
                        false => Duration::ZERO,
                    }
                }
                Err(error) if line.judge(&error) == Goes::Out => return,
                Err(_) => line.pause(&mut failures),
            };
            asked = Instant::now();
            holding = line.hold(&mut duty, pause);
        }
    }
}

/// What a life speaks through.
struct Line<'l> {
    link: &'l Link,
    observer: Option<Observer>,
    seed: Seed,
    index: usize,
}

impl<'l> Line<'l> {
    fn hold(&self, duty: &mut Duty, pause: Duration) -> Holding<'l> {
        let (link, request) = (self.link, duty.hold());
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            link.ask(route::HOLD, &request).await
        })
    }

    /// Says it once; what nobody heard is kept for later.
    async fn say(&self, duty: &mut Duty, report: Report, failures: &mut u32) {
        match self.link.tell(route::REPORT, &report).await {
            Ok(_) => {
                *failures = 0;
                if !matches!(report.phase, Phase::InProgress) {
                    self.tell(|machine, at| Happening::Reported {
                        machine,
                        action: report.action_id,
                        at,
                    });
                }
            }
            // The server does not want it, now or ever.
            Err(LinkError::Refused { code, message })
                if !matches!(code, FaultCode::Unavailable | FaultCode::Other) =>
            {
                tracing::debug!(machine = %self.link.machine, message, "report refused");
            }
            Err(error) => {
                tracing::debug!(machine = %self.link.machine, %error, "report not heard");
                duty.put_back(report);
                tokio::time::sleep(self.pause(failures)).await;
            }
        }
    }

    fn judge(&self, error: &LinkError) -> Goes {
        let machine = &self.link.machine;
        match error {
            LinkError::Refused {
                code: code @ (FaultCode::Revoked | FaultCode::UnknownDevice),
                ..
            } => {
                tracing::info!(%machine, ?code, "the machine was shut out");
                Goes::Out
            }
            other => {
                tracing::debug!(%machine, error = %other, "no orders");
                Goes::On
            }
        }
    }

    /// Twice as long with every failure, and never for two machines the same.
    fn pause(&self, failures: &mut u32) -> Duration {
        let most = SHORTEST
            .saturating_mul(1 << (*failures).min(6))
            .min(LONGEST);
        *failures = failures.saturating_add(1);
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let drawn = self.seed.number_below(most / 2, "pause", self.index);
        Duration::from_millis((most / 2).saturating_add(drawn))
    }

    fn note(&self, answer: &HoldResponse) {
        for order in &answer.orders {
            if !matches!(order.verb, Verb::CancelAction) {
                self.tell(|machine, at| Happening::Handed {
                    machine,
                    action: order.action_id.clone(),
                    at,
                });
            }
        }
    }

    fn tell(&self, what: impl FnOnce(quell_model::MachineId, Instant) -> Happening) {
        if let Some(observer) = &self.observer {
            // Nobody listens any more: then nobody wants to know.
            let _ = observer.send(what(self.link.machine.clone(), Instant::now()));
        }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
