//! Who restores a file while the action that took it still goes on keeps it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use engine_stage::{Folder, Nothing, Stage};
use quell_agent::engine::{Engine, ItemDraft, Seal, SealError};
use quell_agent::find::FileId;
use quell_model::ActionId;
use quell_protocol::Verdict;

/// A vault out of which somebody gives back the first file as soon as it is in.
struct GivesBack {
    vault: Folder,
    to: PathBuf,
    given: OnceLock<(ActionId, FileId)>,
}

impl Seal for GivesBack {
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        let id = self.vault.seal(item, content)?;
        self.given.get_or_init(|| {
            fs::copy(self.vault.0.join(&id), &self.to).unwrap();
            let metadata = fs::metadata(&self.to).unwrap();
            let file = FileId {
                dev: metadata.dev(),
                ino: metadata.ino(),
            };
            (item.action_id.clone(), file)
        });
        Ok(id)
    }

    fn contains(&self, item_id: &str) -> bool {
        self.vault.contains(item_id)
    }

    fn gave_back(&self, action: &ActionId, file: FileId) -> bool {
        self.given.get() == Some(&(action.clone(), file))
    }
}

#[test]
fn file_that_is_given_back_is_taken_by_the_next_action_only() {
    let stage = Stage::new();
    stage.sample("program");
    let seal = GivesBack {
        vault: stage.vault(),
        to: stage.path("given-back"),
        given: OnceLock::new(),
    };
    let engine = Engine::open(stage.config(), Box::new(seal), Box::new(Nothing)).unwrap();
    assert_eq!(stage.act(&engine).verdict, Verdict::Succeeded);
    assert_eq!(stage.names(), [b"given-back"]);
    assert_eq!(stage.items().len(), 1);
    assert_eq!(stage.act(&engine).verdict, Verdict::Succeeded);
    assert!(stage.names().is_empty());
    assert_eq!(stage.items().len(), 2);
}
