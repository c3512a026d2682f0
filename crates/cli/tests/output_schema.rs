//! What commands write with `--output json` is what `docs/reference/output.schema.json` says.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::BTreeSet;
use std::path::Path;

use quell_testkit::{Application, Outcome, Quell, Victim, World};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");

fn schema() -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/output.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

/// The part of JSON Schema that our documents use: `required`, `properties`, `items`, `$ref`, `enum`,
/// `const`, `type`. A property that the schema does not name is a fault here: it would be undocumented.
fn check(schema: &Value, part: &Value, value: &Value, at: &str) {
    if let Some(reference) = part["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return check(
            schema,
            schema
                .pointer(pointer)
                .expect("the reference leads somewhere"),
            value,
            at,
        );
    }
    if let Some(wanted) = part.get("const") {
        assert_eq!(value, wanted, "{at}");
    }
    if let Some(values) = part["enum"].as_array() {
        assert!(
            values.contains(value),
            "{at}: {value} is none of {values:?}"
        );
    }
    match part["type"].as_str() {
        Some("string") => assert!(value.is_string(), "{at}: {value}"),
        Some("integer") => assert!(value.is_i64() || value.is_u64(), "{at}: {value}"),
        Some("number") => assert!(value.is_number(), "{at}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{at}: {value}"),
        Some("array") => {
            for (index, item) in value
                .as_array()
                .unwrap_or_else(|| panic!("{at}: {value}"))
                .iter()
                .enumerate()
            {
                check(schema, &part["items"], item, &format!("{at}[{index}]"));
            }
        }
        Some("object") => check_object(schema, part, value, at),
        _ => {}
    }
}

fn check_object(schema: &Value, part: &Value, value: &Value, at: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("{at}: {value}"));
    for name in part["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        assert!(object.contains_key(name), "{at} has no {name}: {value}");
    }
    let Some(properties) = part["properties"].as_object() else {
        return;
    };
    for (name, value) in object {
        let property = properties
            .get(name)
            .unwrap_or_else(|| panic!("{at}.{name} is not documented"));
        check(schema, property, value, &format!("{at}.{name}"));
    }
}

/// `quell region` where every connect goes to a proxy that is not there.
fn without_a_network(quell: &Quell) -> Value {
    let mut command = quell.command();
    command
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .args(["region", "--output", "json"]);
    Outcome::of(&mut command).document()
}

#[test]
fn every_document_is_as_the_schema_says() {
    let schema = schema();
    let mut world = World::new(QUELL);
    world.start_agent();
    let application = world.responder();
    let mut victim = Victim::create(&world.files(), "victim");
    victim.start();
    let sha1 = victim.sha1();
    world.wait_until_seen(&application, &sha1);
    let machine = world.machine_id().to_owned();
    let files = world.files().to_string_lossy().into_owned();
    let mut seen = BTreeSet::new();
    let mut is = |name: &'static str, document: Value| {
        check(&schema, &schema["$defs"][name], &document, name);
        seen.insert(name);
        document
    };

    is(
        "machines",
        world
            .run_as(&application, &["machine", "list", "--output", "json"])
            .json(),
    );
    is(
        "machineShown",
        world
            .run_as(
                &application,
                &["machine", "show", &machine, "--output", "json"],
            )
            .json(),
    );
    is(
        "found",
        world
            .quell()
            .run(["agent", "find", &sha1, "--root", &files, "--output", "json"])
            .json(),
    );
    is(
        "check",
        world
            .run_as(&application, &["check", &sha1, "--output", "json"])
            .json(),
    );
    is(
        "fileShown",
        world
            .run_as(&application, &["file", "show", &sha1, "--output", "json"])
            .json(),
    );
    let quarantine = [
        "quarantine",
        &sha1,
        "--machine",
        &machine,
        "--comment",
        "c",
        "--wait",
        "--yes",
        "--output",
        "json",
    ];
    let dry_run = [&quarantine[..], &["--dry-run"]].concat();
    let planned = is("quarantine", world.run_as(&application, &dry_run).json());
    assert_eq!(planned["check"]["clear"], true, "{planned}");
    let stranger = Application {
        client_secret: "another".to_owned(),
        ..application.clone()
    };
    let untold = is("quarantine", world.run_as(&stranger, &dry_run).document());
    assert!(untold["unchecked"].is_object(), "{untold}");
    let done = is("quarantine", world.run_as(&application, &quarantine).json());
    let restore = [
        "restore",
        &sha1,
        "--machine",
        &machine,
        "--comment",
        "c",
        "--dry-run",
        "--output",
        "json",
    ];
    is("restore", world.run_as(&application, &restore).json());
    let again = is(
        "quarantine",
        world
            .run_as(
                &application,
                &[
                    "quarantine",
                    &sha1,
                    "--machine",
                    "nobody",
                    "--comment",
                    "c",
                    "--yes",
                    "--output",
                    "json",
                ],
            )
            .document(),
    );
    assert_eq!(again["results"][0]["outcome"], "NotPerformed");
    let action = done["results"][0]["action"]["id"]
        .as_str()
        .expect("an action has an id")
        .to_owned();
    is(
        "actions",
        world
            .run_as(&application, &["action", "list", "--output", "json"])
            .json(),
    );
    is(
        "action",
        world
            .run_as(
                &application,
                &["action", "show", &action, "--output", "json"],
            )
            .json(),
    );
    is(
        "unsettled",
        world
            .run_as(&application, &["action", "unsettled", "--output", "json"])
            .json(),
    );
    is(
        "settings",
        world
            .run_as(&application, &["profile", "show", "--output", "json"])
            .json(),
    );
    is(
        "profiles",
        world
            .quell()
            .run(["profile", "list", "--output", "json"])
            .json(),
    );
    is("regions", without_a_network(world.quell()));
    is(
        "vaultList",
        world
            .agent_command(&["vault", "list", "--output", "json"])
            .json(),
    );
    is(
        "agentStatus",
        world.agent_command(&["status", "--output", "json"]).json(),
    );
    let policy = tempfile::NamedTempFile::new().expect("a file of ours alone");
    let policy_path = policy.path().to_string_lossy().into_owned();
    let check = ["agent", "policy", "check", &policy_path, "--output", "json"];
    is("policyChecked", world.quell().run(check).json());

    let operator = |arguments: &[&str]| world.server_command(arguments).json();
    is("apps", operator(&["app", "list", "--output", "json"]));
    let added = is(
        "appAdded",
        operator(&[
            "app",
            "add",
            "x",
            "--permission",
            "Machine.Read.All",
            "--output",
            "json",
        ]),
    );
    let client = added["clientId"]
        .as_str()
        .expect("an application has an id");
    is(
        "appRemoved",
        operator(&["app", "remove", client, "--yes", "--output", "json"]),
    );
    is(
        "enrolToken",
        operator(&["device", "enrol-token", "--output", "json"]),
    );
    is("devices", operator(&["device", "list", "--output", "json"]));
    is(
        "device",
        operator(&["device", "show", &machine, "--output", "json"]),
    );
    is(
        "deviceTagged",
        operator(&[
            "device", "tag", &machine, "--add", "web", "--output", "json",
        ]),
    );
    is(
        "deviceRevoked",
        operator(&["device", "revoke", &machine, "--yes", "--output", "json"]),
    );

    is(
        "auditVerified",
        operator(&["audit", "verify", "--output", "json"]),
    );
    let last = ["audit", "list", "--limit", "3", "--output", "json"];
    let listed = is("auditEntries", operator(&last));
    assert_eq!(listed["entries"][2]["deed"], "MachineRevoked", "{listed}");
    let archive = world.files().join("archive");
    let archive = archive.to_string_lossy();
    let before = "2200-01-01T00:00:00Z";
    is(
        "auditArchived",
        operator(&[
            "audit", "archive", "--before", before, &archive, "--yes", "--output", "json",
        ]),
    );
    let data = world.data().to_string_lossy().into_owned();
    let serve = ["serve", "--check", "--data", &data, "--output", "json"];
    let mut check = world.quell().command();
    let checked = is("serveChecked", Outcome::of(check.args(serve)).document());
    assert_eq!(checked["ready"], false, "a server runs there: {checked}");
    let copies = tempfile::tempdir().expect("a directory");
    let place = |name: &str| copies.path().join(name).to_string_lossy().into_owned();
    let copy = place("copy");
    is("backedUp", operator(&["backup", &copy, "--output", "json"]));
    is(
        "restored",
        world
            .quell()
            .run([
                "server",
                "restore",
                &copy,
                "--data",
                &place("data"),
                "--yes",
                "--output",
                "json",
            ])
            .json(),
    );

    // Those that other tests see: when something starts, and with several tenants.
    seen.extend(["lab", "labClock", "serve", "enrolled"]);
    seen.extend(["tenantAdded", "tenantRemoved", "tenants", "userGrouped"]);
    seen.extend(["groupAdded", "groupAssigned", "groupRemoved", "groups"]);
    seen.extend(["roleNamed", "roles"]);
    let documents = schema["$defs"].as_object().expect("there are definitions");
    let named = documents
        .iter()
        .filter(|(_, part)| part["properties"].get("schemaVersion").is_some());
    let unseen: Vec<&String> = named
        .map(|(name, _)| name)
        .filter(|name| !seen.contains(name.as_str()))
        .collect();
    assert!(
        unseen.is_empty(),
        "documented, and no command wrote it: {unseen:?}"
    );
}
