//! Collections that can be arranged, not only filtered.

use thiserror::Error;

use crate::{Machine, MachineAction, properties};

/// What is listed in any order, with any choice of properties, and with a count of all. Collections
/// of other entities are filtered at most.
pub trait Arranged: sealed::Sealed {
    /// The properties that a choice may name, as they are written on the wire.
    const SELECTABLE: &'static [&'static str];
}

impl Arranged for MachineAction {
    const SELECTABLE: &'static [&'static str] = properties::machine_action::SELECTABLE;
}

impl Arranged for Machine {
    const SELECTABLE: &'static [&'static str] = properties::machine::SELECTABLE;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::MachineAction {}
    impl Sealed for super::Machine {}
}

/// A text names no property that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no property {name:?} to select")]
pub struct NotSelectable {
    name: String,
}

impl NotSelectable {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }
}
