//! Who may write to a file at this moment.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::identity::FileId;
use super::processes::admitted;
use super::scope::Scope;

/// The owner's write permission on an entry below `/proc/PID/fd` or `map_files`: the kernel sets it
/// for files that were opened for writing.
const OPENED_FOR_WRITING: u32 = 0o200;

/// A process that has a file open for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) pid: u32,
    /// What it executes, as the kernel tells it.
    pub(crate) executable: Vec<u8>,
    /// Whether all that is left is a mapping, whose descriptor was closed.
    pub(crate) by_mapping: bool,
}

/// The processes in `scope` that have `file` open for writing, this one left out. One that cannot
/// be looked at is not among them, nor is a descriptor on its way from one process to another.
pub(crate) fn writers_of(scope: &Scope, file: FileId) -> io::Result<Vec<Writer>> {
    let mut writers = Vec::new();
    for pid in admitted(scope)? {
        let by_descriptor = may_write(Path::new(&format!("/proc/{pid}/fd")), file);
        let by_mapping =
            !by_descriptor && may_write(Path::new(&format!("/proc/{pid}/map_files")), file);
        if by_descriptor || by_mapping {
            let executable = fs::read_link(format!("/proc/{pid}/exe"))
                .map(|path| path.into_os_string().into_vec())
                .unwrap_or_default();
            writers.push(Writer {
                pid,
                executable,
                by_mapping,
            });
        }
    }
    Ok(writers)
}

fn may_write(directory: &Path, file: FileId) -> bool {
    let Ok(entries) = fs::read_dir(directory) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let opened_for_writing = fs::symlink_metadata(&path)
            .is_ok_and(|metadata| metadata.mode() & OPENED_FOR_WRITING != 0);
        opened_for_writing && FileId::behind(rustix::fs::CWD, &path) == Ok(file)
    })
}
