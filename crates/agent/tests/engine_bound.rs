//! Files with more than a name and a mode: immutable ones, append-only ones, hard links that appear
//! or stay hidden, set-user-id.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;

use std::fs::{self, File};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use engine_stage::{Folder, Nothing, Stage, file_at};
use quell_agent::engine::{Engine, ItemDraft, Seal, SealError};
use quell_protocol::Verdict;
use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

const NOBODY: u32 = 65534;

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("skipped: only root can do that");
    }
    is_root
}

fn flags(path: &Path) -> IFlags {
    ioctl_getflags(File::open(path).unwrap()).unwrap()
}

/// A path that is bound, and unbound at the end so that the stage can be cleared away.
struct Bound(PathBuf);

impl Bound {
    fn by(path: PathBuf, binding: IFlags) -> Self {
        ioctl_setflags(File::open(&path).unwrap(), flags(&path) | binding).unwrap();
        Self(path)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if let Ok(file) = File::open(&self.0) {
            let unbound = ioctl_getflags(&file).unwrap() - (IFlags::IMMUTABLE | IFlags::APPEND);
            ioctl_setflags(&file, unbound).unwrap();
        }
    }
}

/// A vault that takes nothing, because the content is not what it should be.
struct Doubtful;

impl Seal for Doubtful {
    fn seal(&self, _: &ItemDraft, _: BorrowedFd<'_>) -> Result<String, SealError> {
        Err(SealError::ContentChanged)
    }

    fn contains(&self, _: &str) -> bool {
        false
    }
}

/// A vault that links a file once more between the last reading and the capture.
struct Linker {
    vault: Folder,
    from: PathBuf,
    to: PathBuf,
}

impl Seal for Linker {
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        self.vault.seal(item, content)
    }

    fn contains(&self, item_id: &str) -> bool {
        self.vault.contains(item_id)
    }

    fn has_room(&self, _: u64) -> bool {
        // The second round finds the link itself, and its first name gone.
        let _ = fs::hard_link(&self.from, &self.to);
        true
    }
}

#[test]
fn file_that_is_immutable_or_append_only_is_taken_with_its_flags_as_root() {
    if !is_root() {
        return;
    }
    for binding in [IFlags::IMMUTABLE, IFlags::APPEND] {
        let stage = Stage::new();
        let program = stage.sample("program");
        fs::hard_link(&program, stage.path("link")).unwrap();
        let _bound = Bound::by(program.clone(), binding);
        let before = flags(&program);
        let result = stage.act(&stage.engine());
        assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
        assert!(stage.names().is_empty());
        let attributes = stage.item_attributes(&stage.items()[0]);
        assert_eq!(attributes.flags, before.bits());
    }
}

#[test]
fn file_in_a_directory_that_is_bound_is_taken_and_the_directory_stays_bound_as_root() {
    if !is_root() {
        return;
    }
    for binding in [IFlags::IMMUTABLE, IFlags::APPEND] {
        let stage = Stage::new();
        fs::create_dir(stage.path("directory")).unwrap();
        let program = stage.sample("directory/program");
        let bound = Bound::by(stage.path("directory"), binding);
        let result = stage.act(&stage.engine());
        assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
        assert!(!program.exists());
        assert!(flags(&bound.0).contains(binding));
        assert_eq!(
            fs::read_dir(&bound.0).unwrap().count(),
            0,
            "something remained"
        );
    }
}

#[test]
fn file_that_goes_back_is_bound_owned_and_executable_as_before_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let program = stage.sample("program");
    chown(&program, Some(NOBODY), Some(NOBODY)).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let _bound = Bound::by(program.clone(), IFlags::IMMUTABLE);
    let before = flags(&program);
    let engine = Engine::open(stage.config(), Box::new(Doubtful), Box::new(Nothing)).unwrap();
    let result = stage.act(&engine);
    assert!(matches!(result.verdict, Verdict::Failed { .. }));
    let metadata = fs::metadata(&program).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (NOBODY, NOBODY));
    assert_eq!(metadata.mode() & 0o7777, 0o4755);
    assert_eq!(flags(&program), before);
}

#[test]
fn link_that_was_not_found_is_its_owners_no_more_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let program = stage.sample("program");
    chown(&program, Some(NOBODY), Some(NOBODY)).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let beyond = stage.base().join("beyond");
    fs::hard_link(&program, &beyond).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(file_at(&result, &program).residual_links, 1);
    let metadata = fs::metadata(&beyond).unwrap();
    // Its owner could have made it executable again.
    assert_eq!((metadata.uid(), metadata.gid()), (0, 0));
    assert_eq!(metadata.mode() & 0o7777, 0);
    let attributes = stage.item_attributes(&stage.items()[0]);
    assert_eq!((attributes.uid, attributes.mode), (NOBODY, 0o4755));
}

#[test]
fn link_that_appears_while_the_file_is_taken_is_taken_too() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let link = stage.path("link");
    let linker = Linker {
        vault: stage.vault(),
        from: program.clone(),
        to: link.clone(),
    };
    let engine = Engine::open(stage.config(), Box::new(linker), Box::new(Nothing)).unwrap();
    let result = stage.act(&engine);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(stage.names().is_empty());
    for path in [&program, &link] {
        assert_eq!(file_at(&result, path).residual_links, 0, "{result:#?}");
    }
}
