//! Where on this machine the protected files lie.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use quell_protocol::Protection;

use super::table;

/// A file that is protected for as long as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) protection: Protection,
}

/// All of them, the most important reason first. What does not exist is simply not there.
pub(super) fn candidates() -> Vec<Candidate> {
    let mut all = vec![
        Candidate {
            path: "/proc/1/exe".into(),
            protection: Protection::Init,
        },
        Candidate {
            path: "/proc/self/exe".into(),
            protection: Protection::Agent,
        },
    ];
    all.extend(mapped().map(|path| Candidate {
        path,
        protection: Protection::Loader,
    }));
    all.extend(libraries());
    all.extend(listed_shells().map(|path| Candidate {
        path,
        protection: Protection::Shell,
    }));
    all.extend(programs());
    all.extend(security_products());
    all
}

/// What this process itself was linked with.
fn mapped() -> impl Iterator<Item = PathBuf> {
    let maps = fs::read("/proc/self/maps").unwrap_or_default();
    let maps = String::from_utf8_lossy(&maps);
    let mut paths: Vec<PathBuf> = maps.lines().filter_map(mapped_executable).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter()
}

/// The file of one line of `maps`, if it is mapped to be executed.
fn mapped_executable(line: &str) -> Option<PathBuf> {
    let permissions = line.split_ascii_whitespace().nth(1)?;
    let path = line.get(line.find('/')?..)?;
    permissions.contains('x').then(|| PathBuf::from(path))
}

fn libraries() -> impl Iterator<Item = Candidate> {
    files_in(table::LIBRARY_DIRECTORIES)
        .filter(|path| file_name(path).is_some_and(table::is_library))
        .map(|path| Candidate {
            path,
            protection: Protection::Loader,
        })
}

fn programs() -> impl Iterator<Item = Candidate> {
    files_in(table::PROGRAM_DIRECTORIES).filter_map(|path| {
        let protection = table::program(file_name(&path)?)?;
        Some(Candidate { path, protection })
    })
}

fn security_products() -> impl Iterator<Item = Candidate> {
    files_in(table::SECURITY_DIRECTORIES).map(|path| Candidate {
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

fn files_in(directories: &'static [&'static str]) -> impl Iterator<Item = PathBuf> {
    let entries = directories
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok());
    entries
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
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
    fn the_agent_itself_is_among_them() {
        let agent = Candidate {
            path: "/proc/self/exe".into(),
            protection: Protection::Agent,
        };
        assert!(candidates().contains(&agent));
    }
}
