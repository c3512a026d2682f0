//! The machine's own name for itself.

use std::fs;
use std::io;

use aws_lc_rs::digest::{Context, SHA256};
use quell_model::MachineId;

const SOURCE: &str = "/etc/machine-id";

/// Why the machine has no name of its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MachineIdError {
    /// There is no machine id to derive it from.
    #[error("{SOURCE} cannot be read: give the machine an id with --machine-id")]
    Unreadable(#[source] io::Error),
    /// The file says that the system is not set up yet.
    #[error("{SOURCE} holds no machine id: give the machine an id with --machine-id")]
    Empty,
}

/// A stable id of 40 hexadecimal digits, the form that the API's machines have.
///
/// It is derived from `/etc/machine-id` by a one-way function, because machine-id(5) asks that the
/// id itself never be told to a network.
///
/// # Errors
/// When the machine has no such id.
pub fn derived_machine_id() -> Result<MachineId, MachineIdError> {
    derive(&fs::read_to_string(SOURCE).map_err(MachineIdError::Unreadable)?)
}

fn derive(machine_id: &str) -> Result<MachineId, MachineIdError> {
    let machine_id = machine_id.trim();
    if machine_id.is_empty() || machine_id == "uninitialized" {
        return Err(MachineIdError::Empty);
    }
    let mut context = Context::new(&SHA256);
    context.update(b"quell machine id\0");
    context.update(machine_id.as_bytes());
    let digest = context.finish();
    let hex: String = digest
        .as_ref()
        .iter()
        .take(20)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    MachineId::new(hex).map_err(|_| MachineIdError::Empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "6f8e0f7d1c2b4a5d9e3f112233445566";

    #[test]
    fn the_id_is_stable_one_way_and_forty_digits() {
        let id = derive(RAW).unwrap();
        assert_eq!(id.as_str(), "c34f3b0eb50e72e673ae047333d5b563f44cb655");
        assert_eq!(derive(&format!("{RAW}\n")).unwrap(), id);
    }

    #[test]
    fn a_system_that_is_not_set_up_has_no_id() {
        for text in ["", "\n", "uninitialized\n"] {
            assert!(matches!(derive(text), Err(MachineIdError::Empty)));
        }
    }
}
