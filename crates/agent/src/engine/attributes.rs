//! Reading what a restored file must have again.

use std::os::fd::OwnedFd;

use rustix::fs::{fgetxattr, flistxattr, fstat};
use rustix::io::Errno;

use super::seal::Attributes;
use crate::find::nanoseconds;

/// The kernel's own limits for a list of names and for one value, in bytes.
const LARGEST_LIST: usize = 64 * 1024;
const LARGEST_VALUE: usize = 64 * 1024;

/// Owner, mode, times and extended attributes of an open file.
pub(super) fn read(file: &OwnedFd) -> Result<Attributes, Errno> {
    let stat = fstat(file)?;
    Ok(Attributes {
        uid: stat.st_uid,
        gid: stat.st_gid,
        mode: stat.st_mode & 0o7777,
        accessed_ns: nanoseconds(stat.st_atime, stat.st_atime_nsec),
        modified_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
        xattrs: xattrs(file),
    })
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
        let expected = (b"user.quell".to_vec(), b"\0\xff".to_vec());
        assert_eq!(attributes.xattrs.contains(&expected), has_xattrs);
    }
}
