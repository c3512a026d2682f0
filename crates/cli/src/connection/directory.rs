//! Where this command keeps what outlives it.

use std::path::PathBuf;

use quell_terminal::Failure;

use super::settings::Environment;

/// `$XDG_STATE_HOME/quell`, or `~/.local/state/quell`.
pub(crate) fn of_state(environment: Environment<'_>) -> Result<PathBuf, Failure> {
    let base = match (environment("XDG_STATE_HOME"), environment("HOME")) {
        (Some(directory), _) => PathBuf::from(directory),
        (None, Some(home)) => PathBuf::from(home).join(".local").join("state"),
        (None, None) => {
            return Err(Failure::usage("neither XDG_STATE_HOME nor HOME is set")
                .next("set one of them, or say with --state where limits are to be kept"));
        }
    };
    Ok(base.join("quell"))
}
