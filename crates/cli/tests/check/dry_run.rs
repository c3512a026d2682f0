//! `quell quarantine --dry-run`: the check of what would be sent.

use quell_testkit::Outcome;

use super::desk::Desk;
use super::{JSON, MACHINE, OTHER, SHA1, about};

fn dry_run(desk: &Desk, machines: &[&str], more: &[&str]) -> Outcome {
    let quarantine = ["quarantine", SHA1, "--comment", "alert 7", "--dry-run"];
    desk.run(&[&quarantine[..], &["--machine"], machines, more].concat())
}

#[test]
fn what_would_be_refused_is_shown_and_nothing_is_posted() {
    let desk = Desk::open();
    let outcome = dry_run(&desk, &[MACHINE, OTHER], &[]);
    assert_eq!(outcome.code, 3, "{outcome:?}");
    let checked = desk.run(&["check", SHA1, "--machine", MACHINE, OTHER]);
    assert_eq!(outcome.stdout, checked.stdout);
    assert!(outcome.stdout.contains("✗  open action"), "{outcome:?}");
    for word in [MACHINE, OTHER, "alert 7", "nothing but reads was sent"] {
        assert!(outcome.stderr.contains(word), "`{word}`: {outcome:?}");
    }
    assert!(desk.was_only_read());

    let planned = dry_run(&desk, &[MACHINE, OTHER], &JSON);
    assert_eq!(planned.code, 3, "{planned:?}");
    let planned = planned.document();
    assert_eq!(planned["dryRun"], true);
    assert_eq!(planned["results"][1]["outcome"], "NotPerformed");
    assert_eq!(planned["check"]["clear"], false);
    assert_eq!(planned["check"]["machines"][0]["clear"], true);
    let refused = about(&planned["check"], "openAction");
    assert!(refused.iter().any(|it| it["machineId"] == OTHER));
    assert!(desk.was_only_read());
}

#[test]
fn what_would_be_done_ends_well() {
    let desk = Desk::open();
    let mine = format!("/api/machineactions?$filter=machineId%20eq%20%27{MACHINE}%27");
    desk.says(&mine, 200, serde_json::json!({ "value": [] }));
    let outcome = dry_run(&desk, &[MACHINE], &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(desk.was_only_read());
}

#[test]
fn without_permission_it_says_what_would_be_sent_and_that_the_rest_cannot_be_told() {
    let desk = Desk::open();
    let of_machine = format!("/api/machines/{MACHINE}");
    let actions = format!("/api/machineactions?$filter=machineId%20eq%20%27{MACHINE}%27");
    desk.refuses(&of_machine, 403, "Forbidden", "not for you");
    desk.refuses(&actions, 403, "Forbidden", "not for you");
    for part in ["", "/stats", "/machines"] {
        let path = format!("/api/files/{SHA1}{part}");
        desk.refuses(&path, 403, "Forbidden", "not for you");
    }
    let outcome = dry_run(&desk, &[MACHINE], &[]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    assert!(outcome.stderr.contains(MACHINE), "{outcome:?}");
    assert!(outcome.stdout.contains("not for you"), "{outcome:?}");
}

#[test]
fn without_a_token_it_still_says_what_would_be_sent() {
    let desk = Desk::open();
    desk.says(
        "/tenant/oauth2/v2.0/token",
        401,
        serde_json::json!({ "error": "invalid_client", "error_description": "wrong secret" }),
    );
    let outcome = dry_run(&desk, &[MACHINE], &JSON);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    for word in [MACHINE, "cannot be told", "invalid_client", "next:"] {
        assert!(outcome.stderr.contains(word), "`{word}`: {outcome:?}");
    }
    let planned = outcome.document();
    assert_eq!(planned["results"][0]["machineId"], MACHINE);
    assert!(planned.get("check").is_none(), "{planned}");
    let why = planned["unchecked"]["message"].as_str();
    assert!(why.is_some_and(|why| !why.is_empty()), "{planned}");
}
