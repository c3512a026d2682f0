//! Giving a file what it had beside its content.
//!
//! The order matters. A change of owner drops set-user-id and capabilities, so it comes first; a
//! mode without write permission would refuse a user's own attributes to whoever is not root, so
//! those come before it; an ACL is part of the mode, so it comes after; everything changes the
//! times, so they come last of all but the inode flags.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{
    Gid, IFlags, Mode, Timespec, Timestamps, Uid, XattrFlags, fstat, ioctl_getflags, ioctl_setflags,
};
use rustix::io::Errno;

use super::super::{Attributes, Xattr};
use super::{RestoreError, RestoreNote};

const SET_ID: u32 = 0o6000;
const CAPABILITIES: &[u8] = b"security.capability";
const ACCESS_ACL: &[u8] = b"system.posix_acl_access";

/// The inode flags that a person sets, chattr(1); the others say how the file system keeps a file.
const PERSONS: [IFlags; 8] = [
    IFlags::from_bits_retain(0x01), // secure deletion
    IFlags::from_bits_retain(0x02), // undeletable
    IFlags::SYNC,
    IFlags::NODUMP,
    IFlags::NOATIME,
    IFlags::from_bits_retain(0x8000), // no tail merging
    IFlags::APPEND,
    IFlags::IMMUTABLE,
];

/// Gives the file what it had, and says what could not be given. Where the place is not to be
/// trusted, nobody gets more rights by the file than he has.
pub(super) fn dress(
    file: BorrowedFd<'_>,
    attributes: &Attributes,
    is_trusted: bool,
) -> Result<Vec<RestoreNote>, RestoreError> {
    let mut notes = Vec::new();
    let owner_restored = give_owner(file, attributes);
    if !owner_restored {
        notes.push(RestoreNote::OwnerNotRestored {
            uid: attributes.uid,
            gid: attributes.gid,
        });
    }
    let trusted = owner_restored && is_trusted;
    let is_set_id = attributes.mode & SET_ID != 0;
    if is_set_id && !trusted {
        notes.push(RestoreNote::SetIdDropped);
    }
    let is_users = |xattr: &&Xattr| xattr.name.starts_with(b"user.");
    let xattrs = attributes.xattrs.iter();
    notes.extend(
        xattrs
            .clone()
            .filter(is_users)
            .filter_map(|x| give_xattr(file, x, trusted)),
    );
    let mode = match trusted {
        true => attributes.mode,
        false => attributes.mode & !SET_ID,
    } & 0o7777;
    rustix::fs::fchmod(file, Mode::from_raw_mode(mode))
        .map_err(|error| RestoreError::io("set the file's mode")(error.into()))?;
    drop_inherited_acl(file, attributes);
    let others = xattrs.filter(|xattr| !is_users(xattr));
    notes.extend(others.filter_map(|xattr| give_xattr(file, xattr, trusted)));
    notes.extend(mode_note(file, mode));
    let times = Timestamps {
        last_access: timespec(attributes.accessed_ns),
        last_modification: timespec(attributes.modified_ns),
    };
    rustix::fs::futimens(file, &times)
        .map_err(|error| RestoreError::io("set the file's times")(error.into()))?;
    Ok(notes)
}

fn give_owner(file: BorrowedFd<'_>, attributes: &Attributes) -> bool {
    let is_so_already = fstat(file)
        .is_ok_and(|stat| stat.st_uid == attributes.uid && stat.st_gid == attributes.gid);
    let (uid, gid) = (Uid::from_raw(attributes.uid), Gid::from_raw(attributes.gid));
    is_so_already || rustix::fs::fchown(file, Some(uid), Some(gid)).is_ok()
}

fn give_xattr(file: BorrowedFd<'_>, xattr: &Xattr, trusted: bool) -> Option<RestoreNote> {
    let give = || -> io::Result<()> {
        if xattr.name == CAPABILITIES && !trusted {
            return Err(io::Error::other("left out, as set-user-id would be"));
        }
        let flags = XattrFlags::empty();
        Ok(rustix::fs::fsetxattr(
            file,
            &*xattr.name,
            &xattr.value,
            flags,
        )?)
    };
    let source = give().err()?;
    let name = String::from_utf8_lossy(&xattr.name).into_owned();
    Some(RestoreNote::XattrNotRestored { name, source })
}

/// A directory may give every new file in it an ACL, which the file did not have.
fn drop_inherited_acl(file: BorrowedFd<'_>, attributes: &Attributes) {
    if attributes
        .xattrs
        .iter()
        .all(|xattr| xattr.name != ACCESS_ACL)
    {
        // There is mostly none to be removed, which is what is wanted.
        let _ = rustix::fs::fremovexattr(file, ACCESS_ACL);
    }
}

fn mode_note(file: BorrowedFd<'_>, wanted: u32) -> Option<RestoreNote> {
    let found = fstat(file).ok()?.st_mode & 0o7777;
    (found != wanted).then_some(RestoreNote::ModeNotRestored { wanted, found })
}

/// Gives the file exactly the flags that a person had set. Immutable comes last of them.
pub(super) fn give_flags(file: BorrowedFd<'_>, wanted: u32) -> Vec<RestoreNote> {
    let wanted = IFlags::from_bits_retain(wanted);
    let mut notes = Vec::new();
    for flag in PERSONS {
        if let Err(errno) = give_flag(file, flag, wanted.contains(flag)) {
            // What was not there and cannot be taken away says nothing of the file.
            if wanted.contains(flag) {
                notes.push(RestoreNote::FlagsNotRestored {
                    flags: flag.bits(),
                    source: errno.into(),
                });
            }
        }
    }
    notes
}

fn give_flag(file: BorrowedFd<'_>, flag: IFlags, wanted: bool) -> Result<(), Errno> {
    let mut flags = ioctl_getflags(file)?;
    if flags.contains(flag) == wanted {
        return Ok(());
    }
    flags.set(flag, wanted);
    ioctl_setflags(file, flags)
}

fn timespec(nanoseconds: i64) -> Timespec {
    Timespec {
        tv_sec: nanoseconds.div_euclid(1_000_000_000),
        tv_nsec: nanoseconds.rem_euclid(1_000_000_000) as _,
    }
}
