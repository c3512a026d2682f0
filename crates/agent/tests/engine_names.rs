//! Names and contents that mislead whoever trusts them: deep paths, long names, newlines, what is no
//! file, what is huge, what collides.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::ffi::{CString, OsStr};
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, symlink};
use std::os::unix::net::UnixListener;

use engine_stage::{Sleeper, Stage, file_at, finished, write_program};
use quell_agent::hash::{Budget, Hasher};
use quell_protocol::{FailureReason, FileOutcome, Protection, Verdict};
use rustix::fs::{Mode, OFlags, mkdirat, openat};

/// Each of the levels of the deep tree; sixty of them are far beyond PATH_MAX.
const LEVEL: &str = "a-directory-whose-name-is-as-long-as-it-takes-to-come-beyond-what-one-path-can-say-with-few-levels";
const LEVELS: usize = 60;

fn directory(path: &std::path::Path) -> OwnedFd {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(rustix::fs::CWD, path, flags, Mode::empty()).unwrap()
}

/// A directory that no absolute path reaches.
fn deep_directory(stage: &Stage) -> OwnedFd {
    let mut current = directory(&stage.root());
    for _ in 0..LEVELS {
        mkdirat(&current, LEVEL, Mode::RWXU).unwrap();
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        current = openat(&current, LEVEL, flags, Mode::empty()).unwrap();
    }
    current
}

#[test]
fn file_deeper_than_any_path_is_stopped_and_taken() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let deep = deep_directory(&stage);
    rustix::fs::renameat(rustix::fs::CWD, &program, &deep, "program").unwrap();
    let shortcut = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&deep));
    let mut sleeper = Sleeper::start(&std::path::Path::new(&shortcut).join("program"));
    let result = stage.act(&stage.engine());
    // Said with its paths, the result would fill the screen.
    assert_eq!(result.verdict, Verdict::Succeeded);
    assert_eq!(sleeper.killed_by(), Some(9));
    let left = rustix::fs::Dir::read_from(&deep).unwrap().flatten();
    let left: Vec<CString> = left.map(|entry| entry.file_name().to_owned()).collect();
    assert_eq!(
        left.len(),
        2,
        "more than the directory and its parent: {left:?}"
    );
    assert_eq!(result.files.len(), 1);
    assert!(result.files[0].path.to_bytes().len() > 4096);
    assert_eq!(
        stage.item_paths(&stage.items()[0])[0].len(),
        result.files[0].path.to_bytes().len()
    );
}

#[test]
fn names_of_any_bytes_and_of_full_length_are_taken() {
    let stage = Stage::new();
    let longest = [b'x'; 255];
    let names: [&[u8]; 4] = [
        b"\xff\xfe not text",
        b"two\nlines",
        b" -rf $(id) ;'\"",
        &longest,
    ];
    let paths = names.map(|name| stage.sample(OsStr::from_bytes(name)));
    let mut sleepers = paths.each_ref().map(|path| Sleeper::start(path));
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    for (path, sleeper) in paths.iter().zip(&mut sleepers) {
        assert_eq!(file_at(&result, path).outcome, FileOutcome::Quarantined);
        assert_eq!(sleeper.killed_by(), Some(9));
    }
    assert!(stage.names().is_empty());
}

#[test]
fn what_is_no_file_is_neither_opened_nor_moved() {
    let stage = Stage::new();
    let program = stage.sample("program");
    // Whoever opens it waits for ever.
    rustix::fs::mknodat(
        rustix::fs::CWD,
        stage.path("pipe"),
        rustix::fs::FileType::Fifo,
        Mode::RWXU,
        0,
    )
    .unwrap();
    let _socket = UnixListener::bind(stage.path("socket")).unwrap();
    fs::create_dir(stage.path("directory")).unwrap();
    symlink(&program, stage.path("symlink")).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.files.len(), 1);
    let left = ["directory", "pipe", "socket", "symlink"].map(|name| name.as_bytes().to_vec());
    assert_eq!(stage.names(), left);
}

#[test]
fn symlink_to_what_was_taken_stays_and_is_told_to_lead_nowhere() {
    let stage = Stage::new();
    fs::create_dir(stage.path("directory")).unwrap();
    let program = stage.sample("directory/program");
    symlink("directory/../directory/program", stage.path("relative")).unwrap();
    symlink(&program, stage.path("directory/absolute")).unwrap();
    symlink("elsewhere", stage.path("unrelated")).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let detail = file_at(&result, &program).detail.as_ref().unwrap();
    for name in ["relative", "directory/absolute"] {
        let link = stage.path(name);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(detail.contains(link.to_str().unwrap()), "{detail}");
    }
    assert!(!detail.contains("unrelated"), "{detail}");
}

#[test]
fn file_that_is_all_hole_is_passed_over_for_its_size_alone() {
    let stage = Stage::new();
    let program = stage.sample("program");
    // As large as this file system has it.
    let huge = File::create(stage.path("huge")).unwrap();
    let sizes = [i64::MAX as u64, 1 << 62, 1 << 44, 1 << 43];
    assert!(sizes.iter().any(|size| huge.set_len(*size).is_ok()));
    let result = stage.act(&stage.engine());
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
    assert!(stage.path("huge").exists());
    assert!(result.coverage.files_skipped <= 1);
}

#[test]
fn sparse_file_is_found_and_taken_by_its_zeros() {
    let stage = Stage::new();
    let path = stage.path("sparse");
    write_program(&path, b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.write_all_at(stage.root().as_os_str().as_bytes(), 1 << 24)
        .unwrap();
    file.set_len(1 << 26).unwrap();
    drop(file);
    let content = File::open(&path).unwrap();
    let sha1 = Hasher::new()
        .sha1(&content, &Budget::UNLIMITED)
        .unwrap()
        .sha1;
    let phase = stage.engine().carry_out(&stage.order_about(sha1)).unwrap();
    let result = finished(phase);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(stage.names().is_empty());
}

/// The first 320 bytes of the published collision of 2017.
const COLLIDING: &str = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474\
    682032203020522f4865696768742033203020522f547970652034203020522f537562747970652035203020\
    522f46696c7465722036203020522f436f6c6f7253706163652037203020522f4c656e677468203820302052\
    2f42697473506572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d3120697320\
    646561642121212121852fec092339759c39b1a1c63c4c97e1fffe017f46dc93a6b67e013b029aaa1db2560b\
    45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb76038e972722fe7ad728f0e49\
    04e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514e74ddc0f2cc1a874\
    cd0c78305a21566461309789606bd0bf3f98cda8044629a1";

#[test]
fn content_that_was_made_to_collide_is_refused_before_anything_is_touched() {
    let stage = Stage::new();
    let content: Vec<u8> = (0..COLLIDING.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&COLLIDING[at..at + 2], 16).unwrap())
        .collect();
    let path = stage.path("colliding");
    write_program(&path, &content);
    let file = File::open(&path).unwrap();
    let sha1 = Hasher::new().sha1(&file, &Budget::UNLIMITED).unwrap().sha1;
    let phase = stage.engine().carry_out(&stage.order_about(sha1)).unwrap();
    let result = finished(phase);
    let Verdict::Failed { reason, message } = &result.verdict else {
        panic!("{result:#?}");
    };
    assert_eq!(*reason, FailureReason::Protected);
    assert!(message.contains("same SHA-1"), "{message}");
    let suspected = Protection::HashCollisionSuspected;
    assert_eq!(result.coverage.protection, Some(suspected));
    assert!(suspected.yields_to_force());
    assert_eq!(fs::read(&path).unwrap(), content);
}
