//! The vault's commands killed in the middle: run again, they end as if nothing had happened, and
//! at no moment is a file in no place.
#![cfg(all(target_os = "linux", feature = "crash-points"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quell_agent::engine::{Attributes, ItemDraft, Seal as _};
use quell_agent::hash::{Budget, Hasher};
use quell_agent::vault::{ItemId, Vault};
use quell_model::{ActionId, Timestamp};
use uuid::Uuid;

const SIGKILL: i32 = 9;

/// A state directory with a vault, and a directory that files were taken from.
struct Scene {
    root: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("files")).unwrap();
        fs::create_dir(root.path().join("state")).unwrap();
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(root.path().join("state"), closed).unwrap();
        Self { root }
    }

    fn path(&self, name: &str) -> PathBuf {
        let root = self.root.path().canonicalize().unwrap();
        root.join("files").join(name)
    }

    fn vault(&self) -> Vault {
        Vault::open(&self.root.path().join("state/vault")).unwrap()
    }

    /// Seals a content that two paths had.
    fn quarantine(&self, names: &[&str], content: &[u8]) -> ItemId {
        let scratch = self.root.path().join("scratch");
        fs::write(&scratch, content).unwrap();
        let file = File::open(&scratch).unwrap();
        let digests = Hasher::new().digests(&file, &Budget::UNLIMITED).unwrap();
        let owner = file.metadata().unwrap();
        let paths = names.iter().map(|name| self.path(name).into_os_string());
        let draft = ItemDraft {
            id: Uuid::new_v4(),
            action_id: ActionId::new("action").unwrap(),
            sha1: digests.sha1,
            sha256: digests.sha256,
            size: digests.size,
            paths: paths.map(|path| path.into_encoded_bytes()).collect(),
            attributes: Attributes {
                uid: owner.uid(),
                gid: owner.gid(),
                mode: 0o754,
                modified_ns: 1_700_000_000_123_456_789,
                ..Attributes::default()
            },
            requestor: None,
            comment: "alert 7".to_owned(),
            captured_at: Timestamp::UNIX_EPOCH,
        };
        let id = self.vault().seal(&draft, file.as_fd()).unwrap();
        id.parse().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quell-agent"));
        command
            .arg("vault")
            .args(arguments)
            .arg("--state")
            .arg(self.root.path().join("state"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn dies_at(&self, point: &str, arguments: &[&str]) {
        let mut command = self.command(arguments);
        let status = command.env("QUELL_CRASH_AT", point).status().unwrap();
        assert_eq!(status.signal(), Some(SIGKILL), "never came to {point}");
    }

    fn succeeds(&self, arguments: &[&str]) {
        assert!(self.command(arguments).status().unwrap().success());
    }

    fn files(&self) -> Vec<String> {
        sorted_names(&self.path(""))
    }

    /// The contents of all items that can be opened.
    fn kept(&self) -> Vec<u64> {
        let vault = self.vault();
        let ids = vault.list().unwrap().into_iter().map(|listed| listed.id);
        let mut sizes: Vec<u64> = ids.map(|id| vault.verify(id).unwrap().size).collect();
        sizes.sort_unstable();
        sizes
    }
}

fn sorted_names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const OLD: &[u8] = b"what was taken";
const NEWER: &[u8] = b"what is there";

#[test]
fn restore_that_died_is_finished_by_the_next() {
    for point in ["restore-unnamed", "restore-named", "restore-linked"] {
        let scene = Scene::new();
        let id = scene.quarantine(&["one", "two"], OLD).to_string();
        scene.dies_at(point, &["restore", &id]);
        for name in scene.files() {
            let whole = fs::metadata(scene.path(&name)).unwrap();
            assert_eq!(whole.mode() & 0o7777, 0o754, "{point}");
            assert_eq!(fs::read(scene.path(&name)).unwrap(), OLD, "{point}");
        }
        scene.succeeds(&["restore", &id]);
        assert_eq!(scene.files(), ["one", "two"], "{point}");
        let inode = |name: &str| fs::metadata(scene.path(name)).unwrap().ino();
        assert_eq!(inode("one"), inode("two"), "{point}");
    }
}

#[test]
fn restore_that_was_finished_is_no_reason_to_overwrite() {
    let scene = Scene::new();
    let id = scene.quarantine(&["one"], OLD).to_string();
    scene.succeeds(&["restore", &id]);
    fs::write(scene.path("one"), NEWER).unwrap();
    assert!(!scene.command(&["restore", &id]).status().unwrap().success());
    assert_eq!(fs::read(scene.path("one")).unwrap(), NEWER);
}

#[test]
fn file_that_is_replaced_is_at_its_path_or_in_the_vault_whenever_it_dies() {
    for (point, is_exchanged) in [
        ("restore-unnamed", false),
        ("exchange-sealed", false),
        ("exchange-noted", false),
        ("exchange-hidden", false),
        ("exchanged", true),
        ("restore-named", true),
    ] {
        let scene = Scene::new();
        let id = scene.quarantine(&["one"], OLD).to_string();
        fs::write(scene.path("one"), NEWER).unwrap();
        let replace = ["restore", &id, "--on-conflict", "replace"];
        scene.dies_at(point, &replace);
        let found = fs::read(scene.path("one")).unwrap();
        assert_eq!(found, if is_exchanged { OLD } else { NEWER }, "{point}");
        if is_exchanged {
            assert!(scene.kept().contains(&(NEWER.len() as u64)), "{point}");
        }
        scene.succeeds(&replace);
        assert_eq!(fs::read(scene.path("one")).unwrap(), OLD, "{point}");
        assert_eq!(scene.files(), ["one"], "{point}");
        assert!(scene.kept().contains(&(NEWER.len() as u64)), "{point}");
    }
}

#[test]
fn change_of_key_that_died_leaves_every_item_readable_and_no_key_in_the_end() {
    for point in ["rotate-key-made", "rotate-key-wrapped"] {
        let scene = Scene::new();
        scene.quarantine(&["one"], &[1; 10]);
        scene.quarantine(&["two"], &[2; 200_000]);
        scene.dies_at(point, &["rotate-key", "--yes"]);
        assert_eq!(scene.kept(), [10, 200_000], "{point}");
        scene.succeeds(&["rotate-key", "--yes"]);
        assert_eq!(scene.kept(), [10, 200_000], "{point}");
        let mut keys = sorted_names(&scene.root.path().join("state/vault"));
        keys.retain(|name| name.ends_with(".key"));
        assert_eq!(keys, ["vault-3.key"], "{point}");
    }
}

#[test]
fn item_that_was_being_removed_is_gone_for_everybody() {
    let scene = Scene::new();
    let id = scene.quarantine(&["one"], OLD);
    scene.dies_at("remove-renamed", &["remove", &id.to_string(), "--yes"]);
    assert!(scene.kept().is_empty());
    assert_eq!(scene.vault().tidy().unwrap(), 1);
    let folder = id.to_string().chars().take(2).collect::<String>();
    let folder = scene.root.path().join("state/vault").join(folder);
    assert!(sorted_names(&folder).is_empty());
}
