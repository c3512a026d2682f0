//! What files contained, remembered over a restart of the agent.
//!
//! Most of a machine's files have not changed since, and reading them all takes minutes of its disk.
//! Nothing is done to a file because of what is remembered: it is what the inventory tells, and
//! whoever acts on that reads the file again.
//!
//! ```text
//!  line      machine      entry × n                                              check
//!  28 bytes  SHA-256      dev ino size modified changed, born?, SHA-1, SHA-256   SHA-256 of all before
//! ```

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use quell_model::Sha1;
use rustix::fs::{Mode, OFlags, fstat, open};

use super::known::MOST_REMEMBERED;
use crate::find::{FileId, Stamp};
use crate::hash::Digests;
use crate::sys::file::is_regular;
use crate::whole_file::WholeFile;

const LINE: &[u8] = b"quell-agent known content 1\n";
const DIGEST: usize = 32;
const SHA1: usize = 20;
/// Five numbers, whether the sixth is there, the sixth, and both digests.
const ENTRY: usize = 5 * 8 + 1 + 8 + SHA1 + DIGEST;

/// Files and what they contained.
pub(super) type Entries = HashMap<Stamp, Digests>;

/// The file in which it is remembered.
#[derive(Debug)]
pub(super) struct Remembered {
    path: PathBuf,
    /// What this machine is; what another one has remembered is of no use here.
    machine: [u8; DIGEST],
}

impl Remembered {
    pub(super) fn at(path: PathBuf) -> Self {
        // machine-id(5) asks that the id itself be written nowhere.
        let id = fs::read("/etc/machine-id").unwrap_or_default();
        let machine = sha256(&[b"quell known machine\0", id.as_slice()].concat());
        Self { path, machine }
    }

    /// What an earlier run remembered; nothing of what is damaged, of another machine, or may have
    /// been written by somebody else.
    pub(super) fn load(&self) -> Entries {
        match self.read() {
            Ok(content) => self.decoded(&content).unwrap_or_else(|| {
                tracing::info!(path = %self.path.display(), "what was remembered is forgotten");
                Entries::new()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Entries::new(),
            Err(error) => {
                tracing::warn!(%error, path = %self.path.display(), "nothing is remembered");
                Entries::new()
            }
        }
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = open(&self.path, flags, Mode::empty())?;
        let stat = fstat(&file)?;
        let is_own = stat.st_uid == rustix::process::geteuid().as_raw();
        if !is_regular(&stat) || !is_own || stat.st_mode & 0o022 != 0 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let longest = LINE.len() + 2 * DIGEST + MOST_REMEMBERED * ENTRY;
        let mut content = Vec::new();
        let longest = u64::try_from(longest).unwrap_or(u64::MAX);
        File::from(file)
            .take(longest + 1)
            .read_to_end(&mut content)?;
        Ok(content)
    }

    fn decoded(&self, content: &[u8]) -> Option<Entries> {
        let (content, check) = content.split_last_chunk::<DIGEST>()?;
        if sha256(content) != *check {
            return None;
        }
        let entries = content.strip_prefix(LINE)?;
        let entries = entries.strip_prefix(self.machine.as_slice())?;
        let is_whole = entries.len().is_multiple_of(ENTRY);
        let is_bounded = entries.len() / ENTRY <= MOST_REMEMBERED;
        (is_whole && is_bounded).then_some(())?;
        entries.chunks_exact(ENTRY).map(entry).collect()
    }

    /// Remembers for the next run.
    ///
    /// # Errors
    /// The system's. What was remembered before stays then.
    pub(super) fn store(&self, entries: &Entries) -> io::Result<()> {
        let mut content = Vec::with_capacity(LINE.len() + 2 * DIGEST + entries.len() * ENTRY);
        content.extend_from_slice(LINE);
        content.extend_from_slice(&self.machine);
        for (stamp, digests) in entries {
            if stamp.size == digests.size {
                encode(stamp, digests, &mut content);
            }
        }
        let check = sha256(&content);
        content.extend_from_slice(&check);
        let directory = File::open(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut file = WholeFile::create(directory.as_fd())?;
        file.file().write_all(&content)?;
        file.replace(self.path.file_name().unwrap_or(OsStr::new("known")))
    }
}

fn encode(stamp: &Stamp, digests: &Digests, into: &mut Vec<u8>) {
    for number in [stamp.id.dev, stamp.id.ino, stamp.size] {
        into.extend_from_slice(&number.to_le_bytes());
    }
    for moment in [stamp.modified_ns, stamp.changed_ns] {
        into.extend_from_slice(&moment.to_le_bytes());
    }
    into.push(u8::from(stamp.born_ns.is_some()));
    into.extend_from_slice(&stamp.born_ns.unwrap_or_default().to_le_bytes());
    into.extend_from_slice(digests.sha1.as_bytes());
    into.extend_from_slice(&digests.sha256);
}

fn entry(bytes: &[u8]) -> Option<(Stamp, Digests)> {
    let mut rest = bytes;
    let mut number = || next::<8>(&mut rest).map(u64::from_le_bytes);
    let id = FileId {
        dev: number()?,
        ino: number()?,
    };
    let size = number()?;
    let mut moment = || next::<8>(&mut rest).map(i64::from_le_bytes);
    let (modified_ns, changed_ns) = (moment()?, moment()?);
    let [is_born] = next::<1>(&mut rest)?;
    let born = next::<8>(&mut rest).map(i64::from_le_bytes)?;
    let stamp = Stamp {
        id,
        size,
        modified_ns,
        changed_ns,
        born_ns: (is_born == 1).then_some(born),
    };
    let digests = Digests {
        sha1: Sha1::from_bytes(next::<SHA1>(&mut rest)?),
        sha256: next::<DIGEST>(&mut rest)?,
        size,
    };
    Some((stamp, digests))
}

fn next<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn sha256(content: &[u8]) -> [u8; DIGEST] {
    let mut bytes = [0; DIGEST];
    let digest = digest(&SHA256, content);
    for (slot, byte) in bytes.iter_mut().zip(digest.as_ref()) {
        *slot = *byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn entries() -> Entries {
        let entry = |ino: u64, born_ns: Option<i64>| {
            let stamp = Stamp {
                id: FileId { dev: u64::MAX, ino },
                size: 3,
                modified_ns: -5,
                changed_ns: i64::MAX,
                born_ns,
            };
            let digests = Digests {
                sha1: Sha1::from_bytes([u8::try_from(ino).unwrap(); SHA1]),
                sha256: [8; DIGEST],
                size: 3,
            };
            (stamp, digests)
        };
        Entries::from([entry(1, None), entry(2, Some(-1)), entry(3, Some(0))])
    }

    fn remembered(directory: &tempfile::TempDir) -> Remembered {
        Remembered::at(directory.path().join("known"))
    }

    #[test]
    fn what_is_remembered_is_known_after_a_restart_and_to_nobody_else() {
        let directory = tempfile::tempdir().unwrap();
        let before = remembered(&directory);
        assert_eq!(before.load(), Entries::new());
        before.store(&Entries::new()).unwrap();
        before.store(&entries()).unwrap();
        assert_eq!(remembered(&directory).load(), entries());
        let mode = fs::metadata(&before.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn damaged_file_is_forgotten_whichever_byte_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let remembered = remembered(&directory);
        remembered.store(&entries()).unwrap();
        let whole = fs::read(&remembered.path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&remembered.path, &damaged).unwrap();
            assert!(remembered.load().is_empty(), "byte {at}");
            fs::write(&remembered.path, &whole[..at]).unwrap();
            assert!(remembered.load().is_empty(), "the first {at} bytes");
        }
        fs::write(&remembered.path, [&whole[..], b"x"].concat()).unwrap();
        assert!(remembered.load().is_empty());
        fs::write(&remembered.path, &whole).unwrap();
        assert_eq!(remembered.load(), entries());
    }

    #[test]
    fn what_another_machine_or_another_version_remembered_is_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let here = remembered(&directory);
        let there = Remembered {
            machine: [7; DIGEST],
            path: here.path.clone(),
        };
        there.store(&entries()).unwrap();
        assert!(here.load().is_empty());
        assert_eq!(there.load(), entries());
        let other_line = b"quell-agent known content 2\n".as_slice();
        let content = fs::read(&here.path).unwrap();
        let content = [other_line, &content[LINE.len()..content.len() - DIGEST]].concat();
        fs::write(&here.path, [&content[..], &sha256(&content)].concat()).unwrap();
        assert!(there.load().is_empty());
    }

    #[test]
    fn file_that_others_could_have_written_is_not_believed() {
        let directory = tempfile::tempdir().unwrap();
        let remembered = remembered(&directory);
        remembered.store(&entries()).unwrap();
        for mode in [0o620, 0o602] {
            fs::set_permissions(&remembered.path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(remembered.load().is_empty(), "{mode:o}");
        }
        fs::set_permissions(&remembered.path, fs::Permissions::from_mode(0o600)).unwrap();
        let elsewhere = directory.path().join("elsewhere");
        fs::rename(&remembered.path, &elsewhere).unwrap();
        symlink(&elsewhere, &remembered.path).unwrap();
        assert!(remembered.load().is_empty());
    }

    #[test]
    fn more_than_fits_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let remembered = remembered(&directory);
        let endless = File::create(&remembered.path).unwrap();
        endless.set_len(1 << 40).unwrap();
        let longest = LINE.len() + 2 * DIGEST + MOST_REMEMBERED * ENTRY;
        assert_eq!(remembered.read().unwrap().len(), longest + 1);
        assert!(remembered.load().is_empty());
    }
}
