//! All that a file has beside its content comes back, or is left out for a reason.

use super::*;

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
fn set_user_id_is_left_out_where_others_could_exchange_a_directory_above() {
    let scene = Scene::new();
    for (mode, expected) in [(0o755, 0o4755), (0o1777, 0o4755), (0o777, 0o755)] {
        fs::create_dir_all(scene.path("above/home")).unwrap();
        fs::set_permissions(scene.path("above"), fs::Permissions::from_mode(mode)).unwrap();
        let (file, mut draft) = scene.file("above/home/tool", b"x");
        draft.attributes.mode = 0o4755;
        let id = scene.seal_and_remove("above/home/tool", &file, &draft);
        scene.restore(id).unwrap();
        let found = fs::metadata(scene.path("above/home/tool")).unwrap().mode();
        assert_eq!(found & 0o7777, expected, "{mode:o}");
        fs::remove_dir_all(scene.path("above")).unwrap();
    }
}

/// All that `read_attributes` tells, but for what nobody can give back.
fn attributes_of(path: &Path) -> DraftAttributes {
    let file = OwnedFd::from(File::open(path).unwrap());
    let mut xattrs = crate::engine::read_attributes(&file).unwrap();
    xattrs.xattrs.sort();
    DraftAttributes {
        created_ns: None,
        changed_ns: None,
        ..xattrs
    }
}

fn set_xattr(path: &Path, name: &str, value: &[u8]) {
    rustix::fs::setxattr(path, name, value, rustix::fs::XattrFlags::empty()).unwrap();
}

/// `cap_net_raw+ep`, as setcap(8) writes it (capability.h, revision 2).
const CAP_NET_RAW: [u8; 20] = [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// `u::rw,u:12345:r,g::r,m::r,o::-` (posix_acl_xattr.h, version 2).
const ACL: [u8; 44] = [
    2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 57, 48, 0, 0, 4, 0, 4, 0, 255, 255,
    255, 255, 16, 0, 4, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255,
];

#[test]
fn every_bit_of_metadata_comes_back_as_root() {
    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
    let scene = Scene::new();
    let path = scene.path("tool");
    for mode in [0o4711, 0o2755, 0o1644, 0o0000, 0o7777] {
        fs::write(&path, b"x").unwrap();
        std::os::unix::fs::chown(&path, Some(12345), Some(54321)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set_xattr(&path, "security.capability", &CAP_NET_RAW);
        set_xattr(&path, "security.selinux", b"system_u:object_r:bin_t:s0\0");
        set_xattr(&path, "user.note", b"\0\xff");
        set_xattr(&path, "trusted.note", b"");
        let file = File::options().read(true).open(&path).unwrap();
        let times = fs::FileTimes::new()
            .set_accessed(std::time::UNIX_EPOCH - std::time::Duration::from_nanos(1))
            .set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_nanos(MOMENT as u64));
        file.set_times(times).unwrap();
        let flags = ioctl_getflags(&file).unwrap();
        let persons = IFlags::IMMUTABLE | IFlags::NODUMP | IFlags::NOATIME;
        ioctl_setflags(&file, flags | persons).unwrap();
        let mut draft = scene.draft("tool", &file);
        draft.attributes =
            crate::engine::read_attributes(&file.try_clone().unwrap().into()).unwrap();
        let before = attributes_of(&path);
        ioctl_setflags(&file, flags).unwrap();
        let id = scene.seal_and_remove("tool", &file, &draft);
        let restored = scene.restore(id).unwrap();
        let after = attributes_of(&path);
        let back = File::open(&path).unwrap();
        ioctl_setflags(&back, flags).unwrap();
        assert!(restored.notes.is_empty(), "{:?}", restored.notes);
        assert_eq!(after, before, "{mode:o}");
        assert_eq!(after.xattrs.len(), 4, "{after:?}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn an_acl_comes_back_and_one_that_the_directory_gives_does_not_as_root() {
    let scene = Scene::new();
    for has_acl in [true, false] {
        let path = scene.path("tool");
        fs::write(&path, b"x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        if has_acl {
            set_xattr(&path, "system.posix_acl_access", &ACL);
        }
        let file = File::open(&path).unwrap();
        let mut draft = scene.draft("tool", &file);
        draft.attributes =
            crate::engine::read_attributes(&file.try_clone().unwrap().into()).unwrap();
        let before = attributes_of(&path);
        let id = scene.seal_and_remove("tool", &file, &draft);
        set_xattr(&scene.path(""), "system.posix_acl_default", &ACL);
        scene.restore(id).unwrap();
        assert_eq!(attributes_of(&path), before, "{has_acl}");
        fs::remove_file(&path).unwrap();
        rustix::fs::removexattr(scene.path(""), "system.posix_acl_default").unwrap();
    }
}

#[test]
fn capabilities_are_left_out_where_others_could_have_prepared_a_trap_as_root() {
    let scene = Scene::new();
    let (file, mut draft) = scene.file("tool", b"x");
    draft.attributes.xattrs = vec![(b"security.capability".to_vec(), CAP_NET_RAW.to_vec())];
    let id = scene.seal_and_remove("tool", &file, &draft);
    fs::set_permissions(scene.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let restored = scene.restore(id).unwrap();
    let notes: Vec<_> = restored.notes.iter().map(ToString::to_string).collect();
    assert!(
        notes[0].contains("security.capability not restored"),
        "{notes:?}"
    );
    assert!(attributes_of(&scene.path("tool")).xattrs.is_empty());
}
