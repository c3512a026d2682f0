//! Handing out orders: at once when there are any, else when one comes or the wait is over.

use std::pin::{Pin, pin};
use std::time::Duration;

use quell_protocol::route::{MAX_HOLD_SECONDS, MAX_IN_PROGRESS, MAX_NONCE};
use quell_protocol::{
    Ability, ActionResult, FailureReason, FaultCode, HoldRequest, HoldResponse, Life, Order,
    Verdict,
};
use tokio::sync::futures::Notified;
use tokio::time::{Instant, timeout_at};

use super::fault::DeviceFault;
use super::proof::{Proven, revoked};
use super::{Devices, Message};
use crate::core::Event;
use crate::core::audit::By;
use crate::store::record::{Attendance, Attended, Happened, Standing};

/// The highest sequence number that a machine can have been given.
const MAX_SEQUENCE: u64 = 1 << 60;

/// How soon an open hold learns that its machine was revoked, or is to have a new key.
const RECHECK: Duration = Duration::from_secs(5);

/// Why a hold sleeps no longer.
enum Woken {
    ToLook,
    AtTheEnd,
}

/// What a machine asked, and how it stood then.
struct Asked {
    standing: Standing,
    above: u64,
    believes_frozen: bool,
    abilities: Vec<Ability>,
}

impl Asked {
    /// Whether there is something to be told at once that is no order: the server is frozen or no
    /// longer, the machine's key is to be changed, or it was changed meanwhile and the old one must
    /// get nothing more.
    fn has_news(&self, standing: &Standing, proven: &Proven) -> bool {
        standing.frozen != self.believes_frozen
            || (standing.rotates && !self.standing.rotates)
            || standing.public_key != proven.public_key
    }
}

fn check(request: &HoldRequest) -> Result<(), DeviceFault> {
    let invalid = |why: String| Err(DeviceFault::new(FaultCode::InvalidMessage, why));
    let Life {
        start,
        nonce,
        count,
    } = &request.life;
    if request.acknowledged.max(*start).max(*count) > MAX_SEQUENCE {
        return invalid(format!("no number is above {MAX_SEQUENCE}"));
    }
    if nonce.is_empty() || nonce.len() > MAX_NONCE {
        return invalid(format!("a nonce has 1 to {MAX_NONCE} characters"));
    }
    Ok(())
}

impl Devices {
    pub(super) async fn hold(&self, message: &Message) -> Result<HoldResponse, DeviceFault> {
        let proven = self.prove(message).await?;
        let request: HoldRequest = message.parse()?;
        check(&request)?;
        let attended = self.attend(message, &proven, &request).await?;
        // What one of two says it has, the other has not.
        if attended == Attended::Present {
            self.take_note(message, &proven, &request).await?;
        }
        let wait = match attended {
            // Nobody waits for this answer any more.
            Attended::Late => 0,
            Attended::Present | Attended::Cloned { .. } => request.wait_seconds,
        };
        let until = Instant::now() + Duration::from_secs(u64::from(wait.min(MAX_HOLD_SECONDS)));
        let asked = Asked {
            standing: self.standing(&proven).await?,
            above: request.acknowledged,
            believes_frozen: request.frozen,
            abilities: request.abilities.clone(),
        };
        let orders = match attended {
            Attended::Late => Vec::new(),
            Attended::Present | Attended::Cloned { .. } => {
                self.wait(&proven, &asked, until).await?
            }
        };
        let standing = self.standing(&proven).await?;
        Ok(HoldResponse {
            server_time: self.clock.now(),
            orders,
            frozen: standing.frozen,
            rotate_key: standing.rotates,
        })
    }

    async fn attend(
        &self,
        message: &Message,
        proven: &Proven,
        request: &HoldRequest,
    ) -> Result<Attended, DeviceFault> {
        let attended = self
            .store
            .attend(Attendance {
                tenant: proven.tenant,
                machine: proven.machine.clone(),
                life: request.life.clone(),
                made: proven.made,
                address: message.address(),
                now: self.clock.now(),
            })
            .await?;
        if attended == (Attended::Cloned { is_news: true }) {
            tracing::error!(
                tenant = %proven.tenant, machine = %proven.machine,
                "two machines share one identity: neither gets orders until an operator settles it"
            );
        }
        Ok(attended)
    }

    /// How the machine stands, unless it was shut out since it proved its request.
    async fn standing(&self, proven: &Proven) -> Result<Standing, DeviceFault> {
        let standing = self.store.standing(proven.tenant, &proven.machine).await?;
        match standing {
            Some(standing) if !standing.revoked => Ok(standing),
            _ => Err(revoked()),
        }
    }

    async fn take_note(
        &self,
        message: &Message,
        proven: &Proven,
        request: &HoldRequest,
    ) -> Result<(), DeviceFault> {
        self.store
            .acknowledge(proven.tenant, &proven.machine, request.acknowledged)
            .await?;
        for action in request.in_progress.iter().take(MAX_IN_PROGRESS) {
            self.store
                .advance(
                    proven.tenant,
                    action,
                    Some(&proven.machine),
                    Happened {
                        event: Event::TakenUp,
                        details: None,
                        by: By::machine(proven.machine.clone(), "hold", message.address()),
                        now: self.clock.now(),
                    },
                )
                .await?;
        }
        Ok(())
    }

    async fn wait(
        &self,
        proven: &Proven,
        asked: &Asked,
        until: Instant,
    ) -> Result<Vec<Order>, DeviceFault> {
        let sleeper = self.wake.sleeper(proven.tenant, proven.machine.clone());
        loop {
            // Enabled before the look, so that an order that comes in between is not missed.
            let mut woken = pin!(sleeper.notify().notified());
            woken.as_mut().enable();
            let orders = self.orders(proven, asked).await?;
            if !orders.is_empty() || asked.has_news(&asked.standing, proven) {
                return Ok(orders);
            }
            match self.sleep(proven, asked, woken, until).await? {
                Woken::ToLook => {}
                Woken::AtTheEnd => return Ok(Vec::new()),
            }
        }
    }

    /// Sleeps until there is an order or the wait is over. An operator's command revokes a machine, or
    /// asks it for a new key, in another process, which wakes nobody: so how the machine stands is
    /// looked at every few seconds.
    async fn sleep(
        &self,
        proven: &Proven,
        asked: &Asked,
        mut woken: Pin<&mut Notified<'_>>,
        until: Instant,
    ) -> Result<Woken, DeviceFault> {
        loop {
            let look = until.min(Instant::now() + RECHECK);
            let woken = tokio::select! {
                () = self.closing.cancelled() => return Ok(Woken::AtTheEnd),
                woken = timeout_at(look, woken.as_mut()) => woken,
            };
            let standing = self.standing(proven).await?;
            match woken {
                _ if asked.has_news(&standing, proven) => return Ok(Woken::AtTheEnd),
                Ok(()) => return Ok(Woken::ToLook),
                Err(_) if look == until => return Ok(Woken::AtTheEnd),
                // Another server that took an order may have died before it told of it.
                Err(_) if self.store.has_replicas() => return Ok(Woken::ToLook),
                Err(_) => {}
            }
        }
    }

    async fn orders(&self, proven: &Proven, asked: &Asked) -> Result<Vec<Order>, DeviceFault> {
        let now = self.clock.now();
        let waiting = self
            .store
            .orders(proven.tenant, &proven.machine, asked.above, now)
            .await?;
        let mut orders = Vec::with_capacity(waiting.len());
        for order in waiting {
            match order.verb.clone().for_agent(&asked.abilities) {
                Ok(verb) => orders.push(Order { verb, ..order }),
                Err(lacking) => self.end_unsupported(proven, &order, lacking).await?,
            }
        }
        Ok(orders)
    }

    /// Ends an action whose agent would do something else than what was asked.
    async fn end_unsupported(
        &self,
        proven: &Proven,
        order: &Order,
        lacking: Ability,
    ) -> Result<(), DeviceFault> {
        let verdict = Verdict::Failed {
            reason: FailureReason::Unsupported,
            message: format!(
                "the agent on this machine is too old to {}: nothing was touched",
                what(lacking)
            ),
        };
        let ending = (&verdict).into();
        let details = order
            .verb
            .sha1()
            .map(|sha1| ActionResult::new(sha1, verdict));
        self.store
            .advance(
                proven.tenant,
                &order.action_id,
                Some(&proven.machine),
                Happened {
                    event: Event::Ended(ending),
                    details: details.and_then(|result| serde_json::to_string(&result).ok()),
                    by: By::server("hold"),
                    now: self.clock.now(),
                },
            )
            .await?;
        Ok(())
    }
}

/// An ability in words, to be read after "too old to".
fn what(ability: Ability) -> &'static str {
    match ability {
        Ability::DryRun => "say what it would do",
        Ability::StopMappers => "stop those who use the file as a library",
        _ => "do what was asked",
    }
}
