//! Shutting the network half in.
//!
//! Two steps. First, before it reads anything at all, it gives up what it was started with
//! ([`give_up_privileges`]): should that fail, it does not go on. Then, knowing the one port that
//! it needs, it closes the file system and the kernel ([`shut`]): what the kernel does not offer is
//! told to the executor, which tells the operator.

mod calls;
mod files;
mod limits;
mod user;

use std::io;

use quell_terminal::lifeline::die_with_parent;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use crate::bridge::{Wall, WallState};
use crate::sys::descriptors;

pub(crate) use files::READABLE_FILES;

/// Becomes a process of a user who owns nothing, without capabilities, that dies with `executor`.
///
/// # Errors
/// When privileges remain. The process must end then.
pub(super) fn give_up_privileges(executor: u32) -> io::Result<Vec<WallState>> {
    descriptors::close_inherited()?;
    let user = user::give_up_root()?;
    user::give_up_capabilities()?;
    rustix::thread::set_no_new_privs(true)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // Only now: the kernel forgets it when the user changes.
    die_with_parent(Some(executor))?;
    let privileges = "cannot gain any, and cannot be looked into".to_owned();
    Ok(vec![
        user,
        state(Wall::Capabilities, Ok("none".to_owned())),
        state(Wall::Privileges, Ok(privileges)),
    ])
}

/// Closes the file system but for what name resolution reads, the network but for `port` and name
/// servers, and all system calls that are not needed.
pub(super) fn shut(port: Option<u16>) -> Vec<WallState> {
    // The last wall comes last: it takes away what the others are put up with.
    vec![
        state(Wall::Limits, limits::lower()),
        state(Wall::Landlock, files::close(port)),
        state(Wall::SystemCalls, calls::filter()),
    ]
}

/// How a wall stands, or why it does not.
fn state(wall: Wall, put_up: Result<String, String>) -> WallState {
    let stands = put_up.is_ok();
    let (Ok(detail) | Err(detail)) = put_up;
    WallState {
        wall,
        stands,
        detail,
    }
}
