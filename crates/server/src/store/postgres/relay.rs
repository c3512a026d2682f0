//! What replicas tell each other, by `NOTIFY` on a connection of its own.
//!
//! It is told after the transaction, not in it: PostgreSQL commits notifying transactions one
//! after another, and would wait for the disk with each. What is told in a moment goes together.
//! What is lost, because a server died between the two or the connection was away, is made good by
//! looking: everyone who waits looks when the connection is there again, and now and then.

use std::sync::Arc;
use std::time::Duration;

use quell_model::MachineId;
use quell_state::{PostgresOptions, PostgresWire};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_postgres::{AsyncMessage, Client};

use crate::core::TenantId;
use crate::store::record::{Heard, Hearing};

/// The most that waits to be told, and to be heard; beyond that everyone is made to look.
const MAX_WAITING: usize = 10_000;
/// PostgreSQL takes less than 8,000 bytes.
const MAX_MESSAGE: usize = 7_500;
/// How often a connection on which nothing is said is seen to be alive, and how long that may take.
const PULSE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(5);
/// How long to wait before a lost connection is made again.
const RETRY: Duration = Duration::from_millis(300);
/// What is told when it cannot be said which machines are meant.
const EVERYONE: &str = "*";

/// A handle to the connection, which ends when the last handle is gone.
#[derive(Clone, Debug)]
pub(in crate::store) struct Relay {
    tell: mpsc::Sender<String>,
    heard: broadcast::Sender<Arc<Heard>>,
}

impl Relay {
    pub(super) fn start(options: PostgresOptions) -> Self {
        let (tell, told) = mpsc::channel(MAX_WAITING);
        let (heard, _) = broadcast::channel(MAX_WAITING);
        tokio::spawn(carry(options, told, heard.clone()));
        Self { tell, heard }
    }

    pub(in crate::store) fn tell(&self, tenant: TenantId, machine: &MachineId) {
        // With so many waiting to be told, others will look before it comes to this one.
        drop(self.tell.try_send(format!("{tenant} {machine}")));
    }

    pub(in crate::store) fn hear(&self) -> Hearing {
        Hearing::of(self.heard.subscribe())
    }
}

async fn carry(
    options: PostgresOptions,
    mut told: mpsc::Receiver<String>,
    heard: broadcast::Sender<Arc<Heard>>,
) {
    let mut was_lost = false;
    loop {
        if let Ok(Ok((client, wire))) = timeout(SILENCE, options.connect()).await {
            let line = Line {
                client,
                heard: &heard,
            };
            if line.serve(wire, &mut told, was_lost).await == End::NobodyTells {
                return;
            }
        }
        was_lost = true;
        if told.is_closed() {
            return;
        }
        sleep(RETRY).await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    NobodyTells,
    Lost,
}

/// A connection that is there.
struct Line<'h> {
    client: Client,
    heard: &'h broadcast::Sender<Arc<Heard>>,
}

impl Line<'_> {
    async fn serve(
        &self,
        mut wire: PostgresWire,
        told: &mut mpsc::Receiver<String>,
        was_lost: bool,
    ) -> End {
        let listening = async {
            while let Some(message) = wire.next().await {
                if let AsyncMessage::Notification(message) = message {
                    self.hear(message.payload());
                }
            }
            End::Lost
        };
        tokio::select! {
            end = listening => end,
            end = self.speak(told, was_lost) => end,
        }
    }

    async fn speak(&self, told: &mut mpsc::Receiver<String>, was_lost: bool) -> End {
        let listen = "SET synchronous_commit TO off; LISTEN quell_orders";
        if self.client.batch_execute(listen).await.is_err() {
            return End::Lost;
        }
        // From here on everything is heard; what was told before was perhaps not.
        self.hear(EVERYONE);
        if was_lost && self.say(EVERYONE).await.is_err() {
            return End::Lost;
        }
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let said = tokio::select! {
                first = told.recv() => match first {
                    Some(first) => self.say(&together(first, told)).await,
                    None => return End::NobodyTells,
                },
                _ = pulse.tick() => self.say("").await,
            };
            if said.is_err() {
                return End::Lost;
            }
        }
    }

    /// Tells the others; nothing tells them nothing, and shows whether the connection lives.
    async fn say(&self, message: &str) -> Result<(), End> {
        let notify = "SELECT pg_notify('quell_orders', $1) WHERE $1 <> ''";
        match timeout(SILENCE, self.client.execute(notify, &[&message])).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Lost),
        }
    }

    /// What this server told comes back to it too: one look too many does no harm.
    fn hear(&self, message: &str) {
        for line in message.lines() {
            // An error says that nobody listens here.
            drop(self.heard.send(Arc::new(meant(line))));
        }
    }
}

/// As much of what waits as fits into one message.
fn together(mut message: String, told: &mut mpsc::Receiver<String>) -> String {
    const LONGEST_LINE: usize = 1_100;
    while message.len() < MAX_MESSAGE - LONGEST_LINE {
        let Ok(next) = told.try_recv() else { break };
        message.push('\n');
        message.push_str(&next);
    }
    match message.len() {
        fits if fits <= MAX_MESSAGE => message,
        _ => EVERYONE.to_owned(),
    }
}

fn meant(line: &str) -> Heard {
    let read = || {
        let (tenant, machine) = line.split_once(' ')?;
        let tenant = tenant.parse().ok()?;
        Some(Heard::Order(tenant, MachineId::new(machine).ok()?))
    };
    read().unwrap_or(Heard::Gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_says_whom_it_means_or_means_everyone() {
        let tenant = TenantId::fresh();
        let machine = MachineId::new("a machine").unwrap();
        let line = format!("{tenant} {machine}");
        assert_eq!(meant(&line), Heard::Order(tenant, machine));
        for unclear in ["*", "", "x y", &tenant.to_string()] {
            assert_eq!(meant(unclear), Heard::Gap);
        }
    }

    #[tokio::test]
    async fn what_waits_goes_together_as_far_as_it_fits() {
        let (tell, mut told) = mpsc::channel(100);
        for _ in 0..20 {
            tell.send("x".repeat(1_000)).await.unwrap();
        }
        let first = together("y".to_owned(), &mut told);
        assert!(first.len() <= MAX_MESSAGE);
        assert_eq!(first.lines().count(), 8);
        let huge = together("z".repeat(MAX_MESSAGE + 1), &mut told);
        assert_eq!(huge, EVERYONE);
    }
}
