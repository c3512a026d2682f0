//! Nothing changes that the trail does not tell of: every kind of change is made once, and each
//! table that changed without an entry is a fault. A table that nothing here changes is one too, so
//! that whoever adds a table comes here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use quell_model::MachineId;
use quell_protocol::{Phase, Verdict, route};
use rusqlite::Connection;

use super::device::{Device, finished};
use super::person::{PASSWORD, Sitting, VERIFIER};
use super::world::{BOTH, INDICATOR, MACHINE, SHA1, World};
use crate::admin::{NewIssuer, NewToken};
use crate::core::{RolePermission, Tag};
use crate::store::record::{Holder, NamedReach, NewRole, SweepRule};

/// What changes without anybody's doing, or is told by what it belongs to.
const TECHNICAL: &[(&str, &str)] = &[
    (
        "server",
        "the server's own name and address, from its settings",
    ),
    (
        "tenants",
        "the first is made before its trail; counters stand in it",
    ),
    ("assertions", "remembered so that none is used twice"),
    ("client_assertions", "remembered so that none is used twice"),
    ("calls", "counted against limits"),
    ("duties", "which of several servers does what all could"),
    ("prevalence", "counted from what machines see"),
    ("probes", "written to see whether anything can be"),
    ("servers", "which servers run"),
    ("lives", "what was heard of each agent last"),
    ("sightings", "what machines see, not what anybody does"),
    ("addresses", "what machines see, not what anybody does"),
    ("authorization_codes", "a sign-in that has not begun"),
    ("device_codes", "a sign-in that has not begun"),
    ("refresh_tokens", "a sign-in that goes on"),
];

/// Columns of other tables that change by themselves.
const TECHNICAL_COLUMNS: &[&str] = &[
    // A machine is alive, and says how it is.
    "last_seen",
    "last_address",
    "health_status",
    "agent_version",
    "degraded",
    "ip_addresses",
    // An action's machine was heard of.
    "heard",
];

type Tables = BTreeMap<String, Vec<String>>;

/// The rows of every table that is not technical.
fn tables(file: &Connection) -> Tables {
    let names = rows(
        file,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    let is_technical = |name: &String| {
        name.starts_with("audit_") || TECHNICAL.iter().any(|(technical, _)| technical == name)
    };
    names
        .into_iter()
        .filter(|name| !is_technical(name))
        .map(|name| {
            let columns = format!("SELECT name FROM pragma_table_info('{name}')");
            let columns: Vec<_> = rows(file, &columns)
                .into_iter()
                .filter(|column| !TECHNICAL_COLUMNS.contains(&column.as_str()))
                .map(|column| format!("quote(\"{column}\")"))
                .collect();
            let content = format!("SELECT {} FROM \"{name}\"", columns.join("||','||"));
            let content = rows(file, &content);
            (name, content)
        })
        .collect()
}

fn rows(file: &Connection, query: &str) -> Vec<String> {
    let mut statement = file.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    let mut rows: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
    rows.sort();
    rows
}

/// Whoever goes along and looks into the tables after every step.
struct Inspector {
    file: Connection,
    tables: Tables,
    told: Vec<String>,
    touched: BTreeSet<String>,
}

impl Inspector {
    fn of(world: &World) -> Self {
        let file = Connection::open(world.store_file()).unwrap();
        let tables = tables(&file);
        let told = entries(&file);
        Self {
            file,
            tables,
            told,
            touched: BTreeSet::new(),
        }
    }

    /// What was changed since must have been told since, as these deeds.
    fn after(&mut self, step: &str, deeds: &[&str]) {
        let tables = tables(&self.file);
        let changed: Vec<_> = tables
            .iter()
            .filter(|(name, rows)| self.tables.get(*name) != Some(rows))
            .map(|(name, _)| name.clone())
            .collect();
        let told = entries(&self.file);
        let new = &told[self.told.len()..];
        assert!(
            changed.is_empty() || !new.is_empty(),
            "{step} changed {changed:?}, and the trail does not tell of it"
        );
        assert_eq!(new, deeds, "{step}");
        self.touched.extend(changed);
        self.tables = tables;
        self.told = told;
    }

    fn end(self) {
        let untouched: Vec<_> = self
            .tables
            .keys()
            .filter(|name| !self.touched.contains(*name))
            .collect();
        assert!(
            untouched.is_empty(),
            "nothing here changes {untouched:?}: make a step for each, or say why it is technical"
        );
    }
}

/// The deeds of the trail, in their order.
fn entries(file: &Connection) -> Vec<String> {
    let query = "SELECT entry ->> '$.deed' FROM audit_entries ORDER BY rowid";
    let mut statement = file.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn nothing_changes_that_is_not_told() {
    let world = World::new().await;
    let mut inspector = Inspector::of(&world);
    operators(&world, &mut inspector).await;
    persons(&world, &mut inspector).await;
    actions(&world, &mut inspector).await;
    inspector.end();
}

async fn operators(world: &World, inspector: &mut Inspector) {
    let admin = &world.admin;
    let client = world.client(BOTH).await;
    inspector.after("app add", &["ApplicationAdded"]);
    assert!(admin.remove_application(&client.id).await.unwrap());
    inspector.after("app remove", &["ApplicationRemoved"]);
    assert!(!admin.remove_application(&client.id).await.unwrap());
    inspector.after("app remove of none", &[]);

    world.clock.advance(Duration::from_secs(1));
    let key = admin.rotate_signing_key(Duration::ZERO).await.unwrap();
    inspector.after("key rotate", &["SigningKeyAdded"]);
    world.clock.advance(Duration::from_secs(1));
    admin.rotate_signing_key(Duration::ZERO).await.unwrap();
    inspector.after("key rotate", &["SigningKeyAdded"]);
    assert!(admin.remove_signing_key(&key.id).await.unwrap());
    inspector.after("key remove", &["SigningKeyRemoved"]);

    let issuer = NewIssuer {
        issuer: "https://issuer.example/".to_owned(),
        foreign_tenant: None,
        audiences: vec!["api".to_owned()],
        keys_url: None,
        algorithms: Vec::new(),
    };
    admin.trust_issuer(issuer.clone()).await.unwrap();
    inspector.after("issuer add", &["IssuerTrusted"]);
    assert!(admin.distrust_issuer(&issuer.issuer).await.unwrap());
    inspector.after("issuer remove", &["IssuerDistrusted"]);

    let token = NewToken {
        lifetime: Duration::from_secs(1),
        uses: 1,
        group: None,
        server_url: None,
        authority: None,
        tags: Vec::new(),
        replaces: None,
    };
    admin.enrolment_token(token).await.unwrap();
    inspector.after("device token", &["EnrolmentTokenMade"]);
}

async fn persons(world: &World, inspector: &mut Inspector) {
    let sitting = Sitting::begin(world).await;
    inspector.after("user add, app add", &["UserAdded", "ApplicationAdded"]);
    let code = sitting.code(world, "").await;
    inspector.after("authorize", &[]);
    sitting.redeem(world, &code).await;
    inspector.after("redeem a code", &["UserSignedIn"]);
    assert_eq!(
        sitting.refusal(world, &code, VERIFIER).await,
        "invalid_grant"
    );
    inspector.after("redeem it again", &["SignInEnded"]);

    let asked = sitting.device(world, "v2.0/").await;
    let page = sitting
        .enter(world, asked["user_code"].as_str().unwrap())
        .await;
    sitting.decide_device(world, &page, "allow", PASSWORD).await;
    inspector.after("a device code is granted", &[]);
    world.clock.advance(Duration::from_secs(10));
    let tokens = sitting.poll(world, &asked).await.json();
    inspector.after("a device signs in", &["UserSignedIn"]);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = sitting.refresh(world, refresh, "").await;
    assert_eq!(refreshed.status.as_u16(), 200, "{}", refreshed.text);
    inspector.after("a refresh", &[]);
    sitting.refresh(world, refresh, "").await;
    inspector.after("a refresh with the old token", &["SignInEnded"]);

    let name = "ana@contoso.example";
    roles(world, inspector, name).await;
    let set = world
        .admin
        .set_password(name, Some("correct horse battery"));
    assert!(set.await.is_ok());
    inspector.after("user password", &["UserChanged"]);
    assert!(world.admin.remove_person(name).await.unwrap());
    inspector.after("user remove", &["UserRemoved"]);
}

async fn roles(world: &World, inspector: &mut Inspector, person: &str) {
    let admin = &world.admin;
    let role = NewRole {
        name: "Responders".to_owned(),
        permissions: RolePermission::ALL.to_vec(),
        reach: NamedReach::All,
    };
    admin.add_role(role).await.unwrap();
    inspector.after("role add", &["RoleAdded"]);
    let holder = vec![Holder::User(person.to_owned())];
    let granted = admin.grant_role("Responders", holder, Vec::new());
    granted.await.unwrap();
    inspector.after("role grant", &["RoleGranted"]);
    let joined = admin.join_groups(person, vec!["Night shift".to_owned()], Vec::new());
    joined.await.unwrap();
    inspector.after("user group", &["UserGrouped"]);
    admin.remove_role("Responders").await.unwrap();
    inspector.after("role remove", &["RoleRemoved"]);
}

async fn groups_and_tenants(world: &World, inspector: &mut Inspector) {
    let admin = &world.admin;
    admin.add_device_group("web", None).await.unwrap();
    inspector.after("group add", &["DeviceGroupAdded"]);
    let machines = || vec![MACHINE.to_owned()];
    let group = Some("web".to_owned());
    admin.assign_group(machines(), group).await.unwrap();
    inspector.after("group assign", &["MachineGrouped"]);
    admin.assign_group(machines(), None).await.unwrap();
    inspector.after("group assign to none", &["MachineGrouped"]);
    admin.remove_device_group("web").await.unwrap();
    inspector.after("group remove", &["DeviceGroupRemoved"]);

    let id = admin.add_tenant("other").await.unwrap();
    inspector.after("tenant add", &["TenantAdded"]);
    let other = admin.of(Some("other")).await.unwrap();
    let all = admin.tenants().await.unwrap();
    let known = all.into_iter().find(|tenant| tenant.id == id).unwrap();
    assert!(other.remove_tenant(known.holdings).await.unwrap());
    inspector.after("tenant remove", &["TenantRemoved"]);
}

async fn actions(world: &World, inspector: &mut Inspector) {
    let permissions = [
        "Machine.StopAndQuarantine",
        "Machine.Read.All",
        "Machine.ReadWrite.All",
        "Ti.ReadWrite.All",
        "File.Read.All",
    ];
    let token = world.token(&permissions).await;
    inspector.after("app add", &["ApplicationAdded"]);
    let device = world.machine_with_file().await;
    inspector.after("enrol", &["EnrolmentTokenMade", "MachineEnrolled"]);
    device.enrol(world).await;
    inspector.after("enrol with the same key", &[]);
    let tag = |name: &str| vec![name.parse::<Tag>().unwrap()];
    world.admin.tag(MACHINE, tag("web"), vec![]).await.unwrap();
    inspector.after("device tag", &["MachineTagged"]);

    let id = |answer: super::world::Answer| answer.json()["id"].as_str().unwrap().to_owned();
    let action = id(world.stop(&token).await);
    inspector.after("stop", &["ActionTaken"]);
    world.stop(&token).await;
    inspector.after("stop again", &["ActionRepeated"]);
    device.hold(world, 0, 0).await;
    inspector.after("hold", &["OrderHandedOut"]);
    device.hold(world, 0, 0).await;
    inspector.after("hold again", &[]);
    device.report(world, &action, Phase::InProgress).await;
    inspector.after("report", &["ActionReported"]);
    world.stop(&token).await;
    inspector.after("stop while it is under way", &["ActionRepeated"]);
    device
        .report(world, &action, finished(Verdict::Succeeded))
        .await;
    inspector.after("report", &["ActionReported"]);

    let action = id(world.stop(&token).await);
    inspector.after("stop", &["ActionTaken"]);
    let path = format!("/api/machineactions/{action}/Cancel");
    world.post(&token, &path, r#"{"Comment":"no"}"#).await;
    inspector.after("cancel", &["ActionCancelled"]);

    identities(world, inspector, &device).await;
    let kept = world.post(&token, "/api/indicators", INDICATOR).await;
    inspector.after("indicator", &["IndicatorKept"]);
    let indicator = format!(
        "/api/indicators/{}",
        kept.json()["id"].to_string().trim_matches('"')
    );
    world.delete(&token, &indicator).await;
    inspector.after("indicator delete", &["IndicatorDeleted"]);
    world.get(&token, &format!("/api/files/{SHA1}")).await;
    inspector.after("file", &["FileLookedUp"]);

    world.stop(&token).await;
    inspector.after("stop", &["ActionTaken"]);
    world.clock.advance(Duration::from_secs(4 * 24 * 60 * 60));
    sweep(world).await;
    inspector.after("three days", &["ActionTimedOut"]);

    let machine = MachineId::new(MACHINE).unwrap();
    groups_and_tenants(world, inspector).await;
    assert!(world.admin.revoke(&machine).await.unwrap());
    inspector.after("device revoke", &["MachineRevoked"]);
}

async fn identities(world: &World, inspector: &mut Inspector, device: &Device) {
    let (admin, machine) = (&world.admin, MachineId::new(MACHINE).unwrap());
    let sha1 = "ab".repeat(20).parse().unwrap();
    admin.freeze(None, "panic".to_owned()).await.unwrap();
    inspector.after("freeze", &["Frozen"]);
    assert!(admin.thaw(None, String::new()).await.unwrap());
    inspector.after("thaw", &["Thawed"]);
    admin.protect(sha1, "ours".to_owned()).await.unwrap();
    inspector.after("protect", &["FileProtected"]);
    assert!(admin.unprotect(sha1).await.unwrap());
    inspector.after("unprotect", &["FileUnprotected"]);

    assert!(admin.rotate_key(&machine).await.unwrap());
    inspector.after("device rotate-key", &["KeyChangeOrdered"]);
    let mut copy = Device::hold_request(0, 0);
    copy.life.nonce = "another".to_owned();
    device.send(world, route::HOLD, &copy).await;
    inspector.after("a copy holds", &["MachineCloned"]);
    assert!(admin.settle(&machine).await.unwrap());
    inspector.after("device settle", &["MachineSettled"]);
    let hour = Duration::from_secs(3600);
    assert!(admin.allow_reenrolment(&machine, hour).await.unwrap());
    inspector.after("device allow-reenrol", &["ReenrolmentAllowed"]);
    let anew = Device::new(MACHINE, world.enrolment_token(1).await);
    assert_eq!(anew.enrol(world).await.status.as_u16(), 200);
    inspector.after("enrol anew", &["EnrolmentTokenMade", "MachineKeyChanged"]);
}

async fn sweep(world: &World) {
    let rule = SweepRule {
        inactive_after: Duration::from_secs(7 * 24 * 60 * 60),
        sightings_kept: Duration::from_secs(30 * 24 * 60 * 60),
        held_back: Duration::ZERO,
    };
    world.store.sweep(rule, world.now()).await.unwrap();
}
