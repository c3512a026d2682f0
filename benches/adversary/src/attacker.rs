//! Attackers: this program, started again in a role.

use std::process::ExitCode;

/// The first argument of an attacker.
pub(crate) const ROLE: &str = "--attacker";

/// Plays a role until killed.
pub(crate) fn play(role: &[String]) -> ExitCode {
    eprintln!("there is no such attacker: {role:?}");
    ExitCode::from(2)
}
