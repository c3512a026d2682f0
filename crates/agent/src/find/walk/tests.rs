use super::*;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};

fn tree() -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    fs::create_dir_all(root.join("a/b")).unwrap();
    fs::write(root.join("top"), b"1").unwrap();
    fs::write(root.join("a/b/deep"), b"333").unwrap();
    fs::write(root.join(OsStr::from_bytes(b"a/\xff\n")), b"22").unwrap();
    symlink("/etc", root.join("away")).unwrap();
    symlink("top", root.join("link")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
    (dir, vec![root])
}

fn names(walk: Walk<'_>) -> Vec<Vec<u8>> {
    let mut names: Vec<_> = walk.map(|found| found.name.into_bytes()).collect();
    names.sort();
    names
}

#[test]
fn walk_yields_regular_files_only_and_every_one() {
    let (_dir, roots) = tree();
    let none = HashSet::new();
    assert_eq!(
        names(Walk::new(&roots, &none)),
        [b"deep".to_vec(), b"top".to_vec(), b"\xff\n".to_vec()]
    );
}

#[test]
fn walk_tells_exact_paths() {
    let (_dir, roots) = tree();
    let none = HashSet::new();
    for found in Walk::new(&roots, &none) {
        let path = found.path();
        let metadata = fs::metadata(OsStr::from_bytes(&path)).unwrap();
        assert_eq!(metadata.ino(), found.stamp.id.ino);
        assert_eq!(metadata.dev(), found.stamp.id.dev);
    }
}

#[test]
fn walk_by_size_yields_that_size_and_counts_all() {
    let (_dir, roots) = tree();
    let none = HashSet::new();
    let mut walk = Walk::new(&roots, &none).only_size(Some(3));
    let found: Vec<_> = walk.by_ref().collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name.to_bytes(), b"deep");
    assert_eq!(walk.tally().files, 3);
}

#[test]
fn walk_does_not_enter_what_is_passed_over_whatever_it_is_called() {
    let (_dir, roots) = tree();
    let stat = rustix::fs::stat(roots[0].join("a")).unwrap();
    let passed_over = HashSet::from([FileId::of(&stat)]);
    fs::rename(roots[0].join("a"), roots[0].join("z")).unwrap();
    assert_eq!(names(Walk::new(&roots, &passed_over)), [b"top".to_vec()]);
}

#[test]
fn walk_of_overlapping_roots_yields_each_file_once() {
    let (_dir, mut roots) = tree();
    roots.push(roots[0].join("a"));
    let none = HashSet::new();
    assert_eq!(names(Walk::new(&roots, &none)).len(), 3);
}

#[test]
fn walk_after_its_deadline_says_that_it_was_cut_short() {
    let (_dir, roots) = tree();
    let none = HashSet::new();
    let mut walk = Walk::new(&roots, &none).until(Instant::now());
    assert!(walk.next().is_none());
    assert!(walk.tally().out_of_time);
}

#[test]
fn walk_of_a_root_that_is_a_link_goes_nowhere() {
    let (_dir, roots) = tree();
    let roots = vec![roots[0].join("away")];
    let none = HashSet::new();
    let mut walk = Walk::new(&roots, &none);
    assert!(walk.next().is_none());
    assert_eq!(walk.tally().skipped, 1);
}

#[test]
fn walk_of_a_root_behind_a_link_goes_nowhere() {
    let (_dir, roots) = tree();
    symlink("a", roots[0].join("detour")).unwrap();
    let roots = vec![roots[0].join("detour/b")];
    let none = HashSet::new();
    assert!(Walk::new(&roots, &none).next().is_none());
}

#[test]
fn walk_reads_directories_larger_than_one_portion() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    for i in 0..2000 {
        fs::write(root.join(format!("a-name-of-some-length-{i}")), b"").unwrap();
    }
    let roots = [root];
    let none = HashSet::new();
    assert_eq!(Walk::new(&roots, &none).count(), 2000);
}

#[test]
fn walk_goes_deeper_than_any_path_may_be_long() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let mut at = Directory::root(&root).unwrap();
    let name = CString::new("d".repeat(200)).unwrap();
    for _ in 0..40 {
        rustix::fs::mkdirat(&at, &name, rustix::fs::Mode::RWXU).unwrap();
        at = at.child(&name).unwrap();
    }
    let file = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
    rustix::fs::openat(&at, c"bottom", file, rustix::fs::Mode::RUSR).unwrap();
    let roots = [root];
    let none = HashSet::new();
    let found: Vec<_> = Walk::new(&roots, &none).collect();
    assert_eq!(found.len(), 1);
    assert!(found[0].path().len() > 4096);
    assert!(found[0].open().is_ok());
}
