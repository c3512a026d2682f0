//! Which entities a page is of, beside what its query asks.

use std::net::IpAddr;

use quell_model::{MachineId, Sha1, Timestamp};

/// Machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineScope {
    /// All.
    All,
    /// Those on which a file was seen since a moment.
    WithFile {
        /// The file.
        sha1: Sha1,
        /// The moment.
        since: Timestamp,
    },
    /// Those that had an address of their own at some time from one moment to another.
    WithAddress {
        /// The address.
        address: IpAddr,
        /// The first moment.
        from: Timestamp,
        /// The last moment.
        until: Timestamp,
    },
    /// Those with this tag.
    Tagged(String),
    /// Those with a tag that begins so; with any, if there is no text.
    TaggedFrom(String),
}

/// Machine actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionScope {
    /// All.
    All,
    /// Those of one machine, spelled as it is kept.
    OfMachine(MachineId),
    /// The newest of each type of one machine, spelled as it is kept.
    LatestOfMachine(MachineId),
}
