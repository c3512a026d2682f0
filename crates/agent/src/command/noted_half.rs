//! What a running agent writes down of its network half, for `status`.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use crate::bridge::WallState;
use crate::config::StateDir;

const FILE: &str = "network-half.json";

/// A network half and what it is shut in by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotedHalf {
    /// Its process id.
    pub(super) pid: u32,
    /// Its walls, as it told them.
    pub(super) walls: Vec<WallState>,
}

impl NotedHalf {
    /// Writes it down in place of an earlier one.
    pub(super) fn store(&self, state: &StateDir) -> io::Result<()> {
        state.write(FILE, &serde_json::to_vec(self)?)
    }

    /// What was written down last, by whichever agent.
    pub(super) fn load(state: &StateDir) -> Option<Self> {
        serde_json::from_slice(&fs::read(state.path().join(FILE)).ok()?).ok()
    }

    /// One line: which walls stand, and which do not.
    pub(super) fn line(&self) -> String {
        let named = |stands: bool| {
            let walls = self.walls.iter().filter(move |wall| wall.stands == stands);
            walls
                .map(|wall| wall.wall.name())
                .collect::<Vec<_>>()
                .join(", ")
        };
        match named(false) {
            lacking if lacking.is_empty() => {
                format!("process {}, shut in by {}", self.pid, named(true))
            }
            lacking => format!(
                "process {}, shut in by {}; not by {lacking}",
                self.pid,
                named(true)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::Wall;

    #[test]
    fn network_half_is_noted_and_told_with_what_it_lacks() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::open(&root.path().join("s")).unwrap();
        assert_eq!(NotedHalf::load(&state), None);
        let wall = |wall, stands| WallState {
            wall,
            stands,
            detail: String::new(),
        };
        let walls = vec![wall(Wall::User, true), wall(Wall::Landlock, false)];
        let noted = NotedHalf { pid: 7, walls };
        noted.store(&state).unwrap();
        let line = NotedHalf::load(&state).unwrap().line();
        assert_eq!(line, "process 7, shut in by user; not by landlock");
    }
}
