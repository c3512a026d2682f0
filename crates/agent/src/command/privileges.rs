//! What a running agent keeps of root's powers: no more than stopping, taking and giving back need.

use std::io;

use rustix::io::Errno;
use rustix::process::geteuid;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

/// Each with what it is for.
const KEPT: [CapabilitySet; 15] = [
    // Signals to processes of every user.
    CapabilitySet::KILL,
    // What a process of another user executes and has mapped.
    CapabilitySet::SYS_PTRACE,
    CapabilitySet::CHECKPOINT_RESTORE,
    // Reading and moving files of every user, out of directories with the sticky bit too.
    CapabilitySet::DAC_READ_SEARCH,
    CapabilitySet::DAC_OVERRIDE,
    CapabilitySet::FOWNER,
    // Immutable files; leases on files of other users.
    CapabilitySet::LINUX_IMMUTABLE,
    CapabilitySet::LEASE,
    // Giving back owner, set-user-id and capabilities of a restored file.
    CapabilitySet::CHOWN,
    CapabilitySet::FSETID,
    CapabilitySet::SETFCAP,
    // Deciding about the opening of a file; attributes that only the system may set.
    CapabilitySet::SYS_ADMIN,
    // Shutting the network half in: another user, and no capabilities that it could ever get.
    CapabilitySet::SETUID,
    CapabilitySet::SETGID,
    CapabilitySet::SETPCAP,
];

/// Gives up, for ever, all that the agent has no use for. An ordinary user has nothing to give up.
///
/// It changes the calling thread: to be called before any other is started.
///
/// # Errors
/// When the kernel refuses.
pub(super) fn keep_what_is_needed() -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let kept = KEPT.into_iter().collect::<CapabilitySet>();
    for number in 0..u64::BITS {
        let one = CapabilitySet::from_bits_retain(1 << number);
        if kept.contains(one) {
            continue;
        }
        match remove_capability_from_bounding_set(one) {
            Ok(()) => {}
            // The kernel knows no more of them; or a container's root may not even give up.
            Err(Errno::INVAL | Errno::PERM) => break,
            Err(errno) => return Err(errno.into()),
        }
    }
    match clear_ambient_capability_set() {
        Ok(()) | Err(Errno::INVAL) => {}
        Err(errno) => return Err(errno.into()),
    }
    let held = capabilities(None)?;
    set_capabilities(
        None,
        CapabilitySets {
            effective: held.permitted & kept,
            permitted: held.permitted & kept,
            inheritable: CapabilitySet::empty(),
        },
    )?;
    Ok(rustix::thread::set_no_new_privs(true)?)
}
