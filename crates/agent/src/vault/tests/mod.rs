mod formats;
mod hostile;
mod keys;
mod metadata;
mod restoring;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use quell_model::{ActionId, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

use super::recovery::tests::{PUBLIC_PEM, SECRET_PEM};
use super::*;
use crate::engine::{Attributes as DraftAttributes, ItemDraft, Seal as _, SealError};
use crate::hash::{Budget, Hasher};

const MOMENT: i64 = 1_700_000_000_123_456_789;

/// A vault and a directory that files are taken from.
struct Scene {
    root: TempDir,
    vault: Vault,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("files")).unwrap();
        let vault = Vault::open(&root.path().join("vault")).unwrap();
        Self { root, vault }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("files").join(name)
    }

    /// Writes a file and says what the engine would say of it.
    fn file(&self, name: &str, content: &[u8]) -> (File, ItemDraft) {
        fs::write(self.path(name), content).unwrap();
        let file = File::open(self.path(name)).unwrap();
        let draft = self.draft(name, &file);
        (file, draft)
    }

    fn draft(&self, name: &str, file: &File) -> ItemDraft {
        let digests = Hasher::new().digests(file, &Budget::UNLIMITED).unwrap();
        let owner = file.metadata().unwrap();
        ItemDraft {
            id: Uuid::new_v4(),
            action_id: ActionId::new("action").unwrap(),
            sha1: digests.sha1,
            sha256: digests.sha256,
            size: digests.size,
            paths: vec![self.path(name).into_os_string().into_encoded_bytes()],
            attributes: DraftAttributes {
                uid: owner.uid(),
                gid: owner.gid(),
                mode: 0o751,
                accessed_ns: MOMENT - 5,
                modified_ns: MOMENT,
                ..DraftAttributes::default()
            },
            requestor: Some("kim".to_owned()),
            comment: "alert 7".to_owned(),
            captured_at: Timestamp::from_unix_seconds(1_700_000_000),
        }
    }

    /// Seals a file and takes it away, as the engine does.
    fn quarantine(&self, name: &str, content: &[u8]) -> ItemId {
        let (file, draft) = self.file(name, content);
        self.seal_and_remove(name, &file, &draft)
    }

    fn seal_and_remove(&self, name: &str, file: &File, draft: &ItemDraft) -> ItemId {
        let id = self.vault.seal(draft, file.as_fd()).unwrap();
        fs::remove_file(self.path(name)).unwrap();
        id.parse().unwrap()
    }

    fn restore(&self, id: ItemId) -> Result<Restored, RestoreError> {
        self.vault.restore(id, &Destination::Original.into(), now())
    }

    fn item_path(&self, id: ItemId) -> PathBuf {
        self.root
            .path()
            .join("vault")
            .join(id.folder())
            .join(id.file())
    }

    /// Changes the bytes of an item behind the vault's back.
    fn tamper(&self, id: ItemId, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.item_path(id);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, bytes).unwrap();
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_800_000_000)
}

#[test]
fn a_file_comes_back_to_the_byte_with_mode_and_times() {
    let scene = Scene::new();
    let content = b"#!/bin/true\n".repeat(20_000);
    let id = scene.quarantine("tool", &content);
    let restored = scene.restore(id).unwrap();
    assert!(restored.notes.is_empty(), "{:?}", restored.notes);
    assert_eq!(restored.path, scene.path("tool"));
    let metadata = fs::metadata(scene.path("tool")).unwrap();
    assert_eq!(fs::read(scene.path("tool")).unwrap(), content);
    assert_eq!(metadata.mode() & 0o7777, 0o751);
    assert_eq!(
        (metadata.mtime(), metadata.mtime_nsec()),
        (1_700_000_000, 123_456_789)
    );
    assert_eq!(metadata.nlink(), 1);
}

#[test]
fn an_item_is_closed_to_others_and_shows_neither_content_nor_path() {
    let scene = Scene::new();
    let id = scene.quarantine("canary-name", b"canary-content");
    let path = scene.item_path(id);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o400);
    for directory in [path.parent().unwrap(), &scene.root.path().join("vault")] {
        assert_eq!(fs::metadata(directory).unwrap().mode() & 0o7777, 0o700);
    }
    let bytes = fs::read(path).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"canary"));
}

#[test]
fn an_item_says_what_it_keeps_and_what_became_of_it() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    let listed = scene.vault.list().unwrap();
    let [only] = &listed[..] else {
        panic!("{listed:?}")
    };
    let item = only.item.as_ref().unwrap();
    assert_eq!((only.id, only.state), (id, ItemState::Kept));
    assert_eq!(
        item.paths[0].display(),
        scene.path("tool").to_str().unwrap()
    );
    assert_eq!(
        item.sha1.to_string(),
        "11f6ad8ec52a2984abaafd7c3b516503785c2072"
    );
    assert_eq!(
        (item.requestor.as_deref(), &*item.comment),
        (Some("kim"), "alert 7")
    );
    scene.restore(id).unwrap();
    assert_eq!(
        scene.vault.state(id),
        ItemState::Restored { restored_at: now() }
    );
}

#[test]
fn sealing_twice_keeps_one_item() {
    let scene = Scene::new();
    let (file, draft) = scene.file("tool", b"x");
    let first = scene.vault.seal(&draft, file.as_fd()).unwrap();
    let written = fs::read(scene.item_path(first.parse().unwrap())).unwrap();
    assert_eq!(scene.vault.seal(&draft, file.as_fd()).unwrap(), first);
    assert!(scene.vault.contains(&first));
    assert_eq!(
        fs::read(scene.item_path(first.parse().unwrap())).unwrap(),
        written
    );
}

#[test]
fn content_that_changed_since_the_draft_is_refused_and_leaves_no_item() {
    let scene = Scene::new();
    let (_, draft) = scene.file("tool", b"before");
    let (changed, _) = scene.file("tool", b"after!");
    let error = scene.vault.seal(&draft, changed.as_fd()).unwrap_err();
    assert!(matches!(error, SealError::ContentChanged));
    assert!(!scene.vault.contains(&draft.id.to_string()));
    assert!(scene.vault.list().unwrap().is_empty());
}

#[test]
fn room_is_what_the_file_system_has() {
    let scene = Scene::new();
    let system = rustix::fs::statvfs(scene.path("")).unwrap();
    let size = system.f_blocks.saturating_mul(system.f_frsize);
    assert!(scene.vault.has_room(0));
    assert!(!scene.vault.has_room(size));
}

#[test]
fn a_removed_item_is_gone() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    scene.restore(id).unwrap();
    scene.vault.remove(id, Removal::Asked, now()).unwrap();
    assert!(matches!(scene.vault.show(id), Err(VaultError::NotFound(_))));
    assert!(matches!(
        scene.vault.remove(id, Removal::Asked, now()),
        Err(VaultError::NotFound(_))
    ));
    let folder = scene.item_path(id).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_content_that_grew_while_it_was_sealed_is_refused() {
    let scene = Scene::new();
    let (file, draft) = scene.file("tool", b"before");
    fs::write(scene.path("tool"), b"before and more").unwrap();
    let error = scene.vault.seal(&draft, file.as_fd()).unwrap_err();
    assert!(matches!(error, SealError::ContentChanged), "{error:?}");
}

#[test]
fn a_full_vault_takes_nothing_more_but_what_is_in_it_stays() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", &[1; 50_000]);
    let limits = VaultLimits {
        retention: None,
        size: Some(100_000),
    };
    let vault = Vault::open(&scene.root.path().join("vault")).unwrap();
    let vault = vault.with_limits(limits);
    assert!(vault.has_room(40_000));
    assert!(!vault.has_room(50_000));
    assert!(vault.prune(now()).unwrap().is_empty());
    vault.verify(id).unwrap();
}

#[test]
fn what_is_held_is_neither_removed_nor_pruned_until_it_is_released() {
    let scene = Scene::new();
    let held = scene.quarantine("one", b"1");
    let other = scene.quarantine("two", b"2");
    let limits = VaultLimits {
        retention: Some(VaultLimits::USUAL_RETENTION),
        size: None,
    };
    let vault = Vault::open(&scene.root.path().join("vault")).unwrap();
    let vault = vault.with_limits(limits);
    assert!(scene.vault.prune(now()).unwrap().is_empty());
    scene.vault.hold(held, Some("case 9"), now()).unwrap();
    let hold = scene.vault.hold_of(held).unwrap();
    assert_eq!(
        (hold.since, hold.reason.as_deref()),
        (Some(now()), Some("case 9"))
    );
    assert!(matches!(
        scene.vault.remove(held, Removal::Asked, now()),
        Err(VaultError::Held(_))
    ));
    assert_eq!(vault.prune(now()).unwrap(), [other]);
    scene.vault.verify(held).unwrap();
    scene.vault.release(held).unwrap();
    assert_eq!(vault.prune(now()).unwrap(), [held]);
    let folder = scene.item_path(held).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn what_is_removed_is_in_the_log_with_its_paths() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    scene.vault.remove(id, Removal::Asked, now()).unwrap();
    let log = scene.root.path().join("vault/removed.jsonl");
    assert_eq!(fs::metadata(&log).unwrap().mode() & 0o7777, 0o600);
    let line: serde_json::Value = serde_json::from_slice(&fs::read(log).unwrap()).unwrap();
    assert_eq!(line["id"], id.to_string());
    assert_eq!(line["why"], "asked");
    assert_eq!(
        line["item"]["paths"][0]["path"],
        scene.path("tool").to_str().unwrap()
    );
}

#[test]
fn an_item_is_exported_as_it_is_or_plain_and_never_over_a_file() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"content");
    let sealed = scene.path("sealed");
    scene.vault.export(id, &sealed, Form::Sealed).unwrap();
    assert_eq!(
        fs::read(&sealed).unwrap(),
        fs::read(scene.item_path(id)).unwrap()
    );
    let plain = scene.path("plain");
    scene.vault.export(id, &plain, Form::Plain).unwrap();
    assert_eq!(fs::read(&plain).unwrap(), b"content");
    for path in [&sealed, &plain] {
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o600);
        let again = scene.vault.export(id, path, Form::Plain);
        assert!(matches!(again, Err(RestoreError::NotNew { .. })));
    }
    assert_eq!(scene.vault.state(id), ItemState::Kept);
    scene.tamper(id, |bytes| *bytes.last_mut().unwrap() ^= 1);
    let damaged = scene.vault.export(id, &scene.path("third"), Form::Sealed);
    assert!(matches!(
        damaged,
        Err(RestoreError::Vault(VaultError::Damaged { .. }))
    ));
    assert!(!scene.path("third").exists());
}
