//! Two tenants on one server: whatever one of them is or does, the other one gets the same answers.
//!
//! A route, a place of the issuer or a message of the agents' protocol that has no case here does not
//! compile, or fails the last test.

use axum::body::Body;
use http::{Request, StatusCode, header};
use quell_model::operations::OPERATIONS;
use quell_model::{Method, OperationInfo};
use quell_protocol::{FaultCode, Phase, Verdict, route};
use serde_json::{Value, json};

use super::device::{Device, asked, finished};
use super::identity::proposal;
use super::permissions::everything;
use super::person::{PASSWORD, Sitting};
use super::world::{Answer, BODY, Client, INDICATOR, MACHINE, SHA1, World, called, stop_path};
use crate::Limits;
use crate::admin::{Admin, NamedReach, NewRole};
use crate::core::RolePermission;
use crate::core::extension::RESTORE;
use crate::generated::routes::{Found, Route};
use crate::issuer::{Place, Version};
use crate::store::record::FileName;

/// What only the second tenant has.
const THEIR_MACHINE: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";
const THEIR_SHA1: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const THEIR_TAG: &str = "theirs";
/// An action that nobody has, and an indicator.
const NO_ACTION: &str = "00000000-0000-4000-8000-000000000000";

/// One tenant, its device of the id that both have, and its application.
struct Side {
    admin: Admin,
    client: Client,
    token: String,
    device: Device,
}

/// Names of things in paths.
#[derive(Clone, Debug)]
struct Names {
    machines: Vec<String>,
    actions: Vec<String>,
    files: Vec<String>,
    indicators: Vec<String>,
    tags: Vec<String>,
}

async fn side(world: &mut World) -> Side {
    let device = world.machine_with_file().await;
    tag(world, MACHINE, "web").await;
    let client = world
        .client(&[&everything()[..], &[RESTORE.name]].concat())
        .await;
    let token = world.token_of(&client).await;
    Side {
        admin: world.admin.clone(),
        client,
        token,
        device,
    }
}

async fn tag(world: &World, machine: &str, tag: &str) {
    let tagged = world.admin.tag(machine, vec![tag.parse().unwrap()], vec![]);
    assert!(tagged.await.unwrap().is_some());
}

/// The first tenant, and the second, where there is nothing yet but the same machine.
async fn two_tenants() -> (World, Side, Side) {
    let mut world = World::with(|config| config.limits = Limits::Off).await;
    let ours = side(&mut world).await;
    world.move_to_another_tenant().await;
    let theirs = side(&mut world).await;
    (world, ours, theirs)
}

async fn action(world: &World, side: &Side) -> String {
    let answer = world.stop(&side.token).await.json();
    answer["id"].as_str().unwrap().to_owned()
}

/// Does in the second tenant whatever can be done there. Answers with the names that came of it.
async fn live(world: &World, theirs: &Side) -> Names {
    let device = world.enrolled(THEIR_MACHINE).await;
    for sha1 in [SHA1, THEIR_SHA1] {
        world.saw(THEIR_MACHINE, sha1).await;
    }
    world.saw(MACHINE, THEIR_SHA1).await;
    tag(world, THEIR_MACHINE, THEIR_TAG).await;
    let first = action(world, theirs).await;
    let body = BODY.replace(SHA1, THEIR_SHA1);
    let path = stop_path(THEIR_MACHINE);
    let second = world.post(&theirs.token, &path, body).await.json();
    let second = second["id"].as_str().unwrap().to_owned();
    device.report(world, &second, Phase::InProgress).await;
    device
        .report(world, &second, finished(Verdict::Succeeded))
        .await;
    for value in [SHA1, THEIR_SHA1] {
        let body = INDICATOR.replace(&SHA1.to_ascii_uppercase(), value);
        let kept = world.post(&theirs.token, "/api/indicators", body).await;
        assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    }
    let admin = &theirs.admin;
    admin.add_device_group("Theirs", None).await.unwrap();
    let group = Some("Theirs".to_owned());
    admin
        .assign_group(vec![MACHINE.to_owned()], group)
        .await
        .unwrap();
    admin
        .add_role(NewRole {
            name: "Theirs".to_owned(),
            permissions: RolePermission::ALL.to_vec(),
            reach: NamedReach::All,
        })
        .await
        .unwrap();
    Names {
        machines: vec![THEIR_MACHINE.to_owned()],
        actions: vec![first, second],
        files: vec![THEIR_SHA1.to_owned()],
        indicators: vec!["1".to_owned(), "2".to_owned()],
        tags: vec![THEIR_TAG.to_owned()],
    }
}

/// Paths of an operation with every name in it.
fn paths(operation: &OperationInfo, names: &Names, now: &str) -> Vec<String> {
    let with = |parameter: &str, values: &[String]| -> Vec<String> {
        let put = |value: &String| operation.path.replace(parameter, value);
        values.iter().map(put).collect()
    };
    let example = operation
        .path
        .replace("{machineId}", MACHINE)
        .replace("{actionId}", NO_ACTION)
        .replace("{index}", "0");
    // No wildcard: a new route has to say what names another tenant's things in it.
    let Found::Route(route) = Route::find(operation.method.as_str(), &example) else {
        panic!("no route of {}", operation.name)
    };
    let paths = match route {
        Route::StopAndQuarantineFile { .. }
        | Route::RestoreFile { .. }
        | Route::Isolate { .. }
        | Route::Unisolate { .. }
        | Route::RestrictCodeExecution { .. }
        | Route::UnrestrictCodeExecution { .. }
        | Route::RunAntiVirusScan { .. }
        | Route::CollectInvestigationPackage { .. }
        | Route::Offboard { .. }
        | Route::RunLiveResponse { .. }
        | Route::GetMachine { .. }
        | Route::ListActionsOfMachine { .. }
        | Route::ListLatestActionsOfMachine { .. }
        | Route::ListAvailableMachineActions { .. } => with("{machineId}", &names.machines),
        Route::GetMachineAction { .. }
        | Route::GetActionResult { .. }
        | Route::CancelMachineAction { .. }
        | Route::GetPackageUri { .. }
        | Route::GetLiveResponseResult { .. } => with("{actionId}", &names.actions),
        Route::GetFile { .. }
        | Route::ListFileMachines { .. }
        | Route::ListFileAlerts { .. }
        | Route::GetFileStats { .. } => with("{fileId}", &names.files),
        Route::DeleteIndicator { .. } => with("{indicatorId}", &names.indicators),
        Route::FindMachinesByIp { .. } => ["192.0.2.7", "198.51.100.9"]
            .map(|ip| {
                operation
                    .path
                    .replace("{ip}", ip)
                    .replace("{timestamp}", now)
            })
            .into(),
        Route::FindMachinesByTag => names
            .tags
            .iter()
            .flat_map(|tag| {
                [false, true].map(|starts| {
                    format!("{}?tag={tag}&useStartsWithFilter={starts}", operation.path)
                })
            })
            .collect(),
        Route::ListMachineActions | Route::ListMachines | Route::ListIndicators => [
            "?$count=true",
            "?$count=true&$top=1&$skip=1",
            "?$count=true&$filter=id%20ne%20null",
        ]
        .map(|query| format!("{}{query}", operation.path))
        .into(),
        Route::SubmitIndicator => vec![operation.path.to_owned()],
        Route::GetDescription
        | Route::IssueToken { .. }
        | Route::IssueTokenByGet { .. }
        | Route::IssueTokenV2 { .. }
        | Route::IssueTokenV2ByGet { .. } => panic!("{} is no operation", operation.name),
    };
    let filled = |path: String| path.replace("{index}", "0");
    paths.into_iter().map(filled).collect()
}

async fn call(world: &World, token: &str, operation: &OperationInfo, path: &str) -> Answer {
    match operation.method {
        Method::Post if path.ends_with("/cancel") => {
            world.post(token, path, r#"{"Comment":"c"}"#).await
        }
        Method::Post if path.ends_with("/indicators") => world.post(token, path, INDICATOR).await,
        Method::Post => world.post(token, path, BODY).await,
        Method::Delete => world.delete(token, path).await,
        _ => world.get(token, path).await,
    }
}

/// What a caller is told, without what no two answers have in common.
fn told(answer: &Answer) -> (u16, Value) {
    if answer.text.is_empty() {
        return (answer.status.as_u16(), Value::Null);
    }
    let mut body = answer.json();
    if let Some(error) = body.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("target");
    }
    (answer.status.as_u16(), body)
}

/// Everything that a tenant can be told: by its application, by its device and by its operator.
async fn snapshot(world: &World, side: &Side, names: &Names) -> Vec<(String, u16, Value)> {
    let now = world.now().to_string();
    let mut all = Vec::new();
    for operation in OPERATIONS.iter().filter(|one| one.method == Method::Get) {
        for path in paths(operation, names, &now) {
            let (status, body) = told(&call(world, &side.token, operation, &path).await);
            all.push((path, status, body));
        }
    }
    let orders = side.device.hold(world, 0, 0).await.orders;
    all.push(("hold".to_owned(), 200, json!(format!("{orders:?}"))));
    let admin = &side.admin;
    let kept = [
        format!("{:?}", admin.applications().await.unwrap()),
        format!("{:?}", admin.people().await.unwrap()),
        format!("{:?}", admin.device_groups().await.unwrap()),
        format!("{:?}", admin.roles().await.unwrap()),
        format!("{:?}", admin.machines().await.unwrap()),
    ];
    all.push(("operator".to_owned(), 200, json!(kept)));
    all
}

/// All names that stand in any path: those of both tenants, and of none.
fn of_both(ours: &str, theirs: &Names) -> Names {
    let and = |more: &[String], ours: &[&str]| {
        let ours = ours.iter().map(|&one| one.to_owned());
        more.iter().cloned().chain(ours).collect()
    };
    Names {
        machines: and(&theirs.machines, &[MACHINE, "host.example"]),
        actions: and(&theirs.actions, &[ours, NO_ACTION]),
        files: and(&theirs.files, &[SHA1]),
        indicators: and(&theirs.indicators, &["7"]),
        tags: and(&theirs.tags, &["web", "w"]),
    }
}

/// The same snapshot with other actions' ids in the questions.
fn renamed(snapshot: Vec<(String, u16, Value)>, ids: &[String]) -> Vec<(String, u16, Value)> {
    let rename = |text: String| {
        ids.iter()
            .fold(text, |text, id| text.replace(id, "an action"))
    };
    snapshot
        .into_iter()
        .map(|(path, status, body)| {
            let body = rename(body.to_string());
            (rename(path), status, serde_json::from_str(&body).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn nothing_that_a_tenant_does_changes_what_another_is_told() {
    let (world, ours, theirs) = two_tenants().await;
    let action = action(&world, &ours).await;
    // Actions that do not exist yet are asked for by ids that none has.
    let unborn = ["11111111", "22222222"].map(|id| format!("{id}-0000-4000-8000-000000000000"));
    let mut names = Names {
        machines: vec![THEIR_MACHINE.to_owned()],
        actions: unborn.to_vec(),
        files: vec![THEIR_SHA1.to_owned()],
        indicators: vec!["1".to_owned(), "2".to_owned()],
        tags: vec![THEIR_TAG.to_owned()],
    };
    let before = snapshot(&world, &ours, &of_both(&action, &names)).await;
    let before = renamed(before, &names.actions);
    names = live(&world, &theirs).await;
    let after = snapshot(&world, &ours, &of_both(&action, &names)).await;
    let after = renamed(after, &names.actions);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    let lived = snapshot(&world, &theirs, &of_both(&action, &names)).await;
    let differs = |path: &str| {
        let told = |all: &[(String, u16, Value)]| all.iter().find(|one| one.0 == path).cloned();
        told(&lived) != told(&after)
    };
    // What was compared would have shown it.
    for path in [
        format!("/api/machines/{THEIR_MACHINE}"),
        format!("/api/files/{THEIR_SHA1}/stats"),
        "/api/machineactions?$count=true".to_owned(),
        "/api/indicators?$count=true".to_owned(),
        format!("/api/machines/findbytag?tag={THEIR_TAG}&useStartsWithFilter=false"),
        "operator".to_owned(),
    ] {
        assert!(differs(&path), "{path}");
    }
}

#[tokio::test]
async fn nothing_of_a_tenant_is_changed_from_another() {
    let (world, ours, theirs) = two_tenants().await;
    let action = action(&world, &ours).await;
    let names = live(&world, &theirs).await;
    let all = of_both(&action, &names);
    let before = snapshot(&world, &theirs, &all).await;
    let theirs_id = theirs.admin.tenant_id();
    let trail = world.store.trail_end(theirs_id).await.unwrap();
    let now = world.now().to_string();
    for operation in OPERATIONS {
        for path in paths(operation, &names, &now) {
            let answer = call(&world, &ours.token, operation, &path).await;
            assert_ne!(answer.status.as_u16(), 500, "{path}");
            let names_theirs =
                names.actions.iter().any(|id| path.contains(id)) || path.contains(THEIR_MACHINE);
            assert!(
                !names_theirs || answer.status == StatusCode::NOT_FOUND,
                "{path}: {}",
                answer.text
            );
        }
    }
    for machine in [THEIR_MACHINE, MACHINE] {
        let path = format!("/quell/v1/machines/{machine}/restore");
        let body = json!({"Comment": "c", "ActionId": names.actions[1]});
        let answer = world.post(&ours.token, &path, body.to_string()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    }
    assert_eq!(world.store.trail_end(theirs_id).await.unwrap(), trail);
    assert_eq!(snapshot(&world, &theirs, &all).await, before);
}

#[tokio::test]
async fn machine_of_one_tenant_does_nothing_in_another_though_its_id_is_the_same() {
    let (world, ours, theirs) = two_tenants().await;
    let their_action = action(&world, &theirs).await;
    let ours_id = ours.admin.tenant_id();
    let theirs_id = theirs.admin.tenant_id();
    let their_orders = theirs.device.hold(&world, 0, 0).await.orders;
    let trail = world.store.trail_end(theirs_id).await.unwrap();
    let enrolled = ours.device.enrol(&world).await;
    assert_eq!(enrolled.json()["tenantId"], ours_id.to_string());
    assert_eq!(ours.device.hold(&world, 0, 0).await.orders, []);
    let done = finished(Verdict::Succeeded);
    let reported = ours.device.report(&world, &their_action, done).await;
    assert_eq!(reported.json()["error"], json!(FaultCode::UnknownAction));
    let told = ours.device.tell_of_files(&world, THEIR_SHA1).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    // A number that is theirs acknowledges nothing of theirs.
    let sequence = their_orders.first().unwrap().sequence;
    ours.device.hold(&world, sequence, 0).await;
    assert_eq!(theirs.device.hold(&world, 0, 0).await.orders, their_orders);
    let seen = world.store.file(theirs_id.into(), file(THEIR_SHA1)).await;
    assert_eq!(seen.unwrap(), None);
    let seen = world.store.file(ours_id.into(), file(THEIR_SHA1)).await;
    assert!(seen.unwrap().is_some());
    assert_eq!(world.store.trail_end(theirs_id).await.unwrap(), trail);
    // Shut out there, it is let in here.
    theirs.admin.revoke(&theirs.device.machine).await.unwrap();
    let revoked = world.store.trail_end(theirs_id).await.unwrap();
    assert_eq!(ours.device.hold(&world, 0, 0).await.orders, []);
    // Another key here is another key nowhere else.
    let next = Device::new(MACHINE, ours.device.token.clone());
    let request = proposal(&world, &ours.device, &next).await;
    for device in [&ours.device, &next] {
        let answer = device.send(&world, route::ROTATE, &request).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    assert_eq!(next.hold(&world, 0, 0).await.orders, []);
    assert_eq!(world.store.trail_end(theirs_id).await.unwrap(), revoked);
}

fn file(sha1: &str) -> FileName {
    FileName::Sha1(sha1.parse().unwrap())
}

/// A message that the test above has no word of fails here as soon as the server answers it.
#[tokio::test]
async fn agents_have_no_other_message() {
    let world = World::new().await;
    let named = include_str!("../../../protocol/src/route.rs");
    let paths = named
        .split('"')
        .filter(|text| text.starts_with("/quell/v1/"));
    for path in paths {
        let has_a_case = [
            route::ENROL,
            route::HOLD,
            route::REPORT,
            route::INVENTORY,
            route::ROTATE,
        ];
        let answer = world.send(asked(path, "", Vec::new())).await;
        let is_served = answer.json()["error"]["code"] != "NotFound";
        assert_eq!(is_served, has_a_case.contains(&path), "{path}");
    }
}

/// A request to the issuer, as an application of the first tenant would make it.
fn of_application(path: &str, method: &str, client: &str, secret: &str) -> Request<Body> {
    let form = format!(
        "client_id={client}&client_secret={secret}&grant_type=client_credentials&response_type=code\
         &resource={0}&scope={0}/.default&redirect_uri=http://localhost&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=s&csrf=c&request=r\
         &username=ana@contoso.example&password=correct-horse-battery&decision=allow",
        super::world::RESOURCE
    );
    let target = match method {
        "GET" if path.contains("authorize") => format!("{path}?{form}"),
        _ => path.to_owned(),
    };
    called(Request::builder().method(method).uri(target))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap()
}

/// What differs between two answers to the same question by itself: times and numbers of requests.
fn without_numbers(answer: &Answer) -> (u16, Option<String>) {
    let error = serde_json::from_str::<Value>(&answer.text)
        .ok()
        .and_then(|body| body.get("error").map(ToString::to_string));
    (answer.status.as_u16(), error)
}

#[tokio::test]
async fn application_is_as_unknown_at_another_tenant_s_issuer_as_one_that_nobody_made() {
    let (world, ours, theirs) = two_tenants().await;
    let tenant = theirs.admin.tenant_id().to_string();
    let nobody = "99999999-0000-4000-8000-000000000000";
    for (method, path) in [
        ("POST", "oauth2/token"),
        ("GET", "oauth2/token"),
        ("POST", "oauth2/v2.0/token"),
        ("GET", "oauth2/v2.0/token"),
        ("GET", "oauth2/authorize"),
        ("GET", "oauth2/v2.0/authorize"),
        ("POST", "oauth2/sign-in"),
        ("POST", "oauth2/devicecode"),
        ("POST", "oauth2/v2.0/devicecode"),
    ] {
        let path = format!("/{tenant}/{path}");
        let ask = |client: &str, secret: &str| {
            let client = (client.to_owned(), secret.to_owned());
            of_application(&path, method, &client.0, &client.1)
        };
        let own = world.send(ask(&ours.client.id, &ours.client.secret)).await;
        let unknown = world.send(ask(nobody, &ours.client.secret)).await;
        assert!(own.status.as_u16() >= 400, "{path}: {}", own.text);
        assert!(!own.text.contains("SOC robot"), "{path}");
        assert_eq!(without_numbers(&own), without_numbers(&unknown), "{path}");
    }
}

/// No wildcard: a new place of the issuer has to say whose it is.
#[test]
fn every_place_of_the_issuer_is_a_tenant_s_of_which_it_tells_nothing_or_everyone_s() {
    for (path, of_tenant) in [
        ("/t/.well-known/openid-configuration", true),
        ("/t/v2.0/.well-known/openid-configuration", true),
        ("/t/discovery/keys", true),
        ("/common/discovery/instance", false),
        ("/t/oauth2/authorize", true),
        ("/t/oauth2/sign-in", true),
        ("/t/oauth2/devicecode", true),
        ("/t/oauth2/v2.0/devicecode", true),
        ("/devicelogin", false),
        ("/devicelogin/sign-in", false),
        ("/t/oauth2/logout", false),
    ] {
        let tenant = match Place::find(path).unwrap() {
            // The same for all tenants.
            Place::Configuration { tenant, v2: _ } | Place::Keys { tenant } => Some(tenant),
            // Compared with an unknown application's above.
            Place::Authorize { tenant } | Place::SignIn { tenant } => Some(tenant),
            Place::DeviceCode {
                tenant,
                version: Version::V1 | Version::V2,
            } => Some(tenant),
            Place::Instance | Place::Logout => None,
            // The code says whose it is: the next test enters another tenant's.
            Place::DevicePage | Place::DeviceSignIn => None,
        };
        assert_eq!(tenant, of_tenant.then_some("t"), "{path}");
    }
}

#[tokio::test]
async fn person_of_one_tenant_lets_no_device_of_another_in() {
    let mut world = World::new().await;
    let theirs = Sitting::begin(&world).await;
    let asked = theirs.device(&world, "v2.0/").await;
    let removed = world.admin.remove_person("ana@contoso.example").await;
    assert!(removed.unwrap());
    world.move_to_another_tenant().await;
    let ours = Sitting::begin(&world).await;
    let page = ours
        .enter(&world, asked["user_code"].as_str().unwrap())
        .await;
    let refused = ours.decide_device(&world, &page, "allow", PASSWORD).await;
    assert_ne!(refused.status, StatusCode::OK, "{}", refused.text);
    let waiting = theirs.poll(&world, &asked).await;
    assert!(waiting.json()["access_token"].is_null(), "{}", waiting.text);
}
