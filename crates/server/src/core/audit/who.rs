//! Who did it, and by which request.

use std::net::IpAddr;

use quell_model::MachineId;

use super::canonical::{Fields, Tree};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An application acting as itself.
    Application {
        /// Its client id.
        id: String,
        /// Its name for people.
        name: String,
    },
    /// A person acting through an application.
    Person {
        /// The principal name.
        name: String,
        /// The application's client id.
        application: String,
    },
    /// Whoever ran a command on the server's data.
    Operator {
        /// The user's name in the host's list of users, if it is there.
        name: Option<String>,
        /// The user's number.
        uid: Option<u32>,
        /// The number of the user who logged in, kept by the kernel through `sudo` and `su`; none
        /// where the kernel keeps none.
        login: Option<u32>,
    },
    /// A machine that proved its key, or that proved the one it enrols.
    Machine(MachineId),
    /// The server itself, for instance because time has passed.
    Server,
}

impl Actor {
    /// The word that says which kind it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Application { .. } => "application",
            Self::Person { .. } => "person",
            Self::Operator { .. } => "operator",
            Self::Machine(_) => "machine",
            Self::Server => "server",
        }
    }

    pub(super) fn fields(&self) -> Fields {
        let fields = Fields::default().text("kind", self.kind());
        let number = |number: &u32| Tree::number(u64::from(*number));
        match self {
            Self::Application { id, name } => fields.text("id", id).text("name", name),
            Self::Person { name, application } => {
                fields.text("name", name).text("application", application)
            }
            Self::Operator { name, uid, login } => fields
                .maybe("name", name.as_ref().map(Tree::text))
                .maybe("uid", uid.as_ref().map(number))
                .maybe("login", login.as_ref().map(number)),
            Self::Machine(id) => fields.text("id", id.as_str()),
            Self::Server => fields,
        }
    }
}

/// Who did something, by which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// What was called: an operation of the API by the contract's name, a path of the agents'
    /// protocol, a command, or what the server does by itself.
    pub operation: &'static str,
    /// The request's id in the server's log.
    pub request: Option<String>,
    /// The address that the request came from: the nearest one, which may be a proxy's.
    pub peer: Option<IpAddr>,
}

impl By {
    /// Done by the server itself.
    #[must_use]
    pub const fn server(operation: &'static str) -> Self {
        Self {
            actor: Actor::Server,
            operation,
            request: None,
            peer: None,
        }
    }

    /// Done by a machine that proved itself.
    #[must_use]
    pub const fn machine(
        machine: MachineId,
        operation: &'static str,
        peer: Option<IpAddr>,
    ) -> Self {
        Self {
            actor: Actor::Machine(machine),
            operation,
            request: None,
            peer,
        }
    }

    /// Done by whoever runs this command.
    #[must_use]
    pub const fn operator(actor: Actor, operation: &'static str) -> Self {
        Self {
            actor,
            operation,
            request: None,
            peer: None,
        }
    }
}
