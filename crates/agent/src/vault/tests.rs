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
        self.vault.restore(id, &Destination::Original, now())
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
fn restoring_never_replaces_a_file() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"old");
    fs::write(scene.path("tool"), "newer").unwrap();
    let refused = scene.restore(id).unwrap_err();
    assert!(matches!(&refused, RestoreError::Exists { path } if *path == scene.path("tool")));
    assert!(
        refused
            .to_string()
            .contains(scene.path("tool").to_str().unwrap())
    );
    symlink("nowhere", scene.path("dangling")).unwrap();
    let elsewhere = Destination::Elsewhere(scene.path("dangling"));
    let over_a_link = scene.vault.restore(id, &elsewhere, now());
    assert!(matches!(over_a_link, Err(RestoreError::Exists { .. })));
    assert_eq!(fs::read(scene.path("tool")).unwrap(), b"newer");
    assert_eq!(scene.vault.state(id), ItemState::Kept);
}

#[test]
fn restoring_never_follows_a_symbolic_link_in_the_path() {
    let scene = Scene::new();
    fs::create_dir(scene.path("home")).unwrap();
    fs::create_dir(scene.path("victim")).unwrap();
    let id = scene.quarantine("home/passwd", b"evil");
    fs::remove_dir(scene.path("home")).unwrap();
    symlink(scene.path("victim"), scene.path("home")).unwrap();
    assert!(matches!(scene.restore(id), Err(RestoreError::SymbolicLink)));
    assert_eq!(fs::read_dir(scene.path("victim")).unwrap().count(), 0);
}

#[test]
fn restoring_into_a_missing_directory_says_so() {
    let scene = Scene::new();
    fs::create_dir(scene.path("gone")).unwrap();
    let id = scene.quarantine("gone/tool", b"x");
    fs::remove_dir(scene.path("gone")).unwrap();
    assert!(matches!(
        scene.restore(id),
        Err(RestoreError::ParentMissing)
    ));
}

#[test]
fn restoring_elsewhere_makes_a_file_for_looking_at_only() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    let elsewhere = Destination::Elsewhere(scene.path("specimen"));
    scene.vault.restore(id, &elsewhere, now()).unwrap();
    assert_eq!(
        fs::metadata(scene.path("specimen")).unwrap().mode() & 0o7777,
        0o600
    );
    assert!(!scene.path("tool").exists());
    let relative = Destination::Elsewhere(PathBuf::from("specimen"));
    assert!(matches!(
        scene.vault.restore(id, &relative, now()),
        Err(RestoreError::Path)
    ));
}

#[test]
fn every_hard_link_is_made_again_or_named() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"x");
    for name in ["second", "taken"] {
        draft
            .paths
            .push(scene.path(name).into_os_string().into_encoded_bytes());
    }
    let id = scene.seal_and_remove("tool", &file, &draft);
    fs::write(scene.path("taken"), "other").unwrap();
    let restored = scene.restore(id).unwrap();
    let inode = |name: &str| fs::metadata(scene.path(name)).unwrap().ino();
    assert_eq!(inode("tool"), inode("second"));
    let [
        RestoreNote::LinkNotRestored {
            path,
            source: RestoreError::Exists { .. },
        },
    ] = &restored.notes[..]
    else {
        panic!("{:?}", restored.notes)
    };
    assert_eq!(*path, scene.path("taken"));
    assert_eq!(fs::read(path).unwrap(), b"other");
}

#[test]
fn a_file_deleted_while_it_ran_asks_for_a_path() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"x");
    draft.paths.clear();
    let id = scene.seal_and_remove("tool", &file, &draft);
    assert!(matches!(
        scene.restore(id),
        Err(RestoreError::NoOriginalPath)
    ));
}

#[test]
fn set_user_id_is_left_out_where_others_could_have_changed_the_directory() {
    let scene = Scene::new();
    for (directory_mode, expected) in [(0o755, 0o4755), (0o777, 0o755)] {
        let (file, mut draft) = scene.file("tool", b"x");
        draft.attributes.mode = 0o4755;
        let id = scene.seal_and_remove("tool", &file, &draft);
        fs::set_permissions(scene.path(""), fs::Permissions::from_mode(directory_mode)).unwrap();
        let restored = scene.restore(id).unwrap();
        assert_eq!(
            fs::metadata(scene.path("tool")).unwrap().mode() & 0o7777,
            expected
        );
        let dropped = restored
            .notes
            .iter()
            .any(|n| matches!(n, RestoreNote::SetIdDropped));
        assert_eq!(dropped, directory_mode == 0o777);
        fs::remove_file(scene.path("tool")).unwrap();
    }
}

#[test]
fn set_user_id_of_root_is_left_out_where_a_user_owns_the_directory_as_root() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can give a directory away");
        return;
    }
    for (directory_owner, expected) in [(0, 0o4755), (65534, 0o755)] {
        let scene = Scene::new();
        let (file, mut draft) = scene.file("tool", b"a tool");
        draft.attributes.mode = 0o4755;
        let id = scene.seal_and_remove("tool", &file, &draft);
        let files = scene.root.path().join("files");
        std::os::unix::fs::chown(&files, Some(directory_owner), None).unwrap();
        let restored = scene.restore(id).unwrap();
        let mode = fs::metadata(scene.path("tool")).unwrap().mode() & 0o7777;
        assert_eq!(mode, expected, "{:?}", restored.notes);
    }
}

#[test]
fn set_user_id_is_left_out_where_others_could_have_changed_the_directory_of_a_link() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"a tool");
    draft.attributes.mode = 0o4755;
    let open = scene.path("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let link = open.join("link");
    draft
        .paths
        .push(link.clone().into_os_string().into_encoded_bytes());
    let id = scene.seal_and_remove("tool", &file, &draft);
    scene.restore(id).unwrap();
    assert_eq!(fs::metadata(link).unwrap().mode() & 0o7777, 0o755);
}

#[test]
fn a_removed_item_is_gone() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    scene.restore(id).unwrap();
    scene.vault.remove(id).unwrap();
    assert!(matches!(scene.vault.show(id), Err(VaultError::NotFound(_))));
    assert!(matches!(
        scene.vault.remove(id),
        Err(VaultError::NotFound(_))
    ));
    let folder = scene.item_path(id).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_cut_item_is_damaged_and_kept() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", &[1; 100]);
    let whole = fs::read(scene.item_path(id)).unwrap().len();
    for length in [whole - 1, whole - 116, 200, 90, 5, 0] {
        scene.tamper(id, |bytes| bytes.truncate(length));
        let error = scene.vault.verify(id).unwrap_err();
        assert!(
            matches!(error, VaultError::Damaged { .. }),
            "{length}: {error}"
        );
        assert!(scene.item_path(id).exists());
    }
    assert!(matches!(
        scene.restore(id),
        Err(RestoreError::Vault(VaultError::Damaged { .. }))
    ));
    assert!(!scene.path("tool").exists());
    assert_eq!(scene.vault.list().unwrap().len(), 1);
}

#[test]
fn an_item_under_another_name_or_with_another_header_is_damaged() {
    let scene = Scene::new();
    let one = scene.quarantine("one", b"first");
    let two = scene.quarantine("two", b"other");
    let first = fs::read(scene.item_path(one)).unwrap();
    let second = fs::read(scene.item_path(two)).unwrap();
    scene.tamper(two, |bytes| *bytes = first.clone());
    assert!(matches!(
        scene.vault.show(two),
        Err(VaultError::Damaged { .. })
    ));

    let content = 5 + 16;
    let swapped = [
        &second[..second.len() - content],
        &first[first.len() - content..],
    ]
    .concat();
    scene.tamper(two, |bytes| *bytes = swapped);
    assert!(scene.vault.show(two).is_ok());
    assert!(matches!(
        scene.vault.verify(two),
        Err(VaultError::Damaged { .. })
    ));
}

#[test]
fn an_item_of_another_vault_or_a_newer_format_says_so() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    let stranger = Scene::new();
    let carried = stranger.item_path(id);
    fs::create_dir_all(carried.parent().unwrap()).unwrap();
    fs::copy(scene.item_path(id), carried).unwrap();
    assert!(matches!(
        stranger.vault.show(id),
        Err(VaultError::OtherKey(_))
    ));

    scene.tamper(id, |bytes| bytes[9] = 3);
    assert!(matches!(
        scene.vault.show(id),
        Err(VaultError::UnknownFormat { format: 3, .. })
    ));
}

#[test]
fn a_vault_with_items_but_no_key_is_not_given_a_new_one() {
    let scene = Scene::new();
    scene.quarantine("tool", b"x");
    let vault = scene.root.path().join("vault");
    fs::remove_file(vault.join("vault-1.key")).unwrap();
    assert!(matches!(Vault::open(&vault), Err(VaultError::KeyMissing)));
    assert!(!vault.join("vault-1.key").exists());
}

#[test]
fn a_vault_open_to_others_is_not_used() {
    let root = tempfile::tempdir().unwrap();
    let vault = root.path().join("vault");
    fs::create_dir(&vault).unwrap();
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o750)).unwrap();
    assert!(matches!(Vault::open(&vault), Err(VaultError::OpenToOthers)));
    fs::remove_dir(&vault).unwrap();
    symlink("/", &vault).unwrap();
    assert!(matches!(Vault::open(&vault), Err(VaultError::Io { .. })));
}

#[test]
fn extended_attributes_come_back_where_the_file_system_keeps_them() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"x");
    let probe = rustix::fs::fsetxattr(&file, "user.quell", b"1", rustix::fs::XattrFlags::empty());
    draft.attributes.xattrs = vec![(b"user.quell".to_vec(), b"\0kept\xff".to_vec())];
    draft.attributes.mode = 0o400;
    let id = scene.seal_and_remove("tool", &file, &draft);
    let restored = scene.restore(id).unwrap();
    let back = File::open(scene.path("tool")).unwrap();
    let mut value = [0; 16];
    match rustix::fs::fgetxattr(&back, "user.quell", &mut value[..]) {
        Ok(length) => assert_eq!(&value[..length], b"\0kept\xff"),
        Err(_) => {
            assert!(
                probe.is_err(),
                "the file system keeps attributes, but this one is lost"
            );
            assert!(matches!(
                restored.notes[..],
                [RestoreNote::XattrNotRestored { .. }]
            ));
        }
    }
}

/// A vault that an agent of an older format left, as its files are in the repository.
fn vault_of_format(format: u16) -> (TempDir, Vault) {
    let root = tempfile::tempdir().unwrap();
    let vault = root.path().join("vault");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/vault");
    copy_closed(&kept.join(format!("format-{format}")), &vault);
    let vault = Vault::open(&vault).unwrap();
    (root, vault)
}

/// The repository keeps no modes, and the vault trusts nothing that others can read.
fn copy_closed(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_closed(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(0o400)).unwrap();
        }
    }
}

/// Whoever changes the format puts items of the one before into the fixtures.
const OLDER_FORMATS: [u16; 1] = [1];
const OLD_TOOL: &str = "0f1e2d3c-0000-4000-8000-000000000001";
const OLD_LONG: &str = "a1b2c3d4-0000-4000-8000-000000000002";

fn assert_old_items_are_whole(root: &Path, vault: &Vault) {
    let item = vault.show(OLD_TOOL.parse().unwrap()).unwrap();
    let paths: Vec<&str> = item.paths.iter().map(|path| path.display()).collect();
    assert_eq!(
        paths,
        ["/opt/quell-fixture/tool", "/opt/quell-fixture/\u{e9}\n"]
    );
    let attributes = &item.attributes;
    assert_eq!(
        (attributes.uid, attributes.gid, attributes.mode),
        (1000, 1001, 0o751)
    );
    assert_eq!(
        (attributes.accessed_ns, attributes.modified_ns),
        (MOMENT - 5, MOMENT)
    );
    assert_eq!(attributes.xattrs[0].value, b"\0kept\xff");
    assert_eq!(
        (&*item.comment, item.requestor.as_deref()),
        ("alert 7", Some("kim"))
    );
    let long: Vec<u8> = (0..70_000_u32).map(|i| (i % 251) as u8).collect();
    for (id, content) in [(OLD_TOOL, &b"#!/bin/true\n"[..]), (OLD_LONG, &long)] {
        let path = root.join(id);
        let destination = Destination::As(path.clone());
        vault
            .restore(id.parse().unwrap(), &destination, now())
            .unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(
            (metadata.mtime(), metadata.mtime_nsec()),
            (1_700_000_000, 123_456_789)
        );
        assert_eq!(metadata.mode() & 0o777, 0o751);
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn items_of_every_older_format_come_back_and_become_items_of_todays() {
    for format in OLDER_FORMATS {
        let (root, vault) = vault_of_format(format);
        assert_old_items_are_whole(root.path(), &vault);
        let rotated = vault.rotate_key().unwrap();
        assert_eq!(
            (rotated.wrapped.len(), rotated.failed.len()),
            (2, 0),
            "{rotated:?}"
        );
        assert!(!root.path().join("vault/vault.key").exists());
        assert_old_items_are_whole(root.path(), &vault);
        let item = fs::read(root.path().join("vault/0f").join(format!("{OLD_TOOL}.q"))).unwrap();
        assert_eq!(item[8..10], [0, 2]);
    }
}

/// The names of the key files of the scene's vault.
fn key_files(scene: &Scene) -> Vec<String> {
    let mut names = directory::names(&scene.vault.directory).unwrap();
    names.retain(|name| name.ends_with(".key"));
    names.sort();
    names
}

#[test]
fn a_new_key_closes_every_item_and_the_old_one_goes() {
    let scene = Scene::new();
    let ids = [
        scene.quarantine("one", b"1"),
        scene.quarantine("two", &[2; 200_000]),
    ];
    let old = fs::read(scene.item_path(ids[1])).unwrap();
    let rotated = scene.vault.rotate_key().unwrap();
    assert_eq!(
        (rotated.wrapped.len(), rotated.dropped),
        (2, 1),
        "{rotated:?}"
    );
    assert_eq!(key_files(&scene), ["vault-2.key"]);
    let new = fs::read(scene.item_path(ids[1])).unwrap();
    assert_eq!(new.len(), old.len());
    let head = 26 + 1 + 11 + 60 + 32;
    assert_eq!(new[head..], old[head..], "the content was encrypted anew");
    assert_ne!(new[..head], old[..head]);
    assert_eq!(
        fs::metadata(scene.item_path(ids[1])).unwrap().mode() & 0o7777,
        0o400
    );
    for id in ids {
        scene.restore(id).unwrap();
    }
    assert_eq!(fs::read(scene.path("two")).unwrap(), [2; 200_000]);
}

#[test]
fn a_key_stays_as_long_as_an_item_cannot_be_wrapped_anew() {
    let scene = Scene::new();
    let damaged = scene.quarantine("one", b"1");
    let whole = scene.quarantine("two", b"2");
    scene.tamper(damaged, |bytes| bytes[60] ^= 1);
    let rotated = scene.vault.rotate_key().unwrap();
    assert_eq!(rotated.wrapped, [whole]);
    assert!(matches!(rotated.failed[..], [(id, VaultError::Damaged { .. })] if id == damaged));
    assert_eq!(key_files(&scene), ["vault-1.key", "vault-2.key"]);
    scene.tamper(damaged, |bytes| bytes[60] ^= 1);
    assert_eq!(scene.vault.rotate_key().unwrap().wrapped.len(), 2);
    assert_eq!(key_files(&scene), ["vault-3.key"]);
    scene.restore(damaged).unwrap();
}

#[test]
fn a_vault_that_was_opened_before_goes_on_under_the_new_key() {
    let scene = Scene::new();
    let before = scene.quarantine("one", b"1");
    let other = Vault::open(&scene.root.path().join("vault")).unwrap();
    other.rotate_key().unwrap();
    let after = scene.quarantine("two", b"2");
    for id in [before, after] {
        other.verify(id).unwrap();
        scene.vault.verify(id).unwrap();
    }
    assert_eq!(key_files(&scene), ["vault-2.key"]);
}

#[test]
fn a_cloned_vault_seals_under_a_key_of_its_own_and_opens_what_it_brought() {
    let scene = Scene::new();
    let brought = scene.quarantine("one", b"1");
    let path = scene.root.path().join("vault");
    let machine = Machine::of(Some("0123456789abcdef0123456789abcdef"));
    let clone = Vault::open_on(&path, machine).unwrap();
    assert_eq!(key_files(&scene), ["vault-1.key", "vault-2.key"]);
    let (file, draft) = scene.file("two", b"2");
    let own: ItemId = clone.seal(&draft, file.as_fd()).unwrap().parse().unwrap();
    clone.verify(brought).unwrap();
    fs::remove_file(path.join("vault-2.key")).unwrap();
    assert!(matches!(
        scene.vault.show(own),
        Err(VaultError::OtherKey(_))
    ));
    scene.vault.verify(brought).unwrap();
}

fn recover_from(path: &Path) -> Result<(Item, Vec<u8>), VaultError> {
    let secret = RecoverySecret::from_pem(SECRET_PEM).unwrap();
    let sink = tempfile::NamedTempFile::new().unwrap();
    let item = recover(File::open(path).unwrap(), &secret, sink.as_file())?;
    Ok((item, fs::read(sink.path()).unwrap()))
}

#[test]
fn a_recovery_key_opens_what_was_sealed_while_it_was_there() {
    let scene = Scene::new();
    assert!(!scene.vault.is_recoverable().unwrap());
    let before = scene.quarantine("one", b"1");
    let recovery = scene.root.path().join("vault/recovery.pem");
    fs::write(&recovery, PUBLIC_PEM).unwrap();
    assert!(scene.vault.is_recoverable().unwrap());
    let after = scene.quarantine("two", &[7; 100_000]);
    assert!(matches!(
        recover_from(&scene.item_path(before)),
        Err(VaultError::NotRecoverable(_))
    ));
    let exported = scene.root.path().join("exported");
    fs::copy(scene.item_path(after), &exported).unwrap();
    let (item, content) = recover_from(&exported).unwrap();
    assert_eq!((item.id, content), (after, vec![7; 100_000]));

    scene.vault.rotate_key().unwrap();
    assert_eq!(recover_from(&scene.item_path(before)).unwrap().1, b"1");
    fs::remove_file(&recovery).unwrap();
    scene.vault.rotate_key().unwrap();
    assert!(recover_from(&scene.item_path(before)).is_ok());
    scene.vault.verify(after).unwrap();
}

#[test]
fn a_recovery_key_that_cannot_be_used_is_told_and_keeps_nothing_from_being_taken() {
    let scene = Scene::new();
    fs::write(scene.root.path().join("vault/recovery.pem"), "no key").unwrap();
    assert!(matches!(
        scene.vault.is_recoverable(),
        Err(VaultError::RecoveryKeyDamaged)
    ));
    let id = scene.quarantine("one", b"1");
    assert!(scene.vault.rotate_key().is_err());
    scene.restore(id).unwrap();
}

#[test]
fn holes_take_no_room_in_the_vault_and_come_back_as_holes() {
    const SIZE: u64 = 256 << 20;
    let scene = Scene::new();
    let file = File::create(scene.path("sparse")).unwrap();
    file.set_len(SIZE).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"in the middle", SIZE / 2).unwrap();
    let before = fs::metadata(scene.path("sparse")).unwrap();
    let file = File::open(scene.path("sparse")).unwrap();
    let draft = scene.draft("sparse", &file);
    let id = scene.seal_and_remove("sparse", &file, &draft);
    assert!(fs::metadata(scene.item_path(id)).unwrap().len() < 1 << 20);
    scene.restore(id).unwrap();
    let after = fs::metadata(scene.path("sparse")).unwrap();
    assert_eq!((after.len(), after.blocks()), (SIZE, before.blocks()));
    let mut found = [0; 13];
    let file = File::open(scene.path("sparse")).unwrap();
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut found, SIZE / 2).unwrap();
    assert_eq!(&found, b"in the middle");
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
fn what_is_no_file_of_the_agents_is_not_opened_as_an_item() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    let path = scene.item_path(id);
    let kept = scene.root.path().join("kept");
    fs::rename(&path, &kept).unwrap();
    symlink(&kept, &path).unwrap();
    assert!(matches!(scene.vault.show(id), Err(VaultError::Strange(_))));
    fs::remove_file(&path).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, Mode::RUSR).unwrap();
    assert!(matches!(scene.vault.show(id), Err(VaultError::Strange(_))));
    fs::remove_file(&path).unwrap();
    fs::copy(&kept, &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    assert!(matches!(scene.vault.show(id), Err(VaultError::Strange(_))));
    assert_eq!(scene.vault.list().unwrap().len(), 1);
}

#[test]
fn an_item_of_a_strangers_is_not_opened_as_root() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    std::os::unix::fs::chown(scene.item_path(id), Some(65534), None).unwrap();
    assert!(matches!(scene.vault.show(id), Err(VaultError::Strange(_))));
}

#[test]
fn a_folder_that_is_a_link_is_named() {
    let scene = Scene::new();
    symlink("/", scene.root.path().join("vault/00")).unwrap();
    let error = scene.vault.list().unwrap_err();
    assert!(error.to_string().contains("folder 00"), "{error}");
}

#[test]
fn a_header_that_promises_too_much_is_damaged() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    for (position, value) in [(26, 17), (26, 255), (36, 255), (130, 255)] {
        let mut before = 0;
        scene.tamper(id, |bytes| {
            before = std::mem::replace(&mut bytes[position], value)
        });
        let error = scene.vault.show(id).unwrap_err();
        assert!(
            matches!(error, VaultError::Damaged { .. }),
            "{position}: {error}"
        );
        scene.tamper(id, |bytes| bytes[position] = before);
    }
    scene.vault.verify(id).unwrap();
}

#[test]
fn what_a_run_left_half_removed_or_half_written_is_removed_by_the_next() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    scene.restore(id).unwrap();
    let path = scene.item_path(id);
    let folder = path.parent().unwrap();
    fs::rename(&path, folder.join(format!("{id}.gone"))).unwrap();
    fs::write(folder.join(format!(".quell-{}", "0".repeat(32))), "half").unwrap();
    assert!(scene.vault.list().unwrap().is_empty());
    assert_eq!(scene.vault.tidy().unwrap(), 2);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_content_comes_back(content in proptest::collection::vec(any::<u8>(), 0..2000), chunks in 0_usize..3) {
        let scene = Scene::new();
        let content = [vec![b'.'; chunks * 64 * 1024], content].concat();
        let id = scene.quarantine("tool", &content);
        scene.restore(id).unwrap();
        prop_assert_eq!(fs::read(scene.path("tool")).unwrap(), content);
    }

    #[test]
    fn any_flipped_bit_is_noticed_and_nothing_is_restored(
        position in any::<proptest::sample::Index>(),
        bit in 0_u8..8,
        with_recovery in any::<bool>(),
    ) {
        let scene = Scene::new();
        if with_recovery {
            fs::write(scene.root.path().join("vault/recovery.pem"), PUBLIC_PEM).unwrap();
        }
        let id = scene.quarantine("tool", b"some content");
        scene.tamper(id, |bytes| {
            let position = position.index(bytes.len());
            bytes[position] ^= 1 << bit;
        });
        prop_assert!(scene.vault.verify(id).is_err());
        prop_assert!(scene.restore(id).is_err());
        prop_assert!(!scene.path("tool").exists());
        prop_assert!(scene.item_path(id).exists());
        prop_assert!(recover_from(&scene.item_path(id)).is_err());
    }
}
