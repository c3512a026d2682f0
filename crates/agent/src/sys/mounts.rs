//! Which file system a mount has, asked of the mount table: a hung file server cannot stall it.

use std::collections::HashMap;
use std::fs;

/// Local file systems that are walked into.
const LOCAL: &[&str] = &[
    "bcachefs", "btrfs", "devtmpfs", "ecryptfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs",
    "iso9660", "jfs", "msdos", "nilfs2", "ntfs3", "overlay", "ramfs", "reiserfs", "rootfs",
    "squashfs", "tmpfs", "udf", "vfat", "xfs", "zfs",
];
/// File systems that hold no files.
const PSEUDO: &[&str] = &[
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "efivarfs",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nfsd",
    "nsfs",
    "proc",
    "pstore",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "smackfs",
    "sysfs",
    "tracefs",
];

/// What a file system is to a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileSystem {
    /// On this machine.
    Local,
    /// Served by another machine or by a program, or of a kind that is not known.
    Served,
    /// The kernel's own view of itself.
    Pseudo,
}

impl FileSystem {
    fn named(name: &str) -> Self {
        if LOCAL.contains(&name) {
            Self::Local
        } else if PSEUDO.contains(&name) {
            Self::Pseudo
        } else {
            Self::Served
        }
    }
}

/// The mounts of this namespace by their id.
#[derive(Debug, Default)]
pub(crate) struct Mounts {
    by_id: HashMap<u64, FileSystem>,
}

impl Mounts {
    /// The file system of a mount. A mount that came after the table was read is looked up again;
    /// one that cannot be found is treated as served.
    pub(crate) fn file_system(&mut self, mount: u64) -> FileSystem {
        if !self.by_id.contains_key(&mount) {
            let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
            self.by_id = parse(&String::from_utf8_lossy(&table));
        }
        self.by_id
            .get(&mount)
            .copied()
            .unwrap_or(FileSystem::Served)
    }
}

fn parse(table: &str) -> HashMap<u64, FileSystem> {
    table.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<(u64, FileSystem)> {
    let id = line.split_ascii_whitespace().next()?.parse().ok()?;
    let (_, after) = line.split_once(" - ")?;
    let kind = after.split_ascii_whitespace().next()?;
    Some((id, FileSystem::named(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_told_apart() {
        let table = parse(
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
             23 22 0:5 / /proc rw - proc proc rw\n\
             24 22 0:9 / /mnt/a\\040-\\040b rw - fuse.sshfs host: rw\n\
             broken\n",
        );
        assert_eq!(table.get(&22), Some(&FileSystem::Local));
        assert_eq!(table.get(&23), Some(&FileSystem::Pseudo));
        assert_eq!(table.get(&24), Some(&FileSystem::Served));
        assert_eq!(table.len(), 3);
    }

    #[test]
    fn mounts_unknown_id_is_not_walked_into() {
        assert_eq!(Mounts::default().file_system(u64::MAX), FileSystem::Served);
    }
}
