//! Control groups: which one a process belongs to, and freezing all of one at once.
//!
//! Version 2 freezes by `cgroup.freeze` and tells by `cgroup.events`; version 1 does both by
//! `freezer.state`, where its freezer is mounted.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The kernel's two ways of freezing a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// A control group that can be frozen as a whole, with those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cgroup {
    directory: PathBuf,
    version: Version,
}

/// What the kernel said of the groups that a process was in.
#[derive(Debug, Clone)]
pub(crate) struct Memberships(Vec<u8>);

impl Memberships {
    /// Those of a process at this moment; none when it is gone.
    pub(crate) fn of(pid: u32) -> Self {
        Self(fs::read(format!("/proc/{pid}/cgroup")).unwrap_or_default())
    }
}

impl Cgroup {
    /// The groups of a process that can be frozen: at most one of each version, and never a root.
    pub(crate) fn of(pid: u32) -> Vec<Self> {
        Self::among(&Memberships::of(pid))
    }

    /// Those of a process that may have gone.
    pub(crate) fn among(Memberships(memberships): &Memberships) -> Vec<Self> {
        let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
        let mut groups: Vec<Self> = lines(&mounts)
            .filter_map(Mount::parse)
            .filter_map(|mount| mount.group_in(memberships))
            .filter(|group| group.state_file().is_file())
            .collect();
        groups.sort_by_key(|group| group.version == Version::One);
        groups.dedup_by_key(|group| group.version);
        groups
    }

    /// The group in a directory that was noted earlier, if it still exists.
    pub(crate) fn again(directory: &[u8]) -> Option<Self> {
        let directory = PathBuf::from(OsStr::from_bytes(directory));
        [Version::Two, Version::One]
            .map(|version| Self {
                directory: directory.clone(),
                version,
            })
            .into_iter()
            .find(|group| group.state_file().is_file())
    }

    /// Where it is, in exact bytes.
    pub(crate) fn directory(&self) -> &[u8] {
        self.directory.as_os_str().as_bytes()
    }

    /// Whether `other` is this group or one below it.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.version == other.version && other.directory.starts_with(&self.directory)
    }

    /// The processes in it and below it.
    pub(crate) fn members(&self) -> io::Result<Vec<u32>> {
        let mut members = Vec::new();
        let mut waiting = vec![self.directory.clone()];
        while let Some(directory) = waiting.pop() {
            let procs = fs::read_to_string(directory.join("cgroup.procs"))?;
            members.extend(procs.lines().filter_map(|line| line.parse::<u32>().ok()));
            for entry in fs::read_dir(&directory)?.flatten() {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    waiting.push(entry.path());
                }
            }
        }
        Ok(members)
    }

    /// Asks the kernel to freeze it; [`Self::is_frozen`] says when that is done.
    pub(crate) fn freeze(&self) -> io::Result<()> {
        fs::write(self.state_file(), self.word("1", "FROZEN"))
    }

    /// Lets everybody in it go on, as far as nobody else froze them one by one.
    pub(crate) fn thaw(&self) -> io::Result<()> {
        fs::write(self.state_file(), self.word("0", "THAWED"))
    }

    /// Whether somebody has asked for this very group to be frozen.
    pub(crate) fn is_to_freeze(&self) -> bool {
        let own = match self.version {
            Version::Two => self.state_file(),
            Version::One => self.directory.join("freezer.self_freezing"),
        };
        fs::read_to_string(own).is_ok_and(|text| text.trim() == "1")
    }

    /// Whether nobody in it runs.
    pub(crate) fn is_frozen(&self) -> bool {
        let (file, line) = match self.version {
            Version::Two => ("cgroup.events", "frozen 1"),
            Version::One => ("freezer.state", "FROZEN"),
        };
        let text = fs::read_to_string(self.directory.join(file)).unwrap_or_default();
        text.lines().any(|told| told == line)
    }

    fn state_file(&self) -> PathBuf {
        self.directory
            .join(self.word("cgroup.freeze", "freezer.state"))
    }

    fn word(&self, two: &'static str, one: &'static str) -> &'static str {
        match self.version {
            Version::Two => two,
            Version::One => one,
        }
    }
}

/// Whether every thread of the process rests because one of its groups is frozen.
pub(crate) fn is_frozen(pid: u32) -> bool {
    Cgroup::of(pid).iter().any(Cgroup::is_frozen)
}

/// The path of a line `id:controllers:path` whose beginning, or whose controllers, are `marker`.
fn membership<'a>(line: &'a [u8], marker: &[u8]) -> Option<&'a [u8]> {
    if let Some(path) = line.strip_prefix(marker) {
        return Some(path);
    }
    let colon = line.iter().position(|byte| *byte == b':')?;
    line.get(colon + 1..)?.strip_prefix(marker)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// Where a hierarchy of control groups is mounted.
struct Mount {
    point: PathBuf,
    /// The group that is seen at the mount point.
    root: PathBuf,
    version: Version,
}

impl Mount {
    /// `id parent dev root point options … - type source super-options`.
    fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let (before, after) = text.split_once(" - ")?;
        let mut after = after.split(' ');
        let version = match (after.next()?, after.nth(1)?) {
            ("cgroup2", _) => Version::Two,
            ("cgroup", options) if options.split(',').any(|one| one == "freezer") => Version::One,
            _ => return None,
        };
        let mut before = before.split(' ').skip(3);
        Some(Self {
            root: PathBuf::from(before.next()?),
            point: PathBuf::from(before.next()?),
            version,
        })
    }

    fn group_in(&self, memberships: &[u8]) -> Option<Cgroup> {
        let marker: &[u8] = match self.version {
            Version::Two => b"0::",
            Version::One => b"freezer:",
        };
        let path = lines(memberships).find_map(|line| membership(line, marker))?;
        let path = PathBuf::from(std::ffi::OsString::from_vec(path.to_vec()));
        // A group beyond the mount, or beyond our own namespace, cannot be reached.
        let below = path.strip_prefix(&self.root).ok()?;
        let reachable = below
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        let is_root = path == Path::new("/") || below.as_os_str().is_empty();
        (reachable && !is_root).then(|| Cgroup {
            directory: self.point.join(below),
            version: self.version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(mount: &str, memberships: &str) -> Option<PathBuf> {
        let mount = Mount::parse(mount.as_bytes())?;
        Some(mount.group_in(memberships.as_bytes())?.directory)
    }

    #[test]
    fn group_is_found_below_its_mount_and_never_its_root() {
        let two = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
        assert_eq!(
            group(two, "0::/a/b\n"),
            Some(PathBuf::from("/sys/fs/cgroup/a/b"))
        );
        assert_eq!(group(two, "0::/\n"), None);
        assert_eq!(group(two, "0::/../other\n"), None);
        let part = "30 24 0:26 /pod /cg rw - cgroup2 cgroup2 rw";
        assert_eq!(group(part, "0::/pod/x\n"), Some(PathBuf::from("/cg/x")));
        assert_eq!(group(part, "0::/pod\n"), None);
        assert_eq!(group(part, "0::/elsewhere\n"), None);
        let one = "31 24 0:27 / /cg/freezer rw - cgroup cgroup rw,freezer";
        assert_eq!(
            group(one, "7:freezer:/a\n0::/b\n"),
            Some(PathBuf::from("/cg/freezer/a"))
        );
        let other = "31 24 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu";
        assert_eq!(group(other, "7:freezer:/a\n"), None);
    }

    #[test]
    fn group_contains_itself_and_what_is_below_it() {
        let group = |path: &str| Cgroup {
            directory: PathBuf::from(path),
            version: Version::Two,
        };
        assert!(group("/cg/a").contains(&group("/cg/a")));
        assert!(group("/cg/a").contains(&group("/cg/a/b")));
        assert!(!group("/cg/a").contains(&group("/cg/ab")));
        assert!(!group("/cg/a/b").contains(&group("/cg/a")));
    }
}
