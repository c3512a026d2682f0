//! Items of every format that was ever written are restored for ever.

use super::*;

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

/// Whoever changes the format puts items of the new one into the fixtures.
const FORMATS: [u16; 2] = [1, 2];
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
            .restore(id.parse().unwrap(), &destination.into(), now())
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
fn items_of_every_format_come_back_and_become_items_of_todays() {
    for format in FORMATS {
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

#[test]
fn an_item_of_the_second_format_opens_with_the_recovery_key_that_it_was_sealed_for() {
    let (root, vault) = vault_of_format(2);
    let item = root.path().join("vault/0f").join(format!("{OLD_TOOL}.q"));
    let (known, content) = keys::recover_from(&item).unwrap();
    assert_eq!(known, vault.show(OLD_TOOL.parse().unwrap()).unwrap());
    assert_eq!(content, b"#!/bin/true\n");
}
