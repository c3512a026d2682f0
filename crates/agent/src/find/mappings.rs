//! The files that a process has mapped as code.
//!
//! A program can run without being anybody's executable: `ld.so ./program` maps it, and a process
//! can forge the link to its own executable. What it runs is mapped all the same.
//!
//! `/proc/PID/maps` tells inode numbers fast, but on some file systems (btrfs) not the device that
//! a look at the file tells, so it only chooses; `/proc/PID/map_files` decides, where the kernel
//! lets us look there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use super::identity::FileId;
use super::resolve::resolve;

/// More than this no honest process maps; reading on would only serve one that wants us to.
const LONGEST_TABLE: u64 = 64 << 20;

/// One mapping of a file that may be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) range: Range,
    /// The file's inode number. Its device must be asked for.
    pub(super) inode: u64,
    /// Where the kernel says that it is, in the process's own view.
    path: Vec<u8>,
}

/// The addresses of a mapping, which name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    start: u64,
    end: u64,
}

/// The mappings of files that the process may execute.
///
/// # Errors
/// When the process does not show them.
pub(super) fn of(pid: u32) -> io::Result<Vec<Mapping>> {
    let mut table = Vec::new();
    File::open(format!("/proc/{pid}/maps"))?
        .take(LONGEST_TABLE)
        .read_to_end(&mut table)?;
    if table.len() as u64 == LONGEST_TABLE {
        return Err(Errno::FBIG.into());
    }
    Ok(table
        .split(|byte| *byte == b'\n')
        .filter_map(parse)
        .collect())
}

/// `start-end perms offset device inode path`; the path's newlines are written as `\012`.
fn parse(line: &[u8]) -> Option<Mapping> {
    let mut rest = line;
    let range = next_field(&mut rest)?;
    let permissions = next_field(&mut rest)?;
    let (_offset, _device) = (next_field(&mut rest)?, next_field(&mut rest)?);
    let inode = std::str::from_utf8(next_field(&mut rest)?)
        .ok()?
        .parse()
        .ok()?;
    if inode == 0 || permissions.get(2) != Some(&b'x') {
        return None;
    }
    let (start, end) = std::str::from_utf8(range).ok()?.split_once('-')?;
    Some(Mapping {
        range: Range {
            start: u64::from_str_radix(start, 16).ok()?,
            end: u64::from_str_radix(end, 16).ok()?,
        },
        inode,
        path: unescaped(rest.trim_ascii_start()),
    })
}

fn next_field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let trimmed = rest.trim_ascii_start();
    let length = trimmed.iter().position(|byte| *byte == b' ')?;
    let (field, after) = trimmed.split_at_checked(length)?;
    *rest = after;
    Some(field)
}

fn unescaped(path: &[u8]) -> Vec<u8> {
    let mut rest = path;
    let mut plain = Vec::with_capacity(path.len());
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"\\012") {
            plain.push(b'\n');
            rest = after;
        } else {
            plain.push(*first);
            rest = after;
        }
    }
    plain
}

impl Range {
    fn link(self, pid: u32) -> String {
        format!("/proc/{pid}/map_files/{:x}-{:x}", self.start, self.end)
    }

    /// Where the kernel says that the mapped file is; empty when it does not say.
    pub(super) fn path(self, pid: u32) -> Vec<u8> {
        let by_link = fs::read_link(self.link(pid)).map(|path| path.into_os_string().into_vec());
        by_link.unwrap_or_else(|_| {
            let table = of(pid).unwrap_or_default();
            let mapping = table.into_iter().find(|mapping| mapping.range == self);
            mapping.map(|mapping| mapping.path).unwrap_or_default()
        })
    }

    /// Pins the mapped file, wherever it is by now.
    pub(super) fn pin(self, pid: u32) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        match openat(CWD, self.link(pid).as_str(), flags, Mode::empty()) {
            Err(Errno::PERM | Errno::ACCESS) => resolve(pid, &self.path(pid)),
            pinned => pinned,
        }
    }
}

impl Mapping {
    /// The mapped file. Who may not look at the mapping itself (it takes `CAP_SYS_ADMIN` or
    /// `CAP_CHECKPOINT_RESTORE`) must find the file at its path, with the same inode number.
    pub(super) fn file(&self, pid: u32) -> Result<FileId, Errno> {
        match FileId::behind(CWD, self.range.link(pid)) {
            Ok(file) => Ok(file),
            Err(Errno::PERM | Errno::ACCESS) => {
                let id = FileId::behind_descriptor(resolve(pid, &self.path)?)?;
                (id.ino == self.inode).then_some(id).ok_or(Errno::STALE)
            }
            Err(errno) => Err(errno),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_line_is_read_to_its_last_byte() {
        let line = b"7f00-8000 r-xp 00001000 fe:01 4711       /a b\\012\xff (deleted)";
        let mapping = parse(line).unwrap();
        assert_eq!((mapping.range.start, mapping.range.end), (0x7f00, 0x8000));
        assert_eq!(mapping.inode, 4711);
        assert_eq!(mapping.path, b"/a b\n\xff (deleted)");
    }

    #[test]
    fn mappings_that_hold_no_code_or_no_file_are_left_out() {
        for line in [
            &b"7f00-8000 rw-p 00001000 fe:01 4711 /a"[..],
            b"7f00-8000 r-xp 00000000 00:00 0 [vdso]",
            b"7f00-8000 r-xp",
            b"",
            b"\xff\xff",
        ] {
            assert_eq!(parse(line), None);
        }
    }

    #[test]
    fn mappings_of_this_process_lead_to_the_files_themselves() {
        let pid = std::process::id();
        let own = FileId::of(&rustix::fs::stat("/proc/self/exe").unwrap());
        let mappings = of(pid).unwrap();
        let mapping = mappings
            .iter()
            .find(|mapping| mapping.file(pid) == Ok(own))
            .unwrap();
        let pinned = mapping.range.pin(pid).unwrap();
        assert_eq!(FileId::of(&rustix::fs::fstat(&pinned).unwrap()), own);
        let path = fs::read_link("/proc/self/exe").unwrap();
        assert_eq!(mapping.range.path(pid), path.into_os_string().into_vec());
    }
}
