//! Files that lie only in the mounts of another process: of a container, or of whoever hides there.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::directory::{Directory, Found};
use super::doorway::Doorway;
use super::identity::FileId;
use super::pointed::step_by_step;

/// The file that `path` names in the mounts of process `pid`, if those are not the agent's own, if
/// it lies below one of the roots there and is `id`. What is held pins the mounts: they stay when
/// the process ends.
pub(crate) fn seen_by(pid: u32, roots: &[PathBuf], path: &[u8], id: FileId) -> Option<Found> {
    let view = view_of(pid)?;
    let is_below = |root: &PathBuf| {
        let root = root.as_os_str().as_encoded_bytes();
        let root = root.strip_suffix(b"/").unwrap_or(root);
        path.strip_prefix(root)
            .is_some_and(|rest| rest.starts_with(b"/"))
    };
    if !roots.iter().any(is_below) {
        return None;
    }
    let mut theirs = Doorway::of_process(pid);
    let is_barred = |mount| !theirs.is_local(mount);
    let root = Directory::root_of(pid, Arc::from(view), is_barred).ok()?;
    let found = step_by_step(root, &HashSet::new(), path, &mut theirs).ok()?;
    (found.stamp.id == id).then_some(found)
}

/// Whether a process sees the agent's own mounts, so that a path means the same to both; not if it
/// does not show that.
pub(crate) fn has_our_mounts(pid: u32) -> bool {
    mounts_of(pid).is_some_and(|(theirs, ours)| theirs == ours)
}

/// Two mount namespaces, by the names that the kernel gives them: the process's and the agent's.
fn mounts_of(pid: u32) -> Option<(PathBuf, PathBuf)> {
    let theirs = fs::read_link(format!("/proc/{pid}/ns/mnt")).ok()?;
    let ours = fs::read_link("/proc/self/ns/mnt").ok()?;
    Some((theirs, ours))
}

/// The other mount namespace, in words; nothing for the agent's own.
fn view_of(pid: u32) -> Option<String> {
    let (theirs, ours) = mounts_of(pid)?;
    let name = theirs.to_string_lossy().into_owned();
    (theirs != ours).then(|| format!("in the mounts of process {pid} ({name})"))
}
