//! Handing out orders: at once when there are any, else when one comes or the wait is over.

use std::pin::{Pin, pin};
use std::time::Duration;

use quell_protocol::route::{MAX_HOLD_SECONDS, MAX_IN_PROGRESS};
use quell_protocol::{FaultCode, HoldRequest, HoldResponse, Order};
use tokio::sync::futures::Notified;
use tokio::time::{Instant, timeout_at};

use super::fault::DeviceFault;
use super::proof::Proven;
use super::{Devices, Message};
use crate::core::Event;
use crate::core::audit::By;
use crate::store::record::Happened;

/// The highest sequence number that a machine can have been given.
const MAX_SEQUENCE: u64 = 1 << 60;

/// How soon an open hold learns that its machine was revoked.
const RECHECK: Duration = Duration::from_secs(5);

/// Why a hold sleeps no longer.
enum Woken {
    ToLook,
    AtTheEnd,
}

impl Devices {
    pub(super) async fn hold(&self, message: &Message) -> Result<HoldResponse, DeviceFault> {
        let proven = self.prove(message).await?;
        let request: HoldRequest = message.parse()?;
        self.take_note(message, &proven, &request).await?;
        let wait = request.wait_seconds.min(MAX_HOLD_SECONDS);
        let until = Instant::now() + Duration::from_secs(u64::from(wait));
        let orders = self.wait(&proven, request.acknowledged, until).await?;
        Ok(HoldResponse {
            server_time: self.clock.now(),
            orders,
            frozen: false,
            rotate_key: false,
        })
    }

    async fn take_note(
        &self,
        message: &Message,
        proven: &Proven,
        request: &HoldRequest,
    ) -> Result<(), DeviceFault> {
        if request.acknowledged > MAX_SEQUENCE {
            return Err(DeviceFault::new(
                FaultCode::InvalidMessage,
                format!("no sequence number is above {MAX_SEQUENCE}"),
            ));
        }
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
        above: u64,
        until: Instant,
    ) -> Result<Vec<Order>, DeviceFault> {
        let sleeper = self.wake.sleeper(proven.tenant, proven.machine.clone());
        loop {
            // Enabled before the look, so that an order that comes in between is not missed.
            let mut woken = pin!(sleeper.notify().notified());
            woken.as_mut().enable();
            let orders = self.orders(proven, above).await?;
            if !orders.is_empty() {
                return Ok(orders);
            }
            match self.sleep(proven, woken, until).await? {
                Woken::ToLook => {}
                Woken::AtTheEnd => return Ok(Vec::new()),
            }
        }
    }

    /// Sleeps until there is an order or the wait is over. An operator's command revokes in another
    /// process, which wakes nobody: so the machine's key is looked at every few seconds.
    async fn sleep(
        &self,
        proven: &Proven,
        mut woken: Pin<&mut Notified<'_>>,
        until: Instant,
    ) -> Result<Woken, DeviceFault> {
        loop {
            let look = until.min(Instant::now() + RECHECK);
            let woken = tokio::select! {
                () = self.closing.cancelled() => return Ok(Woken::AtTheEnd),
                woken = timeout_at(look, woken.as_mut()) => woken,
            };
            self.expect_still_enrolled(proven).await?;
            match woken {
                Ok(()) => return Ok(Woken::ToLook),
                Err(_) if look == until => return Ok(Woken::AtTheEnd),
                // Another server that took an order may have died before it told of it.
                Err(_) if self.store.has_replicas() => return Ok(Woken::ToLook),
                Err(_) => {}
            }
        }
    }

    async fn orders(&self, proven: &Proven, above: u64) -> Result<Vec<Order>, DeviceFault> {
        let now = self.clock.now();
        Ok(self
            .store
            .orders(proven.tenant, &proven.machine, above, now)
            .await?)
    }
}
