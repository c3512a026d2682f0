//! Reading what a restored file must have again.

use std::os::fd::OwnedFd;

use rustix::fs::{
    AtFlags, Gid, Mode, Stat, StatxFlags, Uid, fchmod, fchown, fgetxattr, flistxattr, fstat,
    fstatvfs, ioctl_getflags, statx,
};
use rustix::io::Errno;

use super::seal::Attributes;
use crate::find::nanoseconds;
use crate::sys::file::link_count;

/// The kernel's own limits for a list of names and for one value, in bytes.
const LARGEST_LIST: usize = 64 * 1024;
const LARGEST_VALUE: usize = 64 * 1024;

/// Owner, mode, times, extended attributes and inode flags of an open file.
pub(crate) fn read(file: &OwnedFd) -> Result<Attributes, Errno> {
    let stat = fstat(file)?;
    Ok(Attributes {
        uid: stat.st_uid,
        gid: stat.st_gid,
        mode: stat.st_mode & 0o7777,
        accessed_ns: nanoseconds(stat.st_atime, stat.st_atime_nsec),
        modified_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
        xattrs: xattrs(file),
        // A file system without inode flags has none set.
        flags: ioctl_getflags(file).map_or(0, |flags| flags.bits()),
        created_ns: created(file),
        changed_ns: Some(changed(&stat)),
        links: Some(link_count(&stat)),
        file_system: fstatvfs(file).ok().map(|system| system.f_fsid),
    })
}

/// Gives an open file its owner and mode again. What binds it comes last, when its names are back.
pub(super) fn give_back(file: &OwnedFd, attributes: &Attributes) {
    let (uid, gid) = (Uid::from_raw(attributes.uid), Gid::from_raw(attributes.gid));
    let has_other_owner = fstat(file)
        .is_ok_and(|stat| (stat.st_uid, stat.st_gid) != (attributes.uid, attributes.gid));
    let given = if has_other_owner {
        fchown(file, Some(uid), Some(gid))
    } else {
        Ok(())
    };
    // A change of owner takes set-user-id away, so the mode comes after it.
    let mode = Mode::from_raw_mode(attributes.mode);
    if let Err(errno) = given.and_then(|()| fchmod(file, mode)) {
        tracing::warn!(%errno, "a file that is given back is not as it was");
    }
}

/// Takes every permission from an open file: no name of it that was not found can be executed.
pub(super) fn disarm(file: &OwnedFd) {
    if let Err(errno) = fchmod(file, Mode::empty()) {
        tracing::debug!(%errno, "a captured file keeps its mode");
    }
}

/// Takes an open file from its owner, who could permit its execution again.
pub(super) fn seize(file: &OwnedFd) {
    let root = (Some(Uid::ROOT), Some(Gid::ROOT));
    if let Err(errno) = fchown(file, root.0, root.1) {
        tracing::debug!(%errno, "a file with names that were not found keeps its owner");
    }
    disarm(file);
}

fn changed(stat: &Stat) -> i64 {
    nanoseconds(stat.st_ctime, stat.st_ctime_nsec)
}

/// Not every file system remembers it.
fn created(file: &OwnedFd) -> Option<i64> {
    let found = statx(file, c"", AtFlags::EMPTY_PATH, StatxFlags::BTIME).ok()?;
    let is_known = found.stx_mask & StatxFlags::BTIME.bits() != 0;
    is_known.then(|| nanoseconds(found.stx_btime.tv_sec, found.stx_btime.tv_nsec.into()))
}

/// A file system without extended attributes has none; one that vanishes meanwhile is left out.
fn xattrs(file: &OwnedFd) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut names = vec![0_u8; LARGEST_LIST];
    let Ok(length) = flistxattr(file, names.as_mut_slice()) else {
        return Vec::new();
    };
    let mut value = vec![0_u8; LARGEST_VALUE];
    names
        .get(..length)
        .unwrap_or_default()
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .filter_map(|name| {
            let length = fgetxattr(file, name, value.as_mut_slice()).ok()?;
            Some((name.to_vec(), value.get(..length)?.to_vec()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn attributes_are_those_of_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mode = std::fs::Permissions::from_mode(0o2751);
        std::fs::set_permissions(file.path(), mode).unwrap();
        let flags = rustix::fs::XattrFlags::empty();
        let has_xattrs = rustix::fs::setxattr(file.path(), c"user.quell", b"\0\xff", flags).is_ok();
        let fd = OwnedFd::from(file.reopen().unwrap());
        let attributes = read(&fd).unwrap();
        assert_eq!(attributes.mode, 0o2751);
        assert_eq!(attributes.uid, rustix::process::geteuid().as_raw());
        assert!(attributes.modified_ns > 1_600_000_000_000_000_000);
        assert_eq!(attributes.links, Some(1));
        assert!(attributes.changed_ns >= Some(attributes.modified_ns));
        assert!(attributes.created_ns <= attributes.changed_ns);
        let expected = (b"user.quell".to_vec(), b"\0\xff".to_vec());
        assert_eq!(attributes.xattrs.contains(&expected), has_xattrs);
    }

    #[test]
    fn inode_flags_are_among_the_attributes_as_root() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let fd = OwnedFd::from(file.reopen().unwrap());
        let wanted = rustix::fs::IFlags::NODUMP | rustix::fs::IFlags::IMMUTABLE;
        let before = ioctl_getflags(&fd).unwrap();
        rustix::fs::ioctl_setflags(&fd, before | wanted).unwrap();
        let read = read(&fd);
        rustix::fs::ioctl_setflags(&fd, before).unwrap();
        assert_eq!(read.unwrap().flags & wanted.bits(), wanted.bits());
    }
}
