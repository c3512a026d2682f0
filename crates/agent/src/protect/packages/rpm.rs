//! rpm's records, as the command `rpm` tells them: the database has had several formats, and its
//! own program reads each of them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::locks::is_locked;
use super::record::{Recorded, file_at};
use super::timed_command::output;
use super::unknown;
use crate::engine::{Condition, Examined, Ownership};
use crate::hash::Hasher;

/// Where distributions keep the database.
const DATABASES: [&str; 2] = ["var/lib/rpm", "usr/lib/sysimage/rpm"];
/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many files are asked about at once.
const AT_ONCE: usize = 64;
/// The longest answer that is read, in bytes: all files of the largest packages, several times.
const LONGEST: usize = 64 * 1024 * 1024;
/// One line for each file of each package that owns one of those that are asked about.
const FORMAT: &str = "[%{=NAME}\\t%{FILEDIGESTS}\\t%{FILEFLAGS}\\t%{FILENAMES}\\n]";
/// `RPMFILE_CONFIG` of rpm's file flags.
const CONFIGURATION: u64 = 1;

/// A machine's rpm.
#[derive(Debug)]
pub(super) struct Rpm {
    root: PathBuf,
    program: PathBuf,
    /// What rpm locks while it changes the database.
    locks: Vec<PathBuf>,
}

/// One line of the answer.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    package: &'a [u8],
    digest: Option<Recorded>,
    is_configuration: bool,
    path: &'a [u8],
}

impl Rpm {
    /// The rpm of the machine; nothing on a machine that is none of rpm's.
    pub(super) fn find(root: &Path, program: &Path) -> Option<Self> {
        let databases: Vec<PathBuf> = DATABASES
            .iter()
            .map(|database| root.join(database))
            .filter(|database| has_entries(database))
            .collect();
        (!databases.is_empty()).then(|| Self {
            root: root.to_owned(),
            program: program.to_owned(),
            locks: databases.iter().map(|at| at.join(".rpm.lock")).collect(),
        })
    }

    pub(super) fn ownership(
        &self,
        files: &[Examined<'_>],
        hasher: &mut Hasher,
    ) -> Vec<Option<Ownership>> {
        let mut answers = Vec::with_capacity(files.len());
        for some in files.chunks(AT_ONCE) {
            match self.ask(some) {
                Ok(told) => {
                    answers.extend(some.iter().map(|file| self.look_up(file, &told, hasher)))
                }
                Err(error) => {
                    tracing::warn!(%error, "rpm does not say which files are its packages'");
                    answers.extend(some.iter().map(unknown));
                }
            }
        }
        answers
    }

    fn ask(&self, files: &[Examined<'_>]) -> std::io::Result<Vec<u8>> {
        let paths: Vec<&OsStr> = files
            .iter()
            .flat_map(|file| file.paths.iter().map(|path| OsStr::from_bytes(path)))
            .collect();
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .args(["--query", "--queryformat", FORMAT, "--file", "--"])
            .args(paths);
        output(command, Instant::now() + PATIENCE, LONGEST)
    }

    fn look_up(&self, file: &Examined<'_>, told: &[u8], hasher: &mut Hasher) -> Option<Ownership> {
        let mut lines = told.split(|byte| *byte == b'\n').filter_map(parse);
        let line = lines.find(|line| file_at(&self.root, line.path) == Some(file.id))?;
        let condition = match &line.digest {
            Some(digest) => digest.verify(file.content, hasher),
            None => Condition::Unverifiable,
        };
        let condition = match condition {
            // The administrator's to change.
            Condition::Modified if line.is_configuration => return None,
            Condition::Modified if self.is_busy() => Condition::Unverifiable,
            condition => condition,
        };
        Some(Ownership {
            package: Some(String::from_utf8_lossy(line.package).into_owned()),
            condition,
        })
    }

    fn is_busy(&self) -> bool {
        self.locks.iter().any(|lock| is_locked(lock))
    }
}

fn has_entries(directory: &Path) -> bool {
    directory
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
}

/// What rpm says besides, "file … is not owned by any package" above all, has no tabs.
fn parse(line: &[u8]) -> Option<Line<'_>> {
    let mut parts = line.splitn(4, |byte| *byte == b'\t');
    let (package, digest, flags, path) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let flags: u64 = std::str::from_utf8(flags).ok()?.parse().ok()?;
    (path.starts_with(b"/") && !package.is_empty()).then(|| Line {
        package,
        digest: Recorded::parse(digest),
        is_configuration: flags & CONFIGURATION != 0,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_is_read_line_by_line_and_other_words_are_passed_over() {
        let digits = "cd".repeat(32);
        let file = format!("bash\t{digits}\t0\t/usr/bin/bash");
        assert_eq!(
            parse(file.as_bytes()),
            Some(Line {
                package: b"bash",
                digest: Some(Recorded::Sha256([0xcd; 32])),
                is_configuration: false,
                path: b"/usr/bin/bash",
            })
        );
        let settings = format!("setup\t{digits}\t17\t/etc/a\tb");
        let settings = parse(settings.as_bytes()).unwrap();
        assert!(settings.is_configuration);
        assert_eq!(settings.path, b"/etc/a\tb");
        assert_eq!(parse(b"bash\t\t0\t/usr/share/doc").unwrap().digest, None);
        for other in [
            &b"file /tmp/x is not owned by any package"[..],
            b"bash\tx\tno number\t/usr/bin/bash",
            b"bash\tx\t0\trelative",
            b"\t\t0\t/usr/bin/bash",
            b"",
        ] {
            assert_eq!(parse(other), None, "{}", String::from_utf8_lossy(other));
        }
    }
}
