//! Where on this machine the protected files lie.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use quell_protocol::Protection;

use super::listings::Listings;
use super::table;

/// A file that is protected for as long as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) protection: Protection,
}

/// What nobody may insist on: the programs of process 1 and of the agent.
pub(super) fn never() -> [Candidate; 2] {
    [
        Candidate {
            path: "/proc/1/exe".into(),
            protection: Protection::Init,
        },
        Candidate {
            path: "/proc/self/exe".into(),
            protection: Protection::Agent,
        },
    ]
}

/// All others, the most important reason first. What does not exist is simply not there.
pub(super) fn candidates(listings: &mut Listings) -> Vec<Candidate> {
    let mut all = Vec::new();
    all.extend(libraries(listings));
    all.extend(mapped("/proc/self/maps"));
    all.extend(mapped("/proc/1/maps"));
    all.extend(listed_shells().map(|path| Candidate {
        path,
        protection: Protection::Shell,
    }));
    all.extend(programs(listings));
    all.extend(security_products(listings));
    all
}

/// What a process was linked with, its own program left out; nothing if that may not be read.
fn mapped(maps: &str) -> impl Iterator<Item = Candidate> {
    let maps = fs::read(maps).unwrap_or_default();
    let maps = String::from_utf8_lossy(&maps);
    let mut paths: Vec<PathBuf> = maps.lines().filter_map(mapped_executable).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| Candidate {
        protection: match file_name(&path).is_some_and(table::is_library) {
            true => Protection::Loader,
            false => Protection::Library,
        },
        path,
    })
}

/// The file of one line of `maps`, if it is mapped to be executed.
fn mapped_executable(line: &str) -> Option<PathBuf> {
    let permissions = line.split_ascii_whitespace().nth(1)?;
    let path = line.get(line.find('/')?..)?;
    permissions.contains('x').then(|| PathBuf::from(path))
}

fn libraries(listings: &mut Listings) -> impl Iterator<Item = Candidate> {
    let is_library = |name: &OsStr| name.to_str().is_some_and(table::is_library);
    let files = listings.files_in(table::LIBRARY_DIRECTORIES, is_library);
    files.into_iter().map(|path| Candidate {
        path,
        protection: Protection::Loader,
    })
}

fn programs(listings: &mut Listings) -> impl Iterator<Item = Candidate> {
    let protection = |name: &OsStr| table::program(name.to_str()?);
    let is_program = |name: &OsStr| protection(name).is_some();
    let files = listings.files_in(table::PROGRAM_DIRECTORIES, is_program);
    files.into_iter().filter_map(move |path| {
        let protection = protection(path.file_name()?)?;
        Some(Candidate { path, protection })
    })
}

fn security_products(listings: &mut Listings) -> impl Iterator<Item = Candidate> {
    let files = listings.files_in(table::SECURITY_DIRECTORIES, |_| true);
    files.into_iter().map(|path| Candidate {
        path,
        protection: Protection::SecurityAgent,
    })
}

fn listed_shells() -> impl Iterator<Item = PathBuf> {
    let file = fs::File::open("/etc/shells").ok().map(BufReader::new);
    let lines = file
        .into_iter()
        .flat_map(|file| file.lines().map_while(Result::ok));
    lines
        .filter(|line| line.starts_with('/'))
        .map(|line| PathBuf::from(line.trim()))
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_mapped_to_be_executed_count() {
        let code = "7f00-7f01 r-xp 00001000 08:01 42    /usr/lib/a b.so";
        assert_eq!(
            mapped_executable(code),
            Some(PathBuf::from("/usr/lib/a b.so"))
        );
        assert_eq!(
            mapped_executable("7f00-7f01 r--p 0 08:01 42    /usr/share/x"),
            None
        );
        assert_eq!(
            mapped_executable("7f00-7f01 r-xp 0 00:00 0     [vdso]"),
            None
        );
        assert_eq!(mapped_executable(""), None);
    }

    #[test]
    fn libraries_that_a_process_is_linked_with_are_told_from_the_loader() {
        let directory = tempfile::tempdir().unwrap();
        let maps = directory.path().join("maps");
        fs::write(
            &maps,
            "1-2 r-xp 0 08:01 1 /usr/lib/libc.so.6\n1-2 r-xp 0 08:01 2 /usr/lib/libz.so.1\n\
             3-4 r-xp 0 08:01 2 /usr/lib/libz.so.1\n5-6 r--p 0 08:01 3 /usr/share/locale\n",
        )
        .unwrap();
        let found: Vec<_> = mapped(maps.to_str().unwrap())
            .map(|found| (found.path, found.protection))
            .collect();
        assert_eq!(
            found,
            [
                ("/usr/lib/libc.so.6".into(), Protection::Loader),
                ("/usr/lib/libz.so.1".into(), Protection::Library),
            ]
        );
        assert_eq!(mapped("/nonexistent/maps").count(), 0);
    }

    #[test]
    fn the_agent_itself_is_among_them() {
        let agent = Candidate {
            path: "/proc/self/exe".into(),
            protection: Protection::Agent,
        };
        assert!(never().contains(&agent));
    }
}
