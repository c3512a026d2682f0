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

/// The mounts of one namespace by their id.
#[derive(Debug, Default)]
pub(crate) struct Mounts {
    /// Whose mounts; nothing for this process's own.
    pid: Option<u32>,
    by_id: HashMap<u64, FileSystem>,
}

impl Mounts {
    /// The mounts that another process has.
    pub(crate) fn of_process(pid: u32) -> Self {
        Self {
            pid: Some(pid),
            by_id: HashMap::new(),
        }
    }

    /// The file system of a mount. A mount that came after the table was read is looked up again;
    /// one that cannot be found is treated as served.
    pub(crate) fn file_system(&mut self, mount: u64) -> FileSystem {
        self.known(mount).unwrap_or(FileSystem::Served)
    }

    /// The file system of a mount; nothing for one that is in nobody's table, as those of pipes
    /// and of memory that is a file.
    pub(crate) fn known(&mut self, mount: u64) -> Option<FileSystem> {
        if !self.by_id.contains_key(&mount) {
            let table = table_of(self.pid).unwrap_or_default();
            self.by_id = parse(&String::from_utf8_lossy(&table));
        }
        self.by_id.get(&mount).copied()
    }
}

fn table_of(pid: Option<u32>) -> std::io::Result<Vec<u8>> {
    match pid {
        Some(pid) => fs::read(format!("/proc/{pid}/mountinfo")),
        None => fs::read("/proc/self/mountinfo"),
    }
}

/// The directories over which overlays are mounted here: the layers that they show and never write.
pub(crate) fn lower_layers() -> Vec<Vec<u8>> {
    let table = table_of(None).unwrap_or_default();
    let lines = table.split(|byte| *byte == b'\n');
    lines.flat_map(layers_of).collect()
}

fn layers_of(line: &[u8]) -> Vec<Vec<u8>> {
    let mut fields = line
        .split(|byte| *byte == b' ')
        .skip_while(|field| *field != b"-");
    if fields.nth(1) != Some(b"overlay") {
        return Vec::new();
    }
    let options = fields.nth(1).unwrap_or_default();
    let named = options.split(|byte| *byte == b',').filter_map(|option| {
        let equals = option.iter().position(|byte| *byte == b'=')?;
        let name = option.get(..equals)?;
        let is_lower = matches!(name, b"lowerdir" | b"lowerdir+" | b"datadir+");
        is_lower.then(|| option.get(equals + 1..))?
    });
    named
        .flat_map(|paths| paths.split(|byte| *byte == b':'))
        .filter(|path| !path.is_empty())
        .map(unescaped)
        .collect()
}

/// The table writes what would part its fields as a backslash and three octal digits.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..3).filter(|_| *first == b'\\').and_then(octal);
        plain.push(escaped.unwrap_or(*first));
        rest = match escaped {
            Some(_) => after.get(3..).unwrap_or_default(),
            None => after,
        };
    }
    plain
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
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
    fn layers_of_an_overlay_are_those_that_it_does_not_write() {
        let line = b"36 35 0:40 / /merged rw - overlay overlay rw,lowerdir=/a\\040b:/c,upperdir=/u,workdir=/w";
        assert_eq!(layers_of(line), [b"/a b".to_vec(), b"/c".to_vec()]);
        let other = b"36 35 8:1 / /x rw - ext4 /dev/sda1 rw,lowerdir=/a";
        assert!(layers_of(other).is_empty());
        assert!(layers_of(b"broken - overlay").is_empty());
    }

    #[test]
    fn mounts_unknown_id_is_not_walked_into() {
        assert_eq!(Mounts::default().file_system(u64::MAX), FileSystem::Served);
    }
}
