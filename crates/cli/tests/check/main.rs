//! `quell check` and `quell file show`: what a person and a program read, and that nothing is posted.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod desk;
mod dry_run;
mod lab;

use desk::Desk;
use quell_testkit::Quell;
use serde_json::Value;

pub(crate) const QUELL: &str = env!("CARGO_BIN_EXE_quell");
pub(crate) const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
pub(crate) const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
pub(crate) const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
pub(crate) const OTHER: &str = "2e5bc9d7e413ddd7902c2932e418702b84d0cc07";

const JSON: [&str; 2] = ["--output", "json"];

/// The findings about a subject.
pub(crate) fn about<'a>(check: &'a Value, subject: &str) -> Vec<&'a Value> {
    let findings = check["findings"].as_array().expect("there are findings");
    let of_subject = findings.iter().filter(|it| it["subject"] == subject);
    of_subject.collect()
}

#[test]
fn check_for_people_has_what_speaks_against_it_first() {
    let desk = Desk::open();
    let outcome = desk.run(&["check", SHA1]);
    assert_eq!(outcome.code, 3, "{outcome:?}");
    insta::assert_snapshot!(outcome.stdout);
    assert!(desk.was_only_read());
}

#[test]
fn check_for_programs_tells_each_machine_and_each_source() {
    let desk = Desk::open();
    let outcome = desk.run(&[&["check", SHA1][..], &JSON].concat());
    assert_eq!(outcome.code, 3);
    let check = outcome.document();
    assert_eq!(check["schemaVersion"], 1);
    assert_eq!(check["clear"], false);
    assert_eq!(check["machines"][0]["id"], MACHINE);
    assert_eq!(check["machines"][0]["clear"], true);
    assert_eq!(check["machines"][1]["clear"], false);
    let open = about(&check, "openAction");
    let refused = open.iter().find(|it| it["verdict"] == "fails");
    let refused = refused.unwrap_or_else(|| panic!("none of {open:?} fails"));
    assert_eq!(refused["machineId"], OTHER);
    for finding in check["findings"].as_array().expect("a list") {
        let url = finding["source"]["url"].as_str().expect("a text");
        assert!(url.starts_with("https://"), "{finding}");
    }
}

#[test]
fn check_of_named_machines_is_of_them_alone() {
    let desk = Desk::open();
    let mine = format!("/api/machineactions?$filter=machineId%20eq%20%27{MACHINE}%27");
    desk.says(&mine, 200, serde_json::json!({ "value": [] }));
    let outcome = desk.run(&["check", SHA1, "--machine", MACHINE]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.stdout.contains("on 1 of 1 machine(s)"),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains("web-2"), "{outcome:?}");
}

#[test]
fn check_that_learns_nothing_is_not_clear() {
    let desk = Desk::open();
    for path in ["", "/stats", "/machines"] {
        let path = format!("/api/files/{SHA1}{path}");
        desk.refuses(&path, 403, "Forbidden", "not for you");
    }
    let outcome = desk.run(&["check", SHA1]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    assert!(outcome.stdout.contains("? "), "{outcome:?}");
    assert!(outcome.stdout.contains("not for you"), "{outcome:?}");
}

#[test]
fn file_for_people_says_everything_and_cannot_deceive_a_terminal() {
    let desk = Desk::open();
    let outcome = desk.run(&["file", "show", SHA1]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    insta::assert_snapshot!(outcome.stdout);
    assert!(desk.was_only_read());
}

#[test]
fn file_by_its_sha256_is_followed_to_its_machines_by_its_sha1() {
    let desk = Desk::open();
    let upper = SHA256.to_ascii_uppercase();
    let file = desk.run(&[&["file", "show", &upper][..], &JSON].concat());
    let file = file.json();
    assert_eq!(file["file"]["sha1"], SHA1);
    assert_eq!(file["machines"].as_array().map(Vec::len), Some(2));
    assert_eq!(file["missing"].as_array().map(Vec::len), Some(0));
}

#[test]
fn part_that_is_missing_says_why() {
    let desk = Desk::open();
    let needs = "required application permissions (Alert.Read.All, Alert.ReadWrite.All)";
    desk.refuses(
        &format!("/api/files/{SHA1}/alerts"),
        403,
        "Forbidden",
        needs,
    );
    desk.refuses(&format!("/api/files/{SHA256}/stats"), 404, "NotFound", "no");
    let outcome = desk.run(&["file", "show", SHA1]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("not told: alerts"), "{outcome:?}");
    assert!(outcome.stdout.contains(needs), "{outcome:?}");

    let json = desk
        .run(&[&["file", "show", SHA1][..], &JSON].concat())
        .json();
    assert_eq!(json["missing"][0]["part"], "alerts");
    assert_eq!(json["missing"][0]["code"], "Forbidden");
    assert!(json.get("alerts").is_none());
}

#[test]
fn of_an_unknown_sha256_it_says_that_the_rest_is_told_by_sha1_alone() {
    let desk = Desk::open();
    for part in ["", "/stats"] {
        let path = format!("/api/files/{SHA256}{part}");
        desk.refuses(&path, 404, "ResourceNotFound", "it was not found");
    }
    let outcome = desk.run(&["file", "show", SHA256]);
    assert_eq!(outcome.code, 3, "{outcome:?}");
    assert!(outcome.stderr.contains("it was not found"), "{outcome:?}");
    assert!(outcome.stderr.contains("try its SHA-1"), "{outcome:?}");
}

#[test]
fn many_machines_are_counted_and_named_when_asked_for() {
    let desk = Desk::open();
    let machines: Vec<Value> = (0..12)
        .map(|number| serde_json::json!({ "id": format!("{number:040x}") }))
        .collect();
    let path = format!("/api/files/{SHA1}/machines");
    desk.says(&path, 200, serde_json::json!({ "value": machines }));
    let last = format!("{:040x}", 11);
    let first = desk.run(&["file", "show", SHA1]);
    assert!(
        first.stdout.contains("machines that have it: 12"),
        "{first:?}"
    );
    assert!(first.stdout.contains("and 2 more: --machines"), "{first:?}");
    assert!(!first.stdout.contains(&last), "{first:?}");
    let all = desk.run(&["file", "show", SHA1, "--machines"]);
    assert!(all.stdout.contains(&last), "{all:?}");
}

#[test]
fn wrong_hash_is_refused_before_anything_is_sent() {
    let quell = Quell::new(QUELL);
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    for (arguments, word) in [
        (vec!["check", md5], "MD5"),
        (vec!["check", SHA256], "SHA-256"),
        (vec!["file", "show", md5], "MD5"),
        (vec!["file", "show", "../machines"], "40"),
        (vec!["check", SHA1, "--machine", ".."], "id"),
    ] {
        let outcome = quell.run(&arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains(word), "{arguments:?}: {outcome:?}");
    }
}
