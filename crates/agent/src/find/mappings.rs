//! The files that a process has mapped as code.
//!
//! A program can run without being anybody's executable: `ld.so ./program` maps it, and a process
//! can forge the link to its own executable. What it runs is mapped all the same.
//!
//! The table of mappings tells inode numbers fast, but on some file systems (btrfs) not the device
//! that a look at the file tells, so there it only chooses, and `/proc/PID/map_files` decides, where
//! the kernel lets us look there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use rustix::fs::{CWD, Mode, OFlags, major, openat};
use rustix::io::Errno;

use super::identity::FileId;
use super::resolve::resolve;
use crate::sys::mapped_code::{self, CodeMapping};

/// More than this no honest process maps; reading on would only serve one that wants us to.
const LONGEST_TABLE: u64 = 64 << 20;
/// Likewise, counted.
const MOST_MAPPINGS: usize = 1 << 20;

/// One mapping of a file that may be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) range: Range,
    /// The file's inode number. Its device must be asked for.
    pub(super) inode: u64,
    /// The file, if it need not be asked for.
    file: Option<FileId>,
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
    let table = open_table(pid)?;
    match asked(&table) {
        Ok(mappings) => Ok(mappings),
        // It has ended, or is a thread of the kernel: the text would be empty.
        Err(Errno::SRCH) => Ok(Vec::new()),
        Err(Errno::FBIG) => Err(Errno::FBIG.into()),
        Err(_) => Ok(read(table)?
            .into_iter()
            .map(|(mapping, _)| mapping)
            .collect()),
    }
}

fn open_table(pid: u32) -> io::Result<File> {
    File::open(format!("/proc/{pid}/maps"))
}

fn asked(table: &File) -> Result<Vec<Mapping>, Errno> {
    let mut mappings = Vec::new();
    let mut address = 0;
    while let Some(mapping) = mapped_code::next(table, address)? {
        address = mapping.end;
        if mapping.inode != 0 {
            mappings.push(Mapping::from(mapping));
        }
        if mappings.len() == MOST_MAPPINGS {
            return Err(Errno::FBIG);
        }
    }
    Ok(mappings)
}

/// The same from the text, with the paths where the kernel says that the files are, in the process's
/// own view.
fn read(table: File) -> io::Result<Vec<(Mapping, Vec<u8>)>> {
    let mut text = Vec::new();
    table.take(LONGEST_TABLE).read_to_end(&mut text)?;
    if text.len() as u64 == LONGEST_TABLE {
        return Err(Errno::FBIG.into());
    }
    let lines = text.split(|byte| *byte == b'\n');
    Ok(lines.filter_map(parse).collect())
}

/// `start-end perms offset device inode path`; the path's newlines are written as `\012`.
fn parse(line: &[u8]) -> Option<(Mapping, Vec<u8>)> {
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
    let range = Range {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
    };
    let mapping = Mapping {
        range,
        inode,
        file: None,
    };
    Some((mapping, unescaped(rest.trim_ascii_start())))
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
            let table = open_table(pid).and_then(read).unwrap_or_default();
            let mut mappings = table.into_iter();
            let mapping = mappings.find(|(mapping, _)| mapping.range == self);
            mapping.map(|(_, path)| path).unwrap_or_default()
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
        if let Some(file) = self.file {
            return Ok(file);
        }
        match FileId::behind(CWD, self.range.link(pid)) {
            Ok(file) => Ok(file),
            Err(Errno::PERM | Errno::ACCESS) => {
                let id = FileId::behind_descriptor(resolve(pid, &self.range.path(pid))?)?;
                (id.ino == self.inode).then_some(id).ok_or(Errno::STALE)
            }
            Err(errno) => Err(errno),
        }
    }
}

impl From<CodeMapping> for Mapping {
    /// Kernels that can be asked tell of a file on an overlay what a look at it tells, and only file
    /// systems without a block device have devices of their own for what they hold.
    fn from(mapping: CodeMapping) -> Self {
        let CodeMapping {
            start,
            end,
            device: dev,
            inode: ino,
        } = mapping;
        Self {
            range: Range { start, end },
            inode: ino,
            file: (major(dev) != 0).then_some(FileId { dev, ino }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_line_is_read_to_its_last_byte() {
        let line = b"7f00-8000 r-xp 00001000 fe:01 4711       /a b\\012\xff (deleted)";
        let (mapping, path) = parse(line).unwrap();
        assert_eq!((mapping.range.start, mapping.range.end), (0x7f00, 0x8000));
        assert_eq!(mapping.inode, 4711);
        assert_eq!(path, b"/a b\n\xff (deleted)");
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
    fn mappings_that_are_asked_for_are_those_that_the_text_tells() {
        let pid = std::process::id();
        let told = |mapping: &Mapping| Some((mapping.range, mapping.file(pid).ok()?));
        let text = read(open_table(pid).unwrap()).unwrap();
        let from_text: Vec<_> = text
            .iter()
            .filter_map(|(mapping, _)| told(mapping))
            .collect();
        let any: Vec<_> = of(pid).unwrap().iter().filter_map(told).collect();
        assert_eq!(any, from_text);
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
