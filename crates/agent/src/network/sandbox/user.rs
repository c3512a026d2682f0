//! Becoming somebody who may do nothing.

use std::fs;
use std::io;

use rustix::io::Errno;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_thread_groups, set_thread_res_gid,
    set_thread_res_uid,
};

use crate::bridge::{Wall, WallState};

/// Who the network half is if the machine has such a user.
const NAME: &str = "quell-agent";
/// Else: the user and group that own nothing, `nobody` and `nogroup`.
const NOBODY: u32 = 65534;

/// Stops being root. An ordinary user stays who it is, and that is told.
pub(super) fn give_up_root() -> io::Result<WallState> {
    let own = geteuid();
    if !own.is_root() {
        return Ok(WallState {
            wall: Wall::User,
            stands: false,
            detail: format!("the executor's own, {}", own.as_raw()),
        });
    }
    // While it is still allowed to: nobody can take a capability that is not in this set.
    empty_the_bounding_set()?;
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = entry(&passwd, NAME);
    let (uid, gid) = named.unwrap_or((NOBODY, NOBODY));
    become_user(uid, gid)?;
    let name = named.map_or("nobody", |_| NAME);
    Ok(WallState {
        wall: Wall::User,
        stands: true,
        detail: format!("{name}, {uid}"),
    })
}

/// This changes one thread, and the process has no other yet.
fn become_user(uid: u32, gid: u32) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)?;
    // Had it worked by half, this would bring root back.
    let root = Uid::ROOT;
    match set_thread_res_uid(root, root, root) {
        Err(Errno::PERM) => Ok(()),
        _ => Err(io::Error::other("root comes back")),
    }
}

/// Gives up all capabilities, those that an ordinary user was given included.
pub(super) fn give_up_capabilities() -> io::Result<()> {
    let none = CapabilitySet::empty();
    match clear_ambient_capability_set() {
        // Kernels before 4.3 have no such set.
        Ok(()) | Err(Errno::INVAL) => {}
        Err(errno) => return Err(errno.into()),
    }
    set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )?;
    Ok(())
}

fn empty_the_bounding_set() -> io::Result<()> {
    for number in 0..u64::BITS {
        match remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number)) {
            Ok(()) => {}
            // The kernel knows no more of them; or a container's root may not do even this, and whoever
            // may gain no privileges has no use for the set.
            Err(Errno::INVAL | Errno::PERM) => break,
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

/// User and group of a name in passwd(5). Root is nobody to become.
fn entry(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = passwd
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
    let _password = fields.next()?;
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    (uid != 0 && gid != 0).then_some((uid, gid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_is_found_by_its_whole_name_and_is_never_root() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nquell-agent2:x:1:1::/:\nquell-agent:x:990:991::/:\n";
        assert_eq!(entry(passwd, "quell-agent"), Some((990, 991)));
        assert_eq!(entry(passwd, "root"), None);
        assert_eq!(entry(passwd, "quell"), None);
        assert_eq!(entry("quell-agent:x:0:5::/:", "quell-agent"), None);
        assert_eq!(entry("quell-agent:x:many:5::/:", "quell-agent"), None);
    }
}
