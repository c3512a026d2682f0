//! Files that another machine, or a program, serves.
//!
//! Whoever opens one waits for the server, for ever if it hangs, and would wait while processes are
//! stopped. So they are told by the mount that they are reached through, which the kernel knows
//! without asking anybody, and left alone.

use std::os::fd::OwnedFd;

use rustix::fs::major;
use rustix::io::Errno;

use super::directory::mount_of;
use super::identity::FileId;
use crate::sys::mounts::{FileSystem, Mounts};

/// Refuses a file that process `pid` executes if opening it would ask a server.
///
/// # Errors
/// `EREMOTE` for such a file.
pub(super) fn refuse(pid: u32, pinned: &OwnedFd) -> Result<(), Errno> {
    let file = FileId::behind_descriptor(pinned)?;
    let system = || Mounts::of_process(pid).known(mount_of(pinned).ok()?);
    match is_left_alone(file, system) {
        true => Err(Errno::REMOTE),
        false => Ok(()),
    }
}

/// What lies on a block device is local. A mount that the process does not have itself, as that of
/// a file that only memory holds, has no server.
fn is_left_alone(file: FileId, system: impl FnOnce() -> Option<FileSystem>) -> bool {
    major(file.dev) == 0 && system() == Some(FileSystem::Served)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rustix::fs::makedev;

    use super::*;

    #[test]
    fn only_what_a_server_is_known_to_have_is_left_alone() {
        let on = |major| FileId {
            dev: makedev(major, 7),
            ino: 1,
        };
        assert!(is_left_alone(on(0), || Some(FileSystem::Served)));
        assert!(!is_left_alone(on(0), || Some(FileSystem::Local)));
        assert!(!is_left_alone(on(0), || None));
        assert!(!is_left_alone(on(8), || panic!("nobody needs to be asked")));
    }

    #[test]
    fn own_program_and_what_only_memory_holds_are_opened() {
        let own = File::open("/proc/self/exe").unwrap();
        let flags = rustix::fs::MemfdFlags::CLOEXEC;
        let memory = rustix::fs::memfd_create("x", flags).unwrap();
        for file in [OwnedFd::from(own), memory] {
            assert_eq!(refuse(std::process::id(), &file), Ok(()));
        }
    }
}
