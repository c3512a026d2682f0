//! How large the agent's program is, wherever it has been built to be given to others.

use std::fs;
use std::path::{Path, PathBuf};

use super::budgets::Counted;

const PROGRAM: &str = "quell-agent";
const PROFILES: [&str; 2] = ["release", "dist"];
/// The most bytes that it may have, stripped: it goes to every device, by whatever line that has.
const MOST: u64 = 16 << 20;

/// Looks below cargo's target directory: at what was built for this machine, and for other targets.
pub(super) fn measure(target: &Path) -> Counted {
    let mut measured = Counted {
        counts: Vec::new(),
        breaches: Vec::new(),
    };
    for program in built(target) {
        let Ok(size) = fs::metadata(&program).map(|metadata| metadata.len()) else {
            continue;
        };
        let place = program.strip_prefix(target).unwrap_or(&program);
        measured.add(&place.display().to_string(), size);
    }
    if measured.counts.is_empty() {
        let how = format!("{PROGRAM}: not built; cargo build --release --package {PROGRAM}");
        measured.counts.push(how);
    }
    measured
}

fn built(target: &Path) -> Vec<PathBuf> {
    let mut places = vec![target.to_owned()];
    let folders = fs::read_dir(target).into_iter().flatten().flatten();
    places.extend(
        folders
            .map(|folder| folder.path())
            .filter(|path| is_triple(path)),
    );
    places.sort();
    let profiles = |place: &PathBuf| PROFILES.map(|profile| place.join(profile).join(PROGRAM));
    places.iter().flat_map(profiles).collect()
}

/// `x86_64-unknown-linux-musl`: where cargo puts what it builds for a target that was named.
fn is_triple(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.matches('-').count() >= 2
}

impl Counted {
    fn add(&mut self, place: &str, size: u64) {
        self.counts
            .push(format!("{place}: {} of {} MiB", tenths(size), tenths(MOST)));
        if size > MOST {
            self.breaches
                .push(format!("{place} has {size} bytes, {MOST} are allowed"));
        }
    }
}

/// Mebibytes with one digit, rounded up, so that nothing that is too large looks as if it fitted.
fn tenths(bytes: u64) -> String {
    let tenths = (bytes * 10).div_ceil(1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_program(folder: &str, size: u64) -> Counted {
        let target = tempfile::tempdir().unwrap();
        let folder = target.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        let program = fs::File::create(folder.join(PROGRAM)).unwrap();
        program.set_len(size).unwrap();
        measure(target.path())
    }

    #[test]
    fn program_is_measured_for_each_target_and_may_be_as_large_as_allowed() {
        for folder in ["release", "x86_64-unknown-linux-musl/dist"] {
            let fits = with_program(folder, MOST);
            assert_eq!(
                fits.counts,
                [format!("{folder}/{PROGRAM}: 16.0 of 16.0 MiB")]
            );
            assert!(fits.breaches.is_empty());
            let larger = with_program(folder, MOST + 1);
            let told = format!("{folder}/{PROGRAM} has 16777217 bytes, 16777216 are allowed");
            assert_eq!(larger.breaches, [told]);
        }
    }

    #[test]
    fn program_of_another_profile_is_not_what_is_given_to_others() {
        let none = with_program("debug", 1 << 30);
        assert!(none.breaches.is_empty());
        assert_eq!(
            none.counts,
            ["quell-agent: not built; cargo build --release --package quell-agent"]
        );
    }
}
