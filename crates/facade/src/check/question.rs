//! What may be asked of the service, all of it by reading.

use quell_model::{ActionStatus, File, InOrgFileStats, Machine, MachineAction, MachineId, Sha1};

use crate::client::Client;
use crate::error::Error;
use crate::properties::machine_action::{MACHINE_ID, STATUS};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// What is the file?
    File(Sha1),
    /// How many have it, and since when?
    Statistics(Sha1),
    /// Which machines have it?
    Holders(Sha1),
    /// What is this machine?
    Machine(MachineId),
    /// What was asked of this machine?
    ActionsOf(MachineId),
    /// What is open on any machine?
    OpenActions,
}

/// The answer, or why there is none.
#[derive(Debug)]
pub(super) enum Heard {
    File(Result<File, Error>),
    Statistics(Result<InOrgFileStats, Error>),
    Holders(Result<Vec<Machine>, Error>),
    Machine(MachineId, Result<Box<Machine>, Error>),
    Actions(Result<Vec<MachineAction>, Error>),
}

impl Question {
    pub(super) async fn ask(self, client: Client) -> Heard {
        match self {
            Self::File(sha1) => Heard::File(client.file(sha1).get().await),
            Self::Statistics(sha1) => Heard::Statistics(client.file(sha1).stats(None).await),
            Self::Holders(sha1) => Heard::Holders(client.file(sha1).machines().await),
            Self::Machine(id) => {
                let described = client.machine(&id).get().await.map(Box::new);
                Heard::Machine(id, described)
            }
            Self::ActionsOf(machine) => Heard::Actions(actions_of(&client, machine).await),
            Self::OpenActions => Heard::Actions(open_actions(&client).await),
        }
    }
}

/// An action may leave out the machine by which it was listed.
async fn actions_of(client: &Client, machine: MachineId) -> Result<Vec<MachineAction>, Error> {
    let filter = MACHINE_ID.eq(machine.clone());
    let mut actions = client.actions().filter(filter).list().await?;
    for action in &mut actions {
        action.machine_id.get_or_insert_with(|| machine.clone());
    }
    Ok(actions)
}

/// Those that wait before those that run: one that begins meanwhile is then in both lists, and in
/// the other order it might be in neither.
async fn open_actions(client: &Client) -> Result<Vec<MachineAction>, Error> {
    let mut open = of_status(client, ActionStatus::Pending).await?;
    open.extend(of_status(client, ActionStatus::InProgress).await?);
    Ok(open)
}

async fn of_status(client: &Client, status: ActionStatus) -> Result<Vec<MachineAction>, Error> {
    client.actions().filter(STATUS.eq(status)).list().await
}
