//! Acting on files as somebody else.
#![allow(unsafe_code, reason = "rustix has no identity for files alone")]

use std::thread;

use rustix::fs::Stat;
use rustix::io::Errno;
use rustix::thread::{capabilities, set_capabilities};

/// Answered with the present identity, and never taken: nobody has this number.
const NOBODY_AT_ALL: u32 = u32::MAX;

/// A user and a group, as files have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    /// Whose file it is.
    pub(crate) fn of(stat: &Stat) -> Self {
        let (uid, gid) = (stat.st_uid, stat.st_gid);
        Self { uid, gid }
    }

    /// Does `work` on a thread whose new files belong to this owner and which may do all that the
    /// calling one may. The identity ends with the thread, so that none has to be taken back; it
    /// is one for files alone, so that the owner can neither signal nor trace the thread.
    ///
    /// # Errors
    /// What `work` answers; `EPERM` when this process may not act as somebody else, `EAGAIN` when
    /// it can have no further thread.
    pub(crate) fn does<T: Send>(
        self,
        work: impl FnOnce() -> Result<T, Errno> + Send,
    ) -> Result<T, Errno> {
        thread::scope(|scope| {
            let acting = thread::Builder::new()
                .name("owner".to_owned())
                .spawn_scoped(scope, move || self.take_on().and_then(|()| work()))
                .map_err(|_| Errno::AGAIN)?;
            acting.join().unwrap_or(Err(Errno::IO))
        })
    }

    /// Changes the calling thread for good.
    fn take_on(self) -> Result<(), Errno> {
        let allowed = capabilities(None)?;
        // SAFETY: each takes a number and answers one, about the calling thread alone.
        let (uid, gid) = unsafe {
            libc::setfsgid(self.gid);
            libc::setfsuid(self.uid);
            (libc::setfsuid(NOBODY_AT_ALL), libc::setfsgid(NOBODY_AT_ALL))
        };
        if (uid.cast_unsigned(), gid.cast_unsigned()) != (self.uid, self.gid) {
            return Err(Errno::PERM);
        }
        // Whoever stops being root for files loses with it what root may do to files.
        set_capabilities(None, allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    fn make(directory: &std::path::Path, name: &str) -> Result<(), Errno> {
        let made = fs::create_dir(directory.join(name));
        made.map_err(|error| Errno::from_io_error(&error).unwrap())
    }

    #[test]
    fn what_an_owner_makes_is_theirs_and_what_is_made_afterwards_is_ours() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path();
        let own = rustix::fs::stat(directory).unwrap();
        Owner::of(&own).does(|| make(directory, "own")).unwrap();
        let stranger = Owner {
            uid: 61_300,
            gid: 61_301,
        };
        // Nobody but root may be anybody else.
        let expected = if own.st_uid == 0 {
            Ok(())
        } else {
            Err(Errno::PERM)
        };
        // They may not write here; the thread may all the same, for root may.
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(stranger.does(|| make(directory, "theirs")), expected);
        if expected.is_ok() {
            let theirs = fs::metadata(directory.join("theirs")).unwrap();
            assert_eq!((theirs.uid(), theirs.gid()), (61_300, 61_301));
        }
        make(directory, "ours").unwrap();
        let ours = fs::metadata(directory.join("ours")).unwrap();
        assert_eq!(ours.uid(), own.st_uid);
    }

    #[test]
    fn error_of_the_work_is_answered() {
        let root = tempfile::tempdir().unwrap();
        let owner = Owner::of(&rustix::fs::stat(root.path()).unwrap());
        let answer = owner.does(|| make(root.path(), "no/such"));
        assert_eq!(answer, Err(Errno::NOENT));
    }
}
