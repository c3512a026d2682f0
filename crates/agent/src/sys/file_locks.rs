//! Who holds a lock on a file.

use std::fs;
use std::os::fd::AsFd;

use rustix::fs::{fstat, major, minor};

/// The process that has taken the lock of a whole open file (`flock`), if it is one that can be seen
/// from here. The kernel's list is read: asking for the lock would take it.
pub(crate) fn holder_of(file: impl AsFd) -> Option<u32> {
    let stat = fstat(file).ok()?;
    let (major, minor) = (major(stat.st_dev), minor(stat.st_dev));
    let file = format!("{major:02x}:{minor:02x}:{}", stat.st_ino);
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| holder_in(line, &file))
}

/// `number: FLOCK ADVISORY WRITE pid major:minor:inode start end`; those who wait for a lock have an
/// arrow after the number.
fn holder_in(line: &str, file: &str) -> Option<u32> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let is_whole = words.next()? == "FLOCK";
    let pid = words.nth(2)?.parse().ok()?;
    (is_whole && words.next()? == file).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{FlockOperation, flock};

    #[test]
    fn holder_is_told_for_as_long_as_it_holds_the_lock() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(holder_of(&file), None);
        flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        assert_eq!(holder_of(&file), Some(std::process::id()));
        flock(&file, FlockOperation::Unlock).unwrap();
        assert_eq!(holder_of(&file), None);
    }

    #[test]
    fn whoever_waits_and_whoever_locks_a_part_holds_no_whole_file() {
        let holds = "3: FLOCK  ADVISORY  WRITE 77 08:01:1234 0 EOF";
        let waits = "3: -> FLOCK  ADVISORY  WRITE 78 08:01:1234 0 EOF";
        let part = "4: POSIX  ADVISORY  READ 79 08:01:1234 128 128";
        assert_eq!(holder_in(holds, "08:01:1234"), Some(77));
        for line in [waits, part, holds, "", "5: FLOCK"] {
            let file = if line == holds {
                "08:01:123"
            } else {
                "08:01:1234"
            };
            assert_eq!(holder_in(line, file), None, "{line}");
        }
    }
}
