//! Tenants, device groups and roles, as an operator sees them.

use serde_json::{Value, json};

use super::act::Act;

/// A server's data, while it does not run.
const UNKNOWN_TENANT: &str = "00000000-0000-4000-8000-000000000000";

fn stopped() -> Act {
    let act = Act::new();
    let running = act.start(&mut act.command(&[]));
    assert_eq!(running.process.terminate(), 0);
    act
}

/// The document of a command that is carried out, as the schema of all documents has it.
fn document(act: &Act, name: &str, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--output", "json"]].concat();
    let outcome = act.server(&arguments);
    assert_eq!(outcome.code, 0, "{arguments:?}: {outcome:?}");
    let document: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let schema = include_str!("../../../../docs/reference/output.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let described = &schema["$defs"][name];
    for required in described["required"].as_array().expect("a description") {
        let required = required.as_str().expect("a name");
        assert!(document.get(required).is_some(), "{required}: {document}");
    }
    for property in document.as_object().expect("an object").keys() {
        assert!(
            described["properties"].get(property).is_some(),
            "{property}"
        );
    }
    document
}

/// Refused with this exit code, and with these words on standard error.
fn assert_refused(act: &Act, arguments: &[&str], code: i32, words: &[&str]) {
    let outcome = act.server(arguments);
    assert_eq!(outcome.code, code, "{arguments:?}: {outcome:?}");
    assert_eq!(outcome.stdout, "");
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {outcome:?}");
    }
}

#[test]
fn tenant_is_made_named_by_every_command_and_removed() {
    let act = stopped();
    let app = ["app", "add", "robot", "--permission", "Machine.Read.All"];
    document(&act, "appAdded", &app);
    let added = document(&act, "tenantAdded", &["tenant", "add", "Contoso"]);
    assert_refused(
        &act,
        &["tenant", "add", "contoso"],
        2,
        &["there is a \"contoso\" already"],
    );
    assert_refused(
        &act,
        &["app", "list"],
        2,
        &[
            "which tenant? there are 2",
            "--tenant",
            "quell server tenant list",
        ],
    );
    assert_refused(
        &act,
        &["app", "list", "--tenant", "Fabrikam"],
        3,
        &["there is no tenant"],
    );
    let id = added["tenantId"].as_str().expect("an id");
    for name in [id, "CONTOSO"] {
        let apps = document(&act, "apps", &["app", "list", "--tenant", name]);
        assert_eq!(apps["applications"], json!([]));
    }
    document(
        &act,
        "appAdded",
        &[&app[..], &["--tenant", "Contoso"]].concat(),
    );
    let tenants = document(&act, "tenants", &["tenant", "list"]);
    let tenants = tenants["tenants"].as_array().expect("a list");
    assert_eq!((tenants.len(), &tenants[1]["applications"]), (2, &json!(1)));

    let remove = ["tenant", "remove", "Contoso"];
    // Nobody can be asked here, and nobody said yes.
    assert_refused(&act, &remove, 2, &["1 applications", "--yes"]);
    let removed = [&remove[..], &["--yes"]].concat();
    document(&act, "tenantRemoved", &removed);
    document(&act, "apps", &["app", "list"]);
    let trail = ["audit", "list", "--limit", "1", "--tenant", id];
    let trail = document(&act, "auditEntries", &trail);
    assert_eq!(trail["entries"][0]["deed"], "TenantRemoved", "{trail}");
    let gone = ["app", "list", "--tenant", id];
    assert_refused(&act, &gone, 3, &["there is no tenant"]);
    let never = ["audit", "list", "--tenant", UNKNOWN_TENANT];
    assert_refused(&act, &never, 3, &["there is no tenant"]);
    let first = tenants[0]["tenantId"].as_str().expect("an id");
    assert_refused(
        &act,
        &["tenant", "remove", first, "--yes"],
        3,
        &["the only tenant stays"],
    );
}

#[test]
fn groups_and_roles_are_made_shown_and_removed() {
    let act = stopped();
    let none = document(&act, "roles", &["role", "list"]);
    assert_eq!(none["rolesInForce"], false);
    let added = document(
        &act,
        "groupAdded",
        &["group", "add", "Servers", "--tag", "server"],
    );
    assert_eq!(added["id"], 1);
    assert_refused(
        &act,
        &["group", "assign", "m1", "--group", "servers"],
        3,
        &["machine \"m1\"", "device list"],
    );
    assert_refused(
        &act,
        &["group", "remove", "Clients", "--yes"],
        3,
        &["device group \"Clients\""],
    );
    let role = [
        "role",
        "add",
        "Hunters",
        "--permission",
        "view data",
        "--permission",
        "Active remediation actions",
    ];
    assert_refused(&act, &role, 2, &["--group"]);
    assert_refused(
        &act,
        &["role", "add", "x", "--permission", "All", "--all-devices"],
        2,
        &["View data"],
    );
    document(
        &act,
        "roleNamed",
        &[&role[..], &["--group", "servers", "--ungrouped"]].concat(),
    );
    let user = [
        "user",
        "add",
        "ana@contoso.example",
        "--scope",
        "Machine.Read",
    ];
    assert_eq!(act.server(&user).code, 0);
    document(
        &act,
        "userGrouped",
        &["user", "group", "ANA@contoso.example", "--add", "SOC"],
    );
    let grant = [
        "role",
        "grant",
        "hunters",
        "--user",
        "ana@contoso.example",
        "--user-group",
        "soc",
    ];
    document(&act, "roleNamed", &grant);
    assert_refused(
        &act,
        &["role", "grant", "Hunters", "--user", "ben"],
        3,
        &["user \"ben\"", "user list"],
    );
    assert_refused(&act, &["role", "grant", "Hunters"], 2, &["--user"]);
    let roles = document(&act, "roles", &["role", "list"]);
    assert_eq!(
        roles["roles"],
        json!([{
            "name": "Hunters", "permissions": ["View data", "Active remediation actions"],
            "groups": ["(ungrouped)", "Servers"], "users": ["ana@contoso.example"],
            "userGroups": ["soc"],
        }])
    );
    document(
        &act,
        "groupRemoved",
        &["group", "remove", "Servers", "--yes"],
    );
    let roles = document(&act, "roles", &["role", "list"]);
    assert_eq!(roles["roles"][0]["groups"], json!(["(ungrouped)"]));
    document(&act, "roleNamed", &["role", "remove", "Hunters", "--yes"]);
    let told = act.server(&["role", "list"]).stdout;
    assert!(told.contains("no roles: persons see nothing"), "{told}");
}

#[test]
fn nobody_is_asked_about_what_is_not_there() {
    let act = stopped();
    let sha1 = "0".repeat(40);
    let commands: [(&[&str], &str); 9] = [
        (&["device", "revoke", "m1"], "there is no device m1"),
        (&["device", "settle", "m1"], "there is no device m1"),
        (&["device", "allow-reenrol", "m1"], "there is no device m1"),
        (
            &["device", "enrol-token", "revoke", "t1"],
            "there is no enrolment token t1",
        ),
        (&["app", "remove", "a1"], "there is no application a1"),
        (&["user", "remove", "u1"], "there is no user u1"),
        (&["key", "remove", "k1"], "there is no signing key k1"),
        (
            &["issuer", "remove", "https://i.example"],
            "https://i.example is not trusted",
        ),
        (&["protect", "remove", &sha1], "is not protected"),
    ];
    for (command, told) in commands {
        let outcome = act.server(command);
        assert_eq!(outcome.code, 3, "{command:?}: {outcome:?}");
        let first = outcome.stderr.lines().next().unwrap_or_default();
        assert!(first.contains(told), "{command:?}: {outcome:?}");
    }
}
