//! Vaults and items that are not what the agent left.

use super::keys::recover_from;
use super::*;

#[test]
fn a_folder_that_is_a_link_is_named() {
    let scene = Scene::new();
    symlink("/", scene.root.path().join("vault/00")).unwrap();
    let error = scene.vault.list().unwrap_err();
    assert!(error.to_string().contains("folder 00"), "{error}");
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
