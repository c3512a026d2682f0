//! Where a file goes, and what it finds there.

use super::*;

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
    let over_a_link = scene.vault.restore(id, &elsewhere.into(), now());
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
    assert!(matches!(
        scene.restore(id),
        Err(RestoreError::SymbolicLink { .. })
    ));
    assert_eq!(fs::read_dir(scene.path("victim")).unwrap().count(), 0);
}

#[test]
fn item_that_is_being_read_is_not_removed_and_leaves_no_note_behind_when_it_is() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"content");
    let reading = scene.vault.open_header(id).unwrap();
    let restoring = scene.vault.in_use(id).unwrap();
    for done in [Some(reading.1.into_inner()), Some(restoring)] {
        let refused = scene.vault.remove(id, Removal::Asked, now());
        assert!(matches!(refused, Err(VaultError::InUse(_))), "{refused:?}");
        drop(done);
    }
    assert!(!scene.root.path().join("vault/removed.jsonl").exists());
    scene.restore(id).unwrap();
    scene.vault.remove(id, Removal::Asked, now()).unwrap();
    let left = fs::read_dir(scene.item_path(id).parent().unwrap()).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn restoring_into_a_missing_directory_says_so() {
    let scene = Scene::new();
    fs::create_dir(scene.path("gone")).unwrap();
    let id = scene.quarantine("gone/tool", b"x");
    fs::remove_dir(scene.path("gone")).unwrap();
    assert!(matches!(
        scene.restore(id),
        Err(RestoreError::ParentMissing { .. })
    ));
}

#[test]
fn restoring_elsewhere_makes_a_file_for_looking_at_only() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"x");
    let elsewhere = Destination::Elsewhere(scene.path("specimen"));
    scene.vault.restore(id, &elsewhere.into(), now()).unwrap();
    assert_eq!(
        fs::metadata(scene.path("specimen")).unwrap().mode() & 0o7777,
        0o600
    );
    assert!(!scene.path("tool").exists());
    let relative = Destination::Elsewhere(PathBuf::from("specimen"));
    assert!(matches!(
        scene.vault.restore(id, &relative.into(), now()),
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
    assert_eq!(restored.links, [scene.path("second")]);
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

fn options(scene: &Scene, name: &str, on_conflict: OnConflict) -> RestoreOptions {
    RestoreOptions {
        destination: Destination::As(scene.path(name)),
        on_conflict,
        make_parents: false,
    }
}

/// What lies in the scene's directory of files.
fn files(scene: &Scene) -> Vec<String> {
    let mut names = directory::names(File::open(scene.path("")).unwrap()).unwrap();
    names.retain(|name| name != "." && name != "..");
    names.sort();
    names
}

#[test]
fn a_file_may_get_the_first_free_name_beside_one_that_is_there() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"old");
    draft
        .paths
        .push(scene.path("link").into_os_string().into_encoded_bytes());
    let id = scene.seal_and_remove("tool", &file, &draft);
    for name in ["tool", "tool.restored-1", "link"] {
        fs::write(scene.path(name), "newer").unwrap();
    }
    let rename = RestoreOptions {
        destination: Destination::Original,
        on_conflict: OnConflict::Rename,
        make_parents: false,
    };
    let restored = scene.vault.restore(id, &rename, now()).unwrap();
    assert_eq!(restored.path, scene.path("tool.restored-2"));
    let names = [
        "link",
        "link.restored-1",
        "tool",
        "tool.restored-1",
        "tool.restored-2",
    ];
    assert_eq!(files(&scene), names);
    let inode = |name: &str| fs::metadata(scene.path(name)).unwrap().ino();
    assert_eq!(inode("tool.restored-2"), inode("link.restored-1"));
    assert_eq!(fs::read(scene.path("tool")).unwrap(), b"newer");
}

#[test]
fn a_file_that_is_replaced_goes_into_the_vault_with_all_that_it_had() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"old");
    fs::write(scene.path("tool"), "newer").unwrap();
    fs::set_permissions(scene.path("tool"), fs::Permissions::from_mode(0o640)).unwrap();
    let replace = options(&scene, "tool", OnConflict::Replace);
    let restored = scene.vault.restore(id, &replace, now()).unwrap();
    let [RestoreNote::Replaced { item, path }] = &restored.notes[..] else {
        panic!("{:?}", restored.notes)
    };
    assert_eq!(*path, scene.path("tool"));
    assert_eq!(fs::read(path).unwrap(), b"old");
    assert_eq!(files(&scene), ["tool"]);
    fs::remove_file(path).unwrap();
    scene.restore(*item).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"newer");
    assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o640);
    assert!(scene.vault.ids_of(restore::EXCHANGE).unwrap().is_empty());
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let scene = Scene::new();
    let id = scene.quarantine("tool", b"old");
    symlink("/etc/passwd", scene.path("tool")).unwrap();
    let replace = options(&scene, "tool", OnConflict::Replace);
    let refused = scene.vault.restore(id, &replace, now()).unwrap_err();
    assert!(
        matches!(refused, RestoreError::NotAFile { .. }),
        "{refused}"
    );
    assert!(
        fs::symlink_metadata(scene.path("tool"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(files(&scene), ["tool"]);
    assert_eq!(scene.vault.list().unwrap().len(), 1);
}

#[test]
fn every_link_of_a_file_is_put_in_the_place_of_what_is_there() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"old");
    draft
        .paths
        .push(scene.path("link").into_os_string().into_encoded_bytes());
    let id = scene.seal_and_remove("tool", &file, &draft);
    fs::write(scene.path("link"), "newer").unwrap();
    let replace = RestoreOptions {
        destination: Destination::Original,
        ..options(&scene, "tool", OnConflict::Replace)
    };
    scene.vault.restore(id, &replace, now()).unwrap();
    let inode = |name: &str| fs::metadata(scene.path(name)).unwrap().ino();
    assert_eq!(inode("tool"), inode("link"));
    assert_eq!(files(&scene), ["link", "tool"]);
    assert_eq!(scene.vault.list().unwrap().len(), 2);
}

#[test]
fn directories_that_are_gone_are_made_when_told_and_noted() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path("a/b")).unwrap();
    let id = scene.quarantine("a/b/tool", b"x");
    fs::remove_dir_all(scene.path("a")).unwrap();
    let make = RestoreOptions {
        destination: Destination::Original,
        on_conflict: OnConflict::Fail,
        make_parents: true,
    };
    let restored = scene.vault.restore(id, &make, now()).unwrap();
    let made: Vec<_> = restored.notes.iter().map(ToString::to_string).collect();
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(made[1].contains("/files/a/b was made anew"), "{made:?}");
    for directory in ["a", "a/b"] {
        let mode = fs::metadata(scene.path(directory)).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o755);
    }
    assert_eq!(fs::read(scene.path("a/b/tool")).unwrap(), b"x");
}

#[test]
fn directories_are_never_made_through_a_link() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path("a/b")).unwrap();
    fs::create_dir(scene.path("victim")).unwrap();
    let id = scene.quarantine("a/b/tool", b"x");
    fs::remove_dir_all(scene.path("a")).unwrap();
    symlink(scene.path("victim"), scene.path("a")).unwrap();
    let make = RestoreOptions {
        destination: Destination::Original,
        on_conflict: OnConflict::Fail,
        make_parents: true,
    };
    let refused = scene.vault.restore(id, &make, now()).unwrap_err();
    assert!(
        matches!(refused, RestoreError::SymbolicLink { .. }),
        "{refused}"
    );
    assert_eq!(fs::read_dir(scene.path("victim")).unwrap().count(), 0);
}

#[test]
fn the_action_that_took_a_file_knows_the_one_that_was_given_back() {
    let scene = Scene::new();
    let (file, draft) = scene.file("tool", b"x");
    let id = scene.seal_and_remove("tool", &file, &draft);
    scene.restore(id).unwrap();
    let given = crate::find::FileId::of(&rustix::fs::stat(scene.path("tool")).unwrap());
    assert!(scene.vault.gave_back(&draft.action_id, given));
    assert!(
        !scene
            .vault
            .gave_back(&ActionId::new("later").unwrap(), given)
    );
    fs::write(scene.path("copy"), b"x").unwrap();
    let copy = crate::find::FileId::of(&rustix::fs::stat(scene.path("copy")).unwrap());
    assert!(!scene.vault.gave_back(&draft.action_id, copy));
}
