//! Moving one name out of its directory, and proving that the right file moved.
//!
//! A name can be given to another file at any moment, also between a look and the move. So the
//! move comes first and the look after it, at a place where nobody else can do anything; a file
//! that was moved by mistake goes back, never over another one.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{RenameFlags, renameat_with};
use rustix::io::Errno;
use uuid::Uuid;

use super::capture_dir::CaptureDir;
use super::strange_ground::place_in;
use crate::find::FileId;
use crate::plan::obstacle::Obstacle;
use crate::sys::file;

/// How often a name is tried that keeps meaning other files.
const ATTEMPTS: u32 = 16;

/// Why a name was not moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotMoved {
    /// There is no such name any more.
    Vanished,
    /// It is still there.
    Left(Obstacle, String),
}

/// Moves `name` from `directory` into `capture` if it is `wanted`, and answers how many other files
/// were moved by mistake and given back meanwhile. When it answers an error, every file is where it
/// was.
pub(super) fn capture(
    directory: impl AsFd,
    name: &CStr,
    wanted: FileId,
    capture: &CaptureDir,
    captured: &str,
) -> Result<u32, NotMoved> {
    let into = CString::new(captured).map_err(|_| obstacle(Errno::INVAL))?;
    for given_back in 0..ATTEMPTS {
        match rename(directory.as_fd(), name, capture.as_fd(), &into) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Err(NotMoved::Vanished),
            Err(errno) => return Err(obstacle(errno)),
        }
        if is_at(capture, captured, wanted) {
            return Ok(given_back);
        }
        give_back(capture, captured, &directory, name)?;
    }
    let detail = "its name kept being given to other files".to_owned();
    Err(NotMoved::Left(Obstacle::RaceDetected, detail))
}

fn is_at(capture: &CaptureDir, name: &str, wanted: FileId) -> bool {
    let Ok(name) = CString::new(name) else {
        return false;
    };
    file::look(capture, &name).is_ok_and(|stat| FileId::of(&stat) == wanted)
}

/// Gives a file back that is not the wanted one. When its name was taken meanwhile it gets one
/// beside it: it is never lost, and never replaces another file.
fn give_back(
    capture: &CaptureDir,
    captured: &str,
    directory: impl AsFd,
    name: &CStr,
) -> Result<(), NotMoved> {
    for _ in 0..ATTEMPTS {
        if put_back(capture, captured, &directory, name).is_ok() {
            return Ok(());
        }
    }
    let beside = name_beside(name);
    match put_back(capture, captured, &directory, &beside) {
        Ok(()) => {
            let detail = format!(
                "another file took its place; a third one now lies beside it as {}",
                beside.to_string_lossy()
            );
            Err(NotMoved::Left(Obstacle::RaceDetected, detail))
        }
        Err(errno) => {
            let kept = super::capture_dir::path_in(capture, captured);
            let detail = format!(
                "a file that took its place could not be given back ({errno}) and is kept at {}",
                String::from_utf8_lossy(&kept)
            );
            // Not a race that the next round forgets: the result must say where the file is.
            Err(NotMoved::Left(Obstacle::Failed, detail))
        }
    }
}

/// A name next to `name` that nobody has chosen, within the file system's 255 bytes.
fn name_beside(name: &CStr) -> CString {
    let suffix = format!(".given-back-{}", Uuid::new_v4().simple());
    let room = 255 - suffix.len();
    let bytes = name.to_bytes();
    let mut beside = bytes.get(..room).unwrap_or(bytes).to_vec();
    beside.extend_from_slice(suffix.as_bytes());
    CString::new(beside).unwrap_or_default()
}

/// Moves a captured name to where it was, unless another file is there by now.
pub(super) fn put_back(
    capture: &CaptureDir,
    captured: &str,
    directory: impl AsFd,
    name: &CStr,
) -> Result<(), Errno> {
    let captured = CString::new(captured).map_err(|_| Errno::INVAL)?;
    rename(capture.as_fd(), &captured, directory.as_fd(), name)
}

/// Never over another file.
fn rename(from: BorrowedFd<'_>, name: &CStr, to: BorrowedFd<'_>, new: &CStr) -> Result<(), Errno> {
    place_in(to, || {
        renameat_with(from, name, to, new, RenameFlags::NOREPLACE)
    })
}

/// What an error of the system means for a name.
pub(super) fn obstacle(errno: Errno) -> NotMoved {
    let obstacle = match errno {
        Errno::ACCESS | Errno::PERM => Obstacle::AccessDenied,
        Errno::ROFS => Obstacle::ReadOnly,
        Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS => Obstacle::Unsupported,
        _ => Obstacle::Failed,
    };
    NotMoved::Left(obstacle, errno.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::capture_dir::CaptureDirs;
    use crate::find::Directory;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::thread;

    struct Scene {
        dir: tempfile::TempDir,
        directory: Directory,
        capture: Arc<CaptureDir>,
    }

    fn scene() -> Scene {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let directory = Directory::root(&root).unwrap();
        let capture = CaptureDirs::new(false).beside(&directory).unwrap();
        Scene {
            dir,
            directory,
            capture,
        }
    }

    impl Scene {
        fn write(&self, name: &str) -> FileId {
            let path = self.dir.path().join(name);
            fs::write(&path, name).unwrap();
            FileId::of(&rustix::fs::stat(&path).unwrap())
        }

        fn capture_path(&self) -> std::path::PathBuf {
            use std::os::unix::ffi::OsStrExt;
            std::ffi::OsStr::from_bytes(self.capture.path()).into()
        }

        fn capture(&self, name: &CStr, wanted: FileId) -> Result<u32, NotMoved> {
            capture(&self.directory, name, wanted, &self.capture, "0")
        }
    }

    #[test]
    fn capture_moves_the_wanted_file() {
        let scene = scene();
        let wanted = scene.write("a");
        assert_eq!(scene.capture(c"a", wanted), Ok(0));
        assert!(!scene.dir.path().join("a").exists());
        assert!(is_at(&scene.capture, "0", wanted));
    }

    #[test]
    fn capture_of_another_file_puts_it_back_unharmed() {
        let scene = scene();
        let wanted = scene.write("wanted");
        scene.write("innocent");
        let refused = scene.capture(c"innocent", wanted).unwrap_err();
        assert!(matches!(refused, NotMoved::Left(Obstacle::RaceDetected, _)));
        assert_eq!(
            fs::read(scene.dir.path().join("innocent")).unwrap(),
            b"innocent"
        );
        assert_eq!(
            fs::read(scene.dir.path().join("wanted")).unwrap(),
            b"wanted"
        );
    }

    #[test]
    fn capture_of_nothing_says_so() {
        let scene = scene();
        let wanted = scene.write("a");
        assert_eq!(scene.capture(c"b", wanted), Err(NotMoved::Vanished));
    }

    /// Stops the attacker also when the test fails.
    struct Over<'a>(&'a AtomicBool);

    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn capture_under_attack_never_takes_the_wrong_file() {
        let scene = scene();
        let wanted = scene.write("wanted");
        scene.write("innocent");
        let over = AtomicBool::new(false);
        let exchanges = AtomicU32::new(0);
        let mut taken = 0;
        thread::scope(|scope| {
            let _over = Over(&over);
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let (here, there) = (&scene.directory, &scene.directory);
                    let swap = RenameFlags::EXCHANGE;
                    if renameat_with(here, c"wanted", there, c"innocent", swap).is_ok() {
                        exchanges.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            while exchanges.load(Ordering::Relaxed) < 5000 || taken < 500 {
                if scene.capture(c"wanted", wanted).is_ok() {
                    taken += 1;
                    assert!(is_at(&scene.capture, "0", wanted), "took the wrong file");
                    put_back(&scene.capture, "0", &scene.directory, c"wanted").unwrap();
                }
                let empty = fs::read_dir(scene.capture_path()).unwrap().next().is_none();
                assert!(empty, "something was kept");
            }
        });
        let mut contents: Vec<_> = ["wanted", "innocent"]
            .map(|name| fs::read(scene.dir.path().join(name)).unwrap())
            .to_vec();
        contents.sort();
        assert_eq!(contents, [b"innocent".to_vec(), b"wanted".to_vec()]);
    }

    #[test]
    fn stranger_whose_name_was_taken_is_kept_beside_it() {
        let scene = scene();
        let innocent = scene.write("innocent");
        assert_eq!(scene.capture(c"innocent", innocent), Ok(0));
        scene.write("innocent");
        let told = give_back(&scene.capture, "0", &scene.directory, c"innocent").unwrap_err();
        assert!(matches!(told, NotMoved::Left(Obstacle::RaceDetected, _)));
        let found = fs::read_dir(scene.dir.path())
            .unwrap()
            .filter_map(|entry| rustix::fs::stat(entry.unwrap().path()).ok())
            .any(|stat| FileId::of(&stat) == innocent);
        assert!(found);
    }

    #[test]
    fn stranger_that_cannot_be_given_back_is_kept_and_its_place_is_told_for_good() {
        let scene = scene();
        fs::create_dir(scene.dir.path().join("gone")).unwrap();
        let gone = scene.directory.child(c"gone").unwrap();
        fs::remove_dir(scene.dir.path().join("gone")).unwrap();
        let innocent = scene.write("innocent");
        assert_eq!(scene.capture(c"innocent", innocent), Ok(0));
        let told = give_back(&scene.capture, "0", &gone, c"innocent").unwrap_err();
        let NotMoved::Left(obstacle, detail) = told else {
            panic!("it is still there");
        };
        assert!(!obstacle.may_pass(), "the next round would forget it");
        let kept = scene.capture_path().join("0");
        assert!(detail.contains(kept.to_str().unwrap()), "{detail}");
        assert!(kept.exists());
    }

    #[test]
    fn name_beside_a_long_name_still_fits() {
        let long = CString::new("x".repeat(255)).unwrap();
        assert_eq!(name_beside(&long).count_bytes(), 255);
    }
}
