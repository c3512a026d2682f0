//! The limits, and the log of arrivals.

use quell_testkit::{Lab, Quell};

use crate::QUELL;

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_those_asked_for_and_every_call_is_logged() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let log = directory.path().join("arrivals");
    let path = log.to_str().expect("the path is text");
    let lab = Lab::start(QUELL, &["--limits", "2/60s", "--arrivals", path]);
    assert_eq!(read(&log), [""; 0], "the lab's own business is no call");
    let client = lab
        .client()
        .with_deadline(std::time::Duration::from_millis(500));
    let handle = client.machine(lab.text("machineId"));
    for _ in 0..2 {
        handle.get().await.expect("within the limit");
    }
    let refused = handle.get().await.expect_err("above the limit");
    assert_eq!(refused.status(), Some(429), "{refused:?}");
    let app = lab.text("clientId");
    let line = |status: u16| format!("{app} GetMachine {status}");
    let lines = read(&log);
    assert_eq!(&lines[..3], [line(200), line(200), line(429)]);
}

/// The lines without their seconds, which must be a number with microseconds.
fn read(log: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(log).expect("the log is there");
    let without_seconds = |line: &str| {
        let (seconds, rest) = line.split_once(' ').expect("a line has words");
        let (_, part) = seconds.split_once('.').expect("seconds have a fraction");
        assert!(part.len() == 6 && seconds.parse::<f64>().is_ok(), "{line}");
        rest.to_owned()
    };
    text.lines().map(without_seconds).collect()
}

#[test]
fn nonsense_is_refused_before_anything_starts() {
    for (options, named) in [
        (&["--limits", "many"][..], "--limits"),
        (&["--seen", "30"], "--seen"),
        (&["--device-profile", "ordinary"], "--devices"),
        (&["--devices", "100001"], "--devices"),
        (&["--clock-rate", "0"], "--clock-rate"),
        (&["--reinfect-limit", "3"], "--reinfect"),
        (
            &["--devices", "1", "--device-profile", "/nonexistent"],
            "/nonexistent",
        ),
        (&["advance", "soon"], "BY"),
        (&["advance", "3d"], "--lab"),
    ] {
        let mut line = vec!["lab"];
        if options[0] != "advance" {
            line.push("--as-root");
        }
        line.extend(options);
        let outcome = Quell::new(QUELL).run(line);
        assert_eq!(outcome.code, 2, "{options:?}: {outcome:?}");
        assert!(outcome.stderr.contains(named), "{options:?}: {outcome:?}");
    }
}

#[test]
fn clock_that_was_moved_tells_the_moment() {
    let lab = Lab::start(QUELL, &[]);
    let moved = |span: &str| {
        let told = lab
            .run(&["lab", "advance", span, "--output", "json"])
            .json();
        let now: quell::Timestamp = told["now"]
            .as_str()
            .expect("a moment")
            .parse()
            .expect("one");
        now
    };
    let (first, second) = (moved("1s"), moved("3d"));
    let between = second.saturating_duration_since(first).as_secs();
    assert!(
        (3 * 86_400..3 * 86_400 + 600).contains(&between),
        "{between}"
    );
}

#[test]
fn advancing_a_lab_that_is_gone_says_so() {
    let lab = Lab::start(QUELL, &[]);
    let control = lab.ready()["environment"]["QUELL_LAB"].clone();
    drop(lab);
    let mut command = Quell::new(QUELL).command();
    let control = control.as_str().expect("the lab prints where it is");
    command
        .env("QUELL_LAB", control)
        .args(["lab", "advance", "1h"]);
    let outcome = quell_testkit::Outcome::of(&mut command);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stderr.contains("no lab answers"), "{outcome:?}");
}

#[test]
fn applications_and_persons_are_added_by_the_variables_that_the_lab_prints() {
    let lab = Lab::start(QUELL, &[]);
    let scope = ["--scope", "Machine.Read", "--output", "json"];
    let application =
        lab.run(&[&["server", "app", "add", "desk", "--public"], &scope[..]].concat());
    assert_eq!(application.document()["tenantId"], lab.text("tenantId"));
    let person = lab.run(&[&["server", "user", "add", "ana"], &scope[..]].concat());
    assert_eq!(person.document()["name"], "ana");
}

#[test]
fn simulated_device_is_judged_beforehand_as_the_server_judges_it() {
    let lab = Lab::start(QUELL, &["--devices", "20"]);
    for (behavior, code) in [("prompt", 0), ("mac", 3), ("windows-1607", 3)] {
        let (machine, sha1) = (lab.device(behavior), lab.file("common"));
        let checked = lab.run(&["check", sha1, "--machine", machine]);
        assert_eq!(checked.code, code, "{behavior}: {checked:?}");
    }
}
