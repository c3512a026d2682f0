//! Files that were taken and are not in the vault, for people and programs.

use quell_protocol::WirePath;
use quell_terminal::output::note;
use serde::Serialize;

use crate::config::StateDir;
use crate::journal;

/// A file that was taken and is not in the vault.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held {
    /// Where it was.
    #[serde(flatten)]
    path: WirePath,
    /// Where it is, with no permission to anybody.
    held_at: String,
    action_id: String,
}

impl Held {
    /// All of them, oldest first. A journal that cannot be read is told, and hides nothing else.
    pub(super) fn all(state: &StateDir) -> Option<Vec<Self>> {
        match journal::held_in_capture(state.path()) {
            Ok(held) => Some(held.into_iter().map(Self::from).collect()),
            Err(error) => {
                note(&format!(
                    "note: files that wait for the vault are not known: {error}"
                ));
                None
            }
        }
    }

    /// One line, as the file system wrote it: escaping is for whoever prints it.
    pub(super) fn line(&self) -> String {
        format!("{} (now at {})", self.path.display(), self.held_at)
    }
}

impl From<journal::HeldFile> for Held {
    fn from(held: journal::HeldFile) -> Self {
        Self {
            path: WirePath::from_bytes(&held.path),
            held_at: WirePath::from_bytes(&held.held_at).display().to_owned(),
            action_id: held.action_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_file_names_where_it_was_where_it_is_and_why() {
        let held = Held::from(journal::HeldFile {
            path: b"/opt/a".to_vec(),
            held_at: b"/opt/.quell-capture-1/2".to_vec(),
            action_id: "a1".to_owned(),
        });
        assert_eq!(held.line(), "/opt/a (now at /opt/.quell-capture-1/2)");
        let expected = serde_json::json!({
            "path": "/opt/a", "heldAt": "/opt/.quell-capture-1/2", "actionId": "a1",
        });
        assert_eq!(serde_json::to_value(&held).unwrap(), expected);
    }
}
