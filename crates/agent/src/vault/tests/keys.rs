//! Keys of devices and of organizations, and changing them.

use super::*;

#[test]
fn a_vault_with_items_but_no_key_is_not_given_a_new_one() {
    let scene = Scene::new();
    scene.quarantine("tool", b"x");
    let vault = scene.root.path().join("vault");
    fs::remove_file(vault.join("vault-1.key")).unwrap();
    assert!(matches!(Vault::open(&vault), Err(VaultError::KeyMissing)));
    assert!(!vault.join("vault-1.key").exists());
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

pub(super) fn recover_from(path: &Path) -> Result<(Item, Vec<u8>), RestoreError> {
    let secret = RecoverySecret::from_pem(SECRET_PEM).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("recovered");
    let item = recover(File::open(path).unwrap(), &secret, &to);
    assert_eq!(to.exists(), item.is_ok());
    item.map(|item| (item, fs::read(to).unwrap()))
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
        Err(RestoreError::Vault(VaultError::NotRecoverable(_)))
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
