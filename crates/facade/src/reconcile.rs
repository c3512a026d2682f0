//! What became of an intent whose answer was lost: told from the service's list of actions.

mod likeness;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use quell_model::limits::PAGE_SIZE;
use quell_model::{ActionType, GetMachine, MachineAction, MachineId, Timestamp};

use crate::call::Subject;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::journal::Intent;
use crate::properties::machine_action::{CREATION_DATE_TIME_UTC, KIND, MACHINE_ID};
use crate::skew::Skew;
pub(crate) use likeness::is_same_id;
use likeness::{Likeness, earliest, likeness};

/// What the service's list says of an intent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reconciled {
    /// This action was made for it.
    Found(Box<MachineAction>),
    /// No action was made for it, as far as the list goes. A fresh action may take some seconds to
    /// show, and a request may arrive as late as [`Intent::within`] and half a minute after it began.
    NotFound,
    /// Any of these may be the one: it was not tagged and several match, or the service does not
    /// say enough of them. An operator has to look.
    Ambiguous(Vec<MachineAction>),
}

impl Reconciled {
    /// Judges a list that holds at least the machine's actions since the intent began.
    fn judge<'a>(
        intent: &Intent,
        machine: Option<&MachineId>,
        skew: Skew,
        actions: impl IntoIterator<Item = &'a MachineAction>,
    ) -> Self {
        let (mut ours, mut perhaps) = (Vec::new(), Vec::new());
        for action in actions {
            match likeness(intent, machine, skew, action) {
                Likeness::Same => ours.push(action.clone()),
                Likeness::Perhaps => perhaps.push(action.clone()),
                Likeness::Other => {}
            }
        }
        match (ours.pop(), perhaps.is_empty()) {
            (Some(only), _) if ours.is_empty() => Self::Found(Box::new(only)),
            (Some(last), _) => {
                ours.push(last);
                Self::Ambiguous(ours)
            }
            (None, true) => Self::NotFound,
            (None, false) => Self::Ambiguous(perhaps),
        }
    }
}

/// What became of one intent: one list of its machine's actions.
pub(crate) async fn one(client: &Client, intent: &Intent) -> Result<Reconciled, Error> {
    let machine = known_machine(client, intent).await?;
    let actions = match &machine {
        Some(machine) => {
            let of_kind = KIND.eq(intent.kind.clone());
            let filter = MACHINE_ID.eq(machine.clone()).and(of_kind);
            client.actions().filter(filter).list().await?
        }
        None => since_the_oldest(client, std::slice::from_ref(intent), &intent.kind).await?,
    };
    let skew = client.shared().clock.skew();
    Ok(Reconciled::judge(intent, machine.as_ref(), skew, &actions))
}

/// What became of each of these intents, in their order: one list for all of one type.
pub(crate) async fn many(client: &Client, intents: &[Intent]) -> Result<Vec<Reconciled>, Error> {
    let mut lists: HashMap<&ActionType, Vec<MachineAction>> = HashMap::new();
    let mut results = Vec::with_capacity(intents.len());
    for intent in intents {
        let kind = &intent.kind;
        let machine = known_machine(client, intent).await?;
        let actions = match lists.entry(kind) {
            Entry::Occupied(listed) => listed.into_mut(),
            Entry::Vacant(new) => new.insert(since_the_oldest(client, intents, kind).await?),
        };
        let skew = client.shared().clock.skew();
        let became = Reconciled::judge(intent, machine.as_ref(), skew, actions.iter());
        results.push(match became {
            // The machine's own list is short.
            Reconciled::NotFound if may_be_cut(actions) => one(client, intent).await?,
            other => other,
        });
    }
    Ok(results)
}

/// The id of the machine that was asked; `None` if the service knows no machine by that name any
/// more, which says nothing of what was done while it did.
async fn known_machine(client: &Client, intent: &Intent) -> Result<Option<MachineId>, Error> {
    match machine_id(client, &intent.machine).await {
        Ok(machine) => Ok(Some(machine)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Full pages may be all, or all that the service gave without saying so.
fn may_be_cut(actions: &[MachineAction]) -> bool {
    let page = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
    !actions.is_empty() && actions.len().is_multiple_of(page)
}

/// The actions of a type since the oldest of these intents began.
async fn since_the_oldest(
    client: &Client,
    intents: &[Intent],
    kind: &ActionType,
) -> Result<Vec<MachineAction>, Error> {
    let of_kind = intents.iter().filter(|intent| intent.kind == *kind);
    let Some(oldest) = of_kind.map(|intent| intent.begun).min() else {
        return Ok(Vec::new());
    };
    let clock = &client.shared().clock;
    let from = earliest(oldest, clock.skew());
    let actions = since(client, from, kind).await?;
    // That answer may have been the first to tell how far the clocks differ.
    let really_from = earliest(oldest, clock.skew());
    if from <= really_from {
        return Ok(actions);
    }
    since(client, really_from, kind).await
}

async fn since(
    client: &Client,
    from: Timestamp,
    kind: &ActionType,
) -> Result<Vec<MachineAction>, Error> {
    let created = CREATION_DATE_TIME_UTC.ge(from);
    let filter = KIND.eq(kind.clone()).and(created);
    client.actions().filter(filter).list().await
}

/// The machine's id, by which actions are listed: a name has to be asked for first.
pub(crate) async fn machine_id(client: &Client, machine: &MachineId) -> Result<MachineId, Error> {
    if is_id(machine) {
        return Ok(machine.clone());
    }
    let subject = Subject::machine(machine);
    let found = client
        .send_about(&GetMachine::new(machine.clone()), subject)
        .await?;
    Ok(found.id)
}

/// Whether an action is of another machine than the one that was named; `false` where that is not told.
pub(crate) fn is_of_another(machine: &MachineId, action: &MachineAction) -> bool {
    let found = action.machine_id.as_ref();
    is_id(machine) && found.is_some_and(|found| is_id(found) && !is_same_id(found, machine))
}

/// Ids are 40 hexadecimal digits; anything else may be a name.
pub(crate) fn is_id(machine: &MachineId) -> bool {
    let text = machine.as_str();
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
