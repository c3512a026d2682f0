//! Mounts of a case, in the namespace of this program alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::observe::output;

/// Something mounted, until it is dropped.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    /// `mount ARGUMENTS AT`.
    pub(crate) fn at(path: &Path, arguments: &[&str]) -> Self {
        output(Command::new("mount").args(arguments).arg(path));
        Self(path.to_owned())
    }

    /// A file system in memory.
    pub(crate) fn tmpfs(path: &Path, options: &str) -> Self {
        Self::at(path, &["-t", "tmpfs", "-o", options, "tmpfs"])
    }

    /// Mounts it anew with other options.
    pub(crate) fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        output(Command::new("mount").args(["-o", &options]).arg(&self.0));
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
