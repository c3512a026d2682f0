//! Every operation: who may, and that nobody sees another tenant's.

use quell_model::operations::{OPERATIONS, STOP_AND_QUARANTINE_FILE};
use quell_model::{AnyOf, Holder, OperationInfo};

use super::world::{ACTION, INDICATOR, MACHINE, SHA1, World};
use crate::{Limits, PermissionRule};

/// A token with every permission but those of one list.
async fn token_without(world: &World, operation: &OperationInfo, lacking: AnyOf) -> String {
    let held: Vec<_> = everything()
        .into_iter()
        .filter(|one| !lacking.0.contains(one))
        .collect();
    assert!(!held.is_empty(), "{}", operation.name);
    world.token(&held).await
}

async fn world_by(rule: PermissionRule) -> World {
    World::with(|config| {
        config.limits = Limits::Off;
        config.permissions = rule;
    })
    .await
}

const RULES: [PermissionRule; 3] = [
    PermissionRule::Observed,
    PermissionRule::Documented,
    PermissionRule::Documented202103,
];

#[tokio::test]
async fn every_list_of_every_operation_s_permissions_is_asked_before_anything_else() {
    for rule in RULES {
        let world = world_by(rule).await;
        for operation in OPERATIONS {
            for list in rule.asks(operation, Holder::Application) {
                let token = token_without(&world, operation, *list).await;
                let answer = world.operate(&token, operation).await;
                let sentence = list.refusal(Holder::Application);
                let expected = (403, "Forbidden".to_owned(), sentence);
                assert_eq!(answer.refusal(), expected, "{rule:?} {}", operation.name);
            }
        }
    }
}

#[tokio::test]
async fn any_permission_of_each_list_is_enough() {
    for rule in RULES {
        let world = world_by(rule).await;
        for operation in OPERATIONS {
            let lists = rule.asks(operation, Holder::Application);
            for (number, list) in lists.iter().enumerate() {
                for permission in list.0 {
                    let others = lists
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != number);
                    let mut held: Vec<_> = others
                        .filter_map(|(_, any)| any.0.first())
                        .copied()
                        .collect();
                    held.push(permission);
                    let answer = world.operate(&world.token(&held).await, operation).await;
                    let status = answer.status.as_u16();
                    assert!(
                        status < 400 || status == 404,
                        "{rule:?} {} with {held:?}: {}",
                        operation.name,
                        answer.text
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn quarantine_is_asked_for_as_observed_as_the_page_says_or_as_it_said() {
    const READ: &str = "Machine.Read.All";
    const WRITE: &str = "Machine.ReadWrite.All";
    const STOP: &str = "Machine.StopAndQuarantine";
    for (rule, enough) in [
        (
            PermissionRule::Observed,
            &[&[READ, STOP][..], &[WRITE, STOP]][..],
        ),
        (PermissionRule::Documented, &[&[READ], &[WRITE], &[STOP]]),
        (PermissionRule::Documented202103, &[&[STOP]]),
    ] {
        let world = world_by(rule).await;
        world.machine_with_file().await;
        for held in [
            &[][..],
            &[READ],
            &[WRITE],
            &[STOP],
            &[READ, STOP],
            &[WRITE, STOP],
            &[READ, WRITE],
        ] {
            let taken = enough
                .iter()
                .any(|one| one.iter().all(|half| held.contains(half)));
            let answer = world.stop(&world.token(held).await).await;
            let expected = if taken { 201 } else { 403 };
            assert_eq!(
                answer.status.as_u16(),
                expected,
                "{rule:?} {held:?}: {}",
                answer.text
            );
        }
    }
}

#[test]
fn nothing_but_the_quarantine_differs_by_the_reading() {
    for operation in OPERATIONS {
        for holder in [Holder::Application, Holder::Delegated] {
            let observed = PermissionRule::Observed.asks(operation, holder);
            assert_eq!(observed, operation.permissions(holder));
            for rule in RULES {
                let same = rule.asks(operation, holder) == observed;
                let quarantines = operation.name == STOP_AND_QUARANTINE_FILE.name;
                let may_differ = quarantines
                    && holder == Holder::Application
                    && rule != PermissionRule::Observed;
                assert_eq!(same, !may_differ, "{rule:?} {}", operation.name);
            }
        }
    }
}

/// What this server has no machine for, by the end of the path.
const DISABLED: [&str; 10] = [
    "/isolate",
    "/unisolate",
    "/restrictCodeExecution",
    "/unrestrictCodeExecution",
    "/runAntiVirusScan",
    "/collectInvestigationPackage",
    "/offboard",
    "/runliveresponse",
    "/getPackageUri",
    "/GetLiveResponseResultDownloadLink(index={index})",
];

pub(super) fn is_disabled(operation: &OperationInfo) -> bool {
    DISABLED.iter().any(|end| operation.path.ends_with(end))
}

/// Permissions for everything.
pub(super) fn everything() -> Vec<&'static str> {
    let halves = OPERATIONS
        .iter()
        .flat_map(|operation| operation.application);
    halves.flat_map(|half| half.0).copied().collect()
}

#[tokio::test]
async fn what_no_agent_does_is_refused_once_its_machine_or_action_was_found() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(&everything()).await;
    let action = world.stop(&token).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let disabled: Vec<_> = OPERATIONS.iter().filter(|one| is_disabled(one)).collect();
    assert_eq!(disabled.len(), DISABLED.len());
    for operation in disabled {
        let path = |machine: &str, action: &str| {
            operation
                .path
                .replace("{machineId}", machine)
                .replace("{actionId}", action)
                .replace("{index}", "0")
        };
        for (machine, action, status, code) in [
            (MACHINE, action.as_str(), 403, "DisabledFeature"),
            ("elastic-connector-test", ACTION, 404, "ResourceNotFound"),
        ] {
            let path = path(machine, action);
            let answer = match operation.method.as_str() {
                "POST" => world.post(&token, &path, "{").await,
                _ => world.get(&token, &path).await,
            };
            let (answered, named, message) = answer.refusal();
            assert_eq!((answered, named.as_str()), (status, code), "{path}");
            if status == 403 {
                assert!(message.starts_with(operation.name), "{message}");
            }
        }
    }
    let actions = world.get(&token, "/api/machineactions").await.json();
    assert_eq!(actions["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn documented_rates_of_their_own_are_kept() {
    let world = World::new().await;
    let token = world.token(&everything()).await;
    let package = format!("/api/machineactions/{ACTION}/getPackageUri");
    for expected in [404, 404, 429] {
        let answer = world.get(&token, &package).await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.text);
    }
}

#[tokio::test]
async fn no_operation_reaches_another_tenant() {
    let mut world = World::new().await;
    world.machine_with_file().await;
    world
        .admin
        .tag(MACHINE, vec!["web".parse().unwrap()], Vec::new())
        .await
        .unwrap();
    let theirs = world.token(&everything()).await;
    let id = world.stop(&theirs).await.json()["id"].clone();
    let kept = world.post(&theirs, "/api/indicators", INDICATOR).await;
    assert_eq!(kept.json()["id"], "1");
    let action = format!("/api/machineactions/{}", id.as_str().unwrap());

    world.move_to_another_tenant().await;
    let ours = world.token(&everything()).await;
    for operation in OPERATIONS {
        if operation.path == "/api/indicators" {
            continue;
        }
        let answer = world.operate(&ours, operation).await;
        match answer.status.as_u16() {
            200 => assert_eq!(
                answer.json()["value"],
                serde_json::json!([]),
                "{}",
                operation.name
            ),
            status => assert_eq!(status, 404, "{}: {}", operation.name, answer.text),
        }
    }
    for path in [action.clone(), format!("{action}/getPackageUri")] {
        assert_eq!(world.get(&ours, &path).await.status.as_u16(), 404);
    }
    let cancel = format!("{action}/cancel");
    let cancelled = world.post(&ours, &cancel, r#"{"Comment":"c"}"#).await;
    assert_eq!(cancelled.status.as_u16(), 404);
    let listed = world.get(&ours, "/api/indicators").await;
    assert_eq!(listed.json()["value"], serde_json::json!([]));
    let other = INDICATOR.replace(r#""title":"title""#, r#""title":"ours""#);
    let kept = world.post(&ours, "/api/indicators", other).await.json();
    assert_eq!((&kept["id"], &kept["title"]), (&"1".into(), &"ours".into()));

    let action = world.get(&theirs, &action).await.json();
    assert_eq!(action["status"], "Pending");
    let indicators = world.get(&theirs, "/api/indicators").await.json();
    assert_eq!(indicators["value"][0]["title"], "title");
    let stats = world
        .get(&theirs, &format!("/api/files/{SHA1}/stats"))
        .await;
    assert_eq!(stats.json()["organizationPrevalence"], 1);
}
