//! Operations on machines: one, all, and what one can do and has done.

use super::{Operation, OperationInfo, RequestParts};
use crate::odata::{Filter, ForeignLink, ListOptions, NextLink, ODataPage, Top};
use crate::{ActionAvailabilityStatus, Machine, MachineAction, MachineId, operations};

const PATH: &str = "/api/machines";

/// Gets one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetMachine {
    machine: MachineId,
}

impl GetMachine {
    /// Asks for this machine, by its id or by its DNS name.
    #[must_use]
    pub const fn new(machine: MachineId) -> Self {
        Self { machine }
    }
}

impl Operation for GetMachine {
    type Output = Machine;
    const INFO: &'static OperationInfo = &operations::GET_MACHINE;

    fn encode(&self) -> RequestParts {
        RequestParts::get(format!("{PATH}/{}", self.machine.path_segment()), None)
    }
}

/// Lists machines: those that were seen within the tenant's retention period. Where there is none, the
/// documentation has 404 rather than an empty page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMachines {
    query: Option<String>,
}

impl ListMachines {
    /// Asks for these machines.
    #[must_use]
    pub fn new(options: &ListOptions<Machine>) -> Self {
        Self {
            query: options.query(),
        }
    }

    /// Asks for the next page.
    ///
    /// # Errors
    /// [`ForeignLink`] when the link does not lead to machines. Its host is never used.
    pub fn following(link: &NextLink) -> Result<Self, ForeignLink> {
        Ok(Self {
            query: Some(link.query_at(PATH)?),
        })
    }
}

impl Operation for ListMachines {
    type Output = ODataPage<Machine>;
    const INFO: &'static OperationInfo = &operations::LIST_MACHINES;

    fn encode(&self) -> RequestParts {
        RequestParts::get(PATH.to_owned(), self.query.clone())
    }
}

/// Lists the actions of one machine.
///
/// Not documented, but in the service's metadata and recorded. What is documented is
/// [`ListMachineActions`](crate::ListMachineActions) with a filter for the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListActionsOfMachine {
    machine: MachineId,
    query: Option<String>,
}

impl ListActionsOfMachine {
    /// Asks for the actions of this machine: of those that a condition holds for, if there is one,
    /// and at most so many, if that is said. Other options were never seen here.
    #[must_use]
    pub fn new(
        machine: MachineId,
        filter: Option<Filter<MachineAction>>,
        top: Option<Top>,
    ) -> Self {
        let mut options = ListOptions::new();
        if let Some(filter) = filter {
            options = options.filter(filter);
        }
        if let Some(top) = top {
            options = options.top(top);
        }
        let query = options.query();
        Self { machine, query }
    }

    /// Asks for the next page.
    ///
    /// # Errors
    /// [`ForeignLink`] when the link does not lead to this machine's actions. Its host is never used.
    pub fn following(machine: MachineId, link: &NextLink) -> Result<Self, ForeignLink> {
        let query = Some(link.query_at(&Self::path(&machine))?);
        Ok(Self { machine, query })
    }

    fn path(machine: &MachineId) -> String {
        format!("{PATH}/{}/machineActions", machine.path_segment())
    }
}

impl Operation for ListActionsOfMachine {
    type Output = ODataPage<MachineAction>;
    const INFO: &'static OperationInfo = &operations::LIST_ACTIONS_OF_MACHINE;

    fn encode(&self) -> RequestParts {
        RequestParts::get(Self::path(&self.machine), self.query.clone())
    }
}

/// A question about one machine whose answer is a collection without options.
macro_rules! of_one_machine {
    ($(#[$doc:meta])* $name:ident, $entity:ident, $info:ident, $segment:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            machine: MachineId,
        }

        impl $name {
            /// Asks it of this machine.
            #[must_use]
            pub const fn new(machine: MachineId) -> Self {
                Self { machine }
            }
        }

        impl Operation for $name {
            type Output = ODataPage<$entity>;
            const INFO: &'static OperationInfo = &operations::$info;

            fn encode(&self) -> RequestParts {
                let machine = self.machine.path_segment();
                RequestParts::get(format!(concat!("{}/{}/", $segment), PATH, machine), None)
            }
        }
    };
}

of_one_machine! {
    /// Lists the latest actions of one machine. Not documented, but in the service's metadata.
    ListLatestActionsOfMachine, MachineAction, LIST_LATEST_ACTIONS_OF_MACHINE,
    "latestMachineActions"
}

of_one_machine! {
    /// Lists which actions can be asked of one machine, and why the others cannot. Not documented,
    /// but in the service's metadata and recorded in 2020: a machine that is not in the answer's
    /// favor may still take the action, and the other way round.
    ListAvailableMachineActions, ActionAvailabilityStatus, LIST_AVAILABLE_MACHINE_ACTIONS,
    "availableMachineActions"
}
