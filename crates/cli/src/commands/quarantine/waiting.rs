//! Waiting for the ends: of one action by itself, of many by one list a look.

use std::time::Duration;

use quell::{ActionId, Client, Error, MachineAction, Seen};
use quell_terminal::Interrupt;

use super::attempt::Attempt;
use crate::progress::Progress;

/// A person looks on: fresh actions are looked at this often, by one list for all of them; older
/// ones in an eighth of their age.
const LOOK: Duration = Duration::from_secs(2);

/// Waits until all have ended, the time is over, or the user stops it.
pub(in crate::commands) async fn for_all(
    attempts: &mut [Attempt],
    deadline: Duration,
    client: &Client,
    interrupt: &mut Interrupt,
) {
    let pending = attempts.iter().filter_map(Attempt::pending);
    let pending: Vec<MachineAction> = pending.cloned().collect();
    match pending.as_slice() {
        [] => {}
        [one] => for_one(attempts, one, deadline, client, interrupt).await,
        many => for_many(attempts, many, deadline, client, interrupt).await,
    }
}

async fn for_one(
    attempts: &mut [Attempt],
    action: &MachineAction,
    deadline: Duration,
    client: &Client,
    interrupt: &mut Interrupt,
) {
    let waiting = client.action(&action.id).wait().within(deadline);
    let waited = interrupt.unless(waiting).await;
    for attempt in with(attempts, &action.id) {
        match &waited {
            Some(Ok(action)) => attempt.ended(action.clone()),
            Some(Err(error)) => attempt.lost_sight(error),
            None => attempt.left_waiting(),
        }
    }
}

async fn for_many(
    attempts: &mut [Attempt],
    actions: &[MachineAction],
    deadline: Duration,
    client: &Client,
    interrupt: &mut Interrupt,
) {
    let progress = Progress::new("waiting", actions.len());
    let mut watch = client.wait_all(actions).every(LOOK).within(deadline);
    loop {
        match interrupt.unless(watch.next()).await {
            Some(Ok(Some(Seen::Ended(action)))) => {
                let ended = with(attempts, &action.id);
                ended.for_each(|attempt| attempt.ended((*action).clone()));
                progress.advance();
            }
            Some(Ok(Some(Seen::Lost(id)))) => {
                with(attempts, &id).for_each(Attempt::vanished);
                progress.advance();
            }
            Some(Ok(None)) => return,
            Some(Err(error)) => return lose_sight(attempts, &error),
            None => return still_open(attempts).for_each(Attempt::left_waiting),
        }
    }
}

fn lose_sight(attempts: &mut [Attempt], error: &Error) {
    still_open(attempts).for_each(|attempt| attempt.lost_sight(error));
}

fn with<'a>(
    attempts: &'a mut [Attempt],
    id: &'a ActionId,
) -> impl Iterator<Item = &'a mut Attempt> {
    let is = |attempt: &Attempt| {
        attempt
            .action
            .as_ref()
            .is_some_and(|action| action.id == *id)
    };
    attempts.iter_mut().filter(move |attempt| is(attempt))
}

fn still_open(attempts: &mut [Attempt]) -> impl Iterator<Item = &mut Attempt> {
    attempts.iter_mut().filter(|attempt| {
        attempt.pending().is_some() && attempt.exit == quell_terminal::Exit::Success
    })
}
