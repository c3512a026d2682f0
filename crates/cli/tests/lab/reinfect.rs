//! The sample that comes back.

use std::path::Path;

use quell_testkit::{Lab, children_of, ends_soon};

use crate::QUELL;

#[test]
fn sample_comes_back_after_each_action_and_is_taken_again() {
    let lab = Lab::start(QUELL, &["--reinfect"]);
    let sha1 = lab.text("sha1").to_owned();
    for round in 0..2 {
        let answered = lab.quarantine(&sha1, "c", true);
        assert_eq!(answered["status"], "Succeeded", "round {round}: {answered}");
        comes_back(Path::new(lab.text("path")));
    }
    let entries = std::fs::read_dir(lab.temporary()).expect("it is ours");
    assert_eq!(entries.count(), 2, "the lab's directory and its log");
}

#[test]
fn what_comes_back_dies_with_a_killed_lab() {
    let lab = Lab::start(QUELL, &["--reinfect"]);
    let answered = lab.quarantine(lab.text("sha1"), "c", true);
    assert_eq!(answered["status"], "Succeeded", "{answered}");
    comes_back(Path::new(lab.text("path")));
    let children = children_of(lab.process().id());
    let (process, _directory) = lab.into_process();
    process.kill_hard();
    for (pid, pidfd) in children {
        assert!(ends_soon(&pidfd), "process {pid} survived the lab");
    }
}

#[test]
fn sample_stays_away_when_it_has_come_back_often_enough() {
    let lab = Lab::start(QUELL, &["--reinfect", "--reinfect-limit", "1"]);
    let sha1 = lab.text("sha1").to_owned();
    let answered = lab.quarantine(&sha1, "c", true);
    assert_eq!(answered["status"], "Succeeded", "{answered}");
    comes_back(Path::new(lab.text("path")));
    let answered = lab.quarantine(&sha1, "c", true);
    assert_eq!(answered["status"], "Succeeded", "{answered}");
    let answered = lab.quarantine(&sha1, "c", true);
    assert_eq!(answered["status"], "Failed", "{answered}");
}

/// Waits until the file is there again.
fn comes_back(path: &Path) {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !path.exists() {
        assert!(std::time::Instant::now() < patience, "it stays away");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
