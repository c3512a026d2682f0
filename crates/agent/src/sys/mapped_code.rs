//! What a process has mapped as code, asked mapping by mapping.
//!
//! Since Linux 6.11 the kernel answers which mapping of a kind comes next (`PROCMAP_QUERY`, in
//! `linux/fs.h`), so that it need not write, and nobody read, a line of text about every mapping.
#![allow(unsafe_code, reason = "rustix does not know this ioctl")]

use std::os::fd::AsFd;

use rustix::fs::makedev;
use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// A file's mapping that may be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeMapping {
    /// Its first address.
    pub(crate) start: u64,
    /// The address behind its last.
    pub(crate) end: u64,
    /// The device of the file system, which on some is not the one that a look at the file tells.
    pub(crate) device: u64,
    /// The file's inode number.
    pub(crate) inode: u64,
}

/// `struct procmap_query`.
#[repr(C)]
#[derive(Debug, Default)]
struct Query {
    size: u64,
    flags: u64,
    address: u64,
    start: u64,
    end: u64,
    permissions: u64,
    page_size: u64,
    offset: u64,
    inode: u64,
    device_major: u32,
    device_minor: u32,
    name_size: u32,
    build_id_size: u32,
    name_address: u64,
    build_id_address: u64,
}

const SIZE: usize = size_of::<Query>();
const ASK: Opcode = opcode::read_write::<Query>(b'f', 17);
/// `PROCMAP_QUERY_VMA_EXECUTABLE`, `…_COVERING_OR_NEXT_VMA` and `…_FILE_BACKED_VMA`.
const NEXT_CODE_OF_A_FILE: u64 = 0x04 | 0x10 | 0x20;

/// The first mapping of a file at `address` or above that may be executed; `maps` is
/// `/proc/PID/maps`.
///
/// # Errors
/// `ESRCH` when the process has no memory any more, `ENOTTY` on kernels before 6.11.
pub(crate) fn next(maps: impl AsFd, address: u64) -> Result<Option<CodeMapping>, Errno> {
    let mut query = Query {
        size: SIZE as u64,
        flags: NEXT_CODE_OF_A_FILE,
        address,
        ..Query::default()
    };
    // SAFETY: the number is this structure's and the kernel writes nothing but it: without room
    // for a name and a build id it takes neither of the two addresses.
    let answer = unsafe { ioctl(maps, Updater::<ASK, Query>::new(&mut query)) };
    match answer {
        Ok(()) => Ok(Some(CodeMapping {
            start: query.start,
            end: query.end,
            device: makedev(query.device_major, query.device_minor),
            inode: query.inode,
        })),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn mappings_come_in_their_order_and_are_those_that_the_text_tells() {
        let maps = File::open("/proc/self/maps").unwrap();
        let mut asked = Vec::new();
        let mut address = 0;
        loop {
            match next(&maps, address) {
                Ok(Some(mapping)) => {
                    address = mapping.end;
                    asked.push((mapping.start, mapping.end, mapping.inode));
                }
                Ok(None) => break,
                Err(Errno::NOTTY) => return,
                Err(errno) => panic!("{errno}"),
            }
        }
        let text = std::fs::read_to_string("/proc/self/maps").unwrap();
        let told = text.lines().filter_map(|line| {
            let fields: Vec<_> = line.split_ascii_whitespace().collect();
            let inode = fields[4].parse().unwrap();
            let (start, end) = fields[0].split_once('-')?;
            let number = |text| u64::from_str_radix(text, 16).unwrap();
            let is_code = fields[1].contains('x') && inode != 0;
            is_code.then(|| (number(start), number(end), inode))
        });
        assert_eq!(asked, told.collect::<Vec<_>>());
    }
}
