//! A vault whose disk is full to its last block: what is in it can be brought to safety, held and removed.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "another group of tests uses the rest")]
#[path = "engine_stage/mounts.rs"]
mod mounts;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::fd::AsFd as _;
use std::path::Path;

use mounts::{Mounted, with_own_mounts};
use quell_agent::config::{Pause, StateDir};
use quell_agent::engine::{Attributes, ItemDraft, Seal as _};
use quell_agent::hash::{Budget, Hasher};
use quell_agent::vault::{Destination, ItemId, OnConflict, Removal, RestoreOptions, Vault};
use quell_model::{ActionId, Timestamp};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn sealed(vault: &Vault, place: &Path) -> ItemId {
    fs::write(place, b"content").unwrap();
    let file = File::open(place).unwrap();
    let digests = Hasher::new().digests(&file, &Budget::UNLIMITED).unwrap();
    let draft = ItemDraft {
        id: Uuid::new_v4(),
        action_id: ActionId::new("action").unwrap(),
        sha1: digests.sha1,
        sha256: digests.sha256,
        size: digests.size,
        paths: vec![place.as_os_str().as_encoded_bytes().to_vec()],
        attributes: Attributes::default(),
        requestor: None,
        comment: "alert 7".to_owned(),
        captured_at: NOW,
    };
    vault.seal(&draft, file.as_fd()).unwrap().parse().unwrap()
}

fn fill(directory: &Path) {
    let filled = fs::write(directory.join("filler"), vec![1; 4 << 20]);
    assert_eq!(filled.unwrap_err().kind(), ErrorKind::StorageFull);
}

#[test]
fn agent_on_a_full_disk_is_paused_all_the_same_as_root() {
    with_own_mounts(
        "agent_on_a_full_disk_is_paused_all_the_same_as_root",
        || {
            let root = tempfile::tempdir().unwrap();
            let directory = root.path().canonicalize().unwrap();
            let small = ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs"];
            let _mounted = Mounted::at(&directory, &small);
            let state = StateDir::open_existing(&directory).unwrap();
            fill(&directory);
            let pause = Pause {
                since: Some(NOW),
                reason: Some("maintenance".to_owned()),
            };
            state.pause(&pause).unwrap();
            assert!(state.paused().is_some());
            assert!(state.resume().unwrap());
        },
    );
}

#[test]
fn vault_on_a_full_disk_gives_back_holds_and_removes_as_root() {
    with_own_mounts(
        "vault_on_a_full_disk_gives_back_holds_and_removes_as_root",
        || {
            let root = tempfile::tempdir().unwrap();
            let directory = root.path().canonicalize().unwrap().join("vault");
            fs::create_dir(&directory).unwrap();
            let small = ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs"];
            let _mounted = Mounted::at(&directory, &small);
            let vault = Vault::open(&directory).unwrap();
            let place = directory.with_file_name("tool");
            let [held, removed] = [(); 2].map(|()| sealed(&vault, &place));
            fill(&directory);

            let elsewhere = RestoreOptions {
                destination: Destination::Elsewhere(directory.with_file_name("look")),
                on_conflict: OnConflict::Fail,
                make_parents: false,
            };
            let restored = vault.restore(removed, &elsewhere, NOW).unwrap();
            assert!(restored.notes.is_empty(), "{:?}", restored.notes);
            assert_eq!(fs::read(restored.path).unwrap(), b"content");
            vault.hold(held, Some("case 9"), NOW).unwrap();
            vault.remove(removed, Removal::Asked, NOW).unwrap();
            let log = fs::read_to_string(directory.join("removed.jsonl")).unwrap();
            assert_eq!(log.lines().count(), 1, "{log}");
            let line: serde_json::Value = serde_json::from_str(&log).unwrap();
            assert_eq!(line["id"], removed.to_string());
            vault.verify(held).unwrap();

            // The same again: what was given up is kept back anew as soon as there is room.
            fs::remove_file(directory.join("filler")).unwrap();
            let next = sealed(&vault, &place);
            fill(&directory);
            vault.remove(next, Removal::Asked, NOW).unwrap();
        },
    );
}
