//! Where the agent's state is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use quell_terminal::Failure;

use crate::config::StateDir;

/// The option that names the agent's directory.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct PlaceFlag {
    /// The agent's directory [default: /var/lib/quell-agent for root, else
    /// $XDG_STATE_HOME/quell-agent]
    #[arg(long, value_name = "DIR", global = true)]
    state: Option<PathBuf>,
}

impl PlaceFlag {
    /// Opens the directory; makes it if there is none.
    pub(super) fn open_or_make(&self) -> Result<StateDir, Failure> {
        Ok(StateDir::open(&self.path()?)?)
    }

    /// Opens the directory.
    pub(super) fn open(&self) -> Result<StateDir, Failure> {
        let path = self.path()?;
        if !path.exists() {
            let shown = path.display();
            return Err(Failure::usage(format!("no agent has its state in {shown}"))
                .next("name the agent's directory with --state, or enrol this machine first"));
        }
        Ok(StateDir::open_existing(&path)?)
    }

    /// Where it is, whether there is one or not.
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.state {
            return Ok(path.clone());
        }
        let is_root = rustix::process::geteuid().is_root();
        let variable = |name| std::env::var_os(name);
        default_path(is_root, variable("XDG_STATE_HOME"), variable("HOME")).ok_or_else(|| {
            Failure::usage("it is not known where this user's state belongs")
                .next("name a directory with --state")
        })
    }
}

/// The XDG base directory specification asks that relative paths be ignored.
fn default_path(is_root: bool, xdg: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    if is_root {
        return Some(PathBuf::from("/var/lib/quell-agent"));
    }
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|p| p.is_absolute());
    let xdg = xdg.and_then(absolute);
    let home = home
        .and_then(absolute)
        .map(|home| home.join(Path::new(".local/state")));
    Some(xdg.or(home)?.join("quell-agent"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_has_one_place_and_others_have_their_own() {
        let at = |text: &str| Some(OsString::from(text));
        for (is_root, xdg, home, expected) in [
            (true, at("/x"), at("/h"), Some("/var/lib/quell-agent")),
            (false, at("/x"), at("/h"), Some("/x/quell-agent")),
            (false, None, at("/h"), Some("/h/.local/state/quell-agent")),
            (
                false,
                at("relative"),
                at("/h"),
                Some("/h/.local/state/quell-agent"),
            ),
            (false, at(""), None, None),
        ] {
            let path = default_path(is_root, xdg, home);
            assert_eq!(path.as_deref(), expected.map(Path::new));
        }
    }
}
