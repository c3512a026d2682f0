//! Operations as values: what goes out, byte for byte, and that it agrees with the contract.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use quell_model::odata::{ListOptions, NextLink, Top};
use quell_model::properties::{machine, machine_action};
use quell_model::*;

const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

fn machine_id(text: &str) -> MachineId {
    MachineId::new(text).expect("an id")
}

fn action_id(text: &str) -> ActionId {
    ActionId::new(text).expect("an id")
}

fn sha1() -> Sha1 {
    SHA1.parse().expect("a sha-1")
}

fn why() -> Comment {
    Comment::new("why").expect("not blank")
}

fn moment() -> Timestamp {
    "2018-09-22T08:44:05Z".parse().expect("a moment")
}

/// A request as it goes out: its first line without the version, and its body.
fn shown(request: &RequestParts) -> String {
    let method = request.method.as_str();
    let body = request.body.as_deref().map(String::from_utf8_lossy);
    format!(
        "{method} {} {}",
        request.path_and_query(),
        body.unwrap_or_default()
    )
    .trim_end()
    .to_owned()
}

/// What is known of the operation, and the request that it makes.
fn made<O: Operation>(operation: &O) -> (&'static OperationInfo, RequestParts) {
    (O::INFO, operation.encode())
}

/// One of every operation, in the order of the contract.
fn one_of_each() -> Vec<(&'static OperationInfo, RequestParts)> {
    let (machine, action) = (|| machine_id("m1"), || action_id("a1"));
    vec![
        made(&StopAndQuarantineFile::new(machine(), sha1(), why())),
        #[cfg(feature = "extension")]
        made(&RestoreFile::of_file(machine(), sha1(), why())),
        made(&Isolate::new(machine(), IsolationType::Selective, why())),
        made(&Unisolate::new(machine(), why())),
        made(&RestrictCodeExecution::new(machine(), why())),
        made(&UnrestrictCodeExecution::new(machine(), why())),
        made(&RunAntiVirusScan::new(machine(), ScanType::Quick, why())),
        made(&CollectInvestigationPackage::new(machine(), why())),
        #[cfg(feature = "high-risk")]
        made(&Offboard::new(machine(), why())),
        #[cfg(feature = "high-risk")]
        made(&RunLiveResponse::new(
            machine(),
            LiveResponseCommand::run_script("s.ps1"),
            why(),
        )),
        made(&ListMachineActions::default()),
        made(&GetMachineAction::new(action())),
        #[cfg(feature = "extension")]
        made(&GetActionResult::new(action())),
        made(&CancelMachineAction::new(action(), why())),
        made(&GetPackageUri::new(action())),
        #[cfg(feature = "high-risk")]
        made(&GetLiveResponseResult::new(action(), 1)),
        made(&ListMachines::default()),
        made(&GetMachine::new(machine())),
        made(&FindMachinesByIp::new(
            IpAddr::V4(Ipv4Addr::new(10, 248, 240, 38)),
            moment(),
        )),
        made(&FindMachinesByTag::new("testTag")),
        made(&ListActionsOfMachine::new(machine(), None, None)),
        made(&ListLatestActionsOfMachine::new(machine())),
        made(&ListAvailableMachineActions::new(machine())),
        made(&GetFile::new(sha1())),
        made(&ListFileMachines::new(sha1())),
        made(&ListFileAlerts::new(sha1())),
        made(&GetFileStats::new(sha1())),
        made(&SubmitIndicator::block_file(
            sha1(),
            "quarantined",
            "alert 4416",
        )),
        made(&ListIndicators::default()),
        made(&DeleteIndicator::new(
            IndicatorId::new("995").expect("an id"),
        )),
    ]
}

#[test]
fn every_operation_of_the_contract_goes_out_as_documented() {
    // The extension's has a test of its own.
    let documented = one_of_each().into_iter();
    let shown: Vec<String> = documented
        .filter(|(info, _)| info.path.starts_with("/api/"))
        .map(|(_, request)| shown(&request))
        .collect();
    let name = if cfg!(feature = "high-risk") {
        "every_operation_high_risk"
    } else {
        "every_operation"
    };
    insta::assert_snapshot!(name, shown.join("\n"));
}

#[cfg(feature = "extension")]
#[test]
fn what_is_asked_of_our_own_server_alone_is_said_in_its_words() {
    let (machine, action) = (|| machine_id("m1"), || action_id("a1"));
    let restore = RestoreFile::of_action(machine(), action(), why());
    assert_eq!(
        shown(&restore.conflict(RestoreConflict::Rename).encode()),
        r#"POST /quell/v1/machines/m1/restore {"Comment":"why","ActionId":"a1","Conflict":"rename"}"#
    );
    let by_hash = RestoreFile::of_file(machine(), sha1(), why());
    assert_eq!(
        shown(&by_hash.encode()),
        format!(r#"POST /quell/v1/machines/m1/restore {{"Comment":"why","Sha1":"{SHA1}"}}"#)
    );
    let stop = StopAndQuarantineFile::new(machine(), sha1(), why());
    let with = |extras| StopAndQuarantineFileWith {
        action: stop.clone(),
        extras,
    };
    assert_eq!(shown(&with(Extras::none()).encode()), shown(&stop.encode()),);
    let mut extras = Extras::none();
    (extras.force, extras.dry_run, extras.stop_mappers) = (true, true, true);
    extras.file_size = Some(7);
    extras.paths = vec!["/opt/x".to_owned()];
    assert_eq!(
        shown(&with(extras).encode()),
        format!(
            "POST /api/machines/m1/StopAndQuarantineFile {{\"Comment\":\"why\",\"Sha1\":\"{SHA1}\",\
             \"Force\":true,\"FileSize\":7,\"Paths\":[\"/opt/x\"],\"DryRun\":true,\"StopMappers\":true}}"
        )
    );
    assert_eq!(
        shown(&GetActionResult::new(action()).encode()),
        "GET /quell/v1/machineactions/a1/result"
    );
}

#[test]
fn no_operation_of_the_contract_is_without_a_value() {
    let made: Vec<&str> = one_of_each().iter().map(|(info, _)| info.name).collect();
    let known: Vec<&str> = OPERATIONS.iter().map(|info| info.name).collect();
    assert_eq!(made, known);
}

/// Whether a path is one that a template with parameters in braces describes.
fn fits(path: &str, template: &str) -> bool {
    match template.split_once('{') {
        None => path == template,
        Some((fixed, rest)) => {
            let (_, after) = rest.split_once('}').unwrap_or(("", ""));
            let Some(path) = path.strip_prefix(fixed) else {
                return false;
            };
            let end = after.split('{').next().unwrap_or_default();
            let value = if end.is_empty() {
                path.len()
            } else {
                path.find(end).unwrap_or(0)
            };
            value > 0
                && path
                    .split_at_checked(value)
                    .is_some_and(|(value, rest)| !value.contains('/') && fits(rest, after))
        }
    }
}

#[test]
fn requests_agree_with_the_contract() {
    for (info, request) in one_of_each() {
        assert_eq!(request.method, info.method, "{}", info.name);
        assert_eq!(
            request.body.is_some(),
            request.method == Method::Post,
            "{}",
            info.name
        );
        assert!(
            fits(&request.path, info.path),
            "{} is not {}",
            request.path,
            info.path
        );
    }
    assert!(!fits("/api/machines/a/b", "/api/machines/{machineId}"));
    assert!(!fits("/api/machines/", "/api/machines/{machineId}"));
}

#[test]
fn nothing_in_an_id_leaves_its_place_in_the_path() {
    for hostile in [
        "../..",
        "a/b",
        "a?x=1",
        "a#b",
        "a b",
        "a%2Fb",
        "\r\nHost: x",
        "é",
        "a;b",
        "a\\b",
    ] {
        let (machine, action) = (machine_id(hostile), action_id(hostile));
        let requests = [
            made(&StopAndQuarantineFile::new(machine.clone(), sha1(), why())),
            made(&Isolate::new(machine.clone(), IsolationType::Full, why())),
            made(&GetMachine::new(machine.clone())),
            made(&ListActionsOfMachine::new(machine.clone(), None, None)),
            made(&ListLatestActionsOfMachine::new(machine.clone())),
            made(&ListAvailableMachineActions::new(machine)),
            made(&GetMachineAction::new(action.clone())),
            made(&CancelMachineAction::new(action.clone(), why())),
            made(&GetPackageUri::new(action)),
            made(&GetFileStats::new(FileId::new(hostile).expect("an id"))),
            made(&DeleteIndicator::new(
                IndicatorId::new(hostile).expect("an id"),
            )),
        ];
        for (info, request) in requests {
            assert!(
                fits(&request.path, info.path),
                "{hostile:?}: {}",
                request.path
            );
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"/%-._~".contains(&byte);
            assert!(
                request.path.bytes().all(legal),
                "{hostile:?}: {}",
                request.path
            );
        }
    }
    let tag = FindMachinesByTag::starting_with("a&useStartsWithFilter=false#'é").encode();
    assert_eq!(
        tag.query.as_deref(),
        Some("tag=a%26useStartsWithFilter%3Dfalse%23%27%C3%A9&useStartsWithFilter=true")
    );
    let ip = FindMachinesByIp::new(IpAddr::V6(Ipv6Addr::LOCALHOST), moment()).encode();
    assert_eq!(
        ip.path,
        "/api/machines/findbyip(ip='::1',timestamp=2018-09-22T08:44:05Z)"
    );
}

#[test]
fn options_go_out_where_an_operation_takes_them() {
    let pending = || machine_action::STATUS.eq(ActionStatus::Pending);
    let actions = ListOptions::new()
        .filter(pending())
        .filter(machine_action::MACHINE_ID.eq(machine_id("m1")))
        .top(10);
    let lab = ListOptions::new()
        .filter(machine::MACHINE_TAGS.contains("lab"))
        .count();
    let next = |path: &str| NextLink::new(format!("https://elsewhere.example{path}?$skip=10000"));
    let same = "the same collection";
    let month = LookBackHours::new(48).expect("two days");
    let requests = [
        StopAndQuarantineFile::new(machine_id("m1"), sha1(), why())
            .external_id("e")
            .title("t")
            .encode(),
        ListMachineActions::new(&actions).encode(),
        ListMachineActions::following(&next("/api/machineactions"))
            .expect(same)
            .encode(),
        ListMachines::new(&lab).encode(),
        ListMachines::following(&next("/api/Machines"))
            .expect(same)
            .encode(),
        ListActionsOfMachine::new(machine_id("m1"), Some(pending()), Some(Top::from(5))).encode(),
        ListActionsOfMachine::following(machine_id("m1"), &next("/api/machines/m1/machineActions"))
            .expect(same)
            .encode(),
        ListFileMachines::following(sha1(), &next(&format!("/api/files/{SHA1}/machines")))
            .expect(same)
            .encode(),
        ListFileAlerts::following(sha1(), &next(&format!("/api/v1.0/files/{SHA1}/alerts")))
            .expect(same)
            .encode(),
        ListIndicators::following(&next("/api/indicators"))
            .expect(same)
            .encode(),
        GetFileStats::new(sha1()).look_back(month).encode(),
        FindMachinesByTag::starting_with("test").encode(),
    ];
    insta::assert_snapshot!(requests.each_ref().map(shown).join("\n"));
    let other = next("/api/machines/m2/machineActions");
    assert!(ListActionsOfMachine::following(machine_id("m1"), &other).is_err());
    assert!(ListFileAlerts::following(sha1(), &next("/api/files/x/alerts")).is_err());
}

#[cfg(feature = "high-risk")]
#[test]
fn commands_of_a_live_response_stand_in_the_order_of_the_service() {
    let command = RunLiveResponse::new(machine_id("m1"), LiveResponseCommand::get_file("b"), why())
        .and(LiveResponseCommand::run_script_with("s.ps1", "-x"))
        .and(LiveResponseCommand::put_file("f"))
        .and(LiveResponseCommand::get_file("a"))
        .and(LiveResponseCommand::run_script("t.ps1"));
    insta::assert_snapshot!(shown(&command.encode()));
}

#[test]
fn comment_is_not_shown_in_debug() {
    let request = StopAndQuarantineFile::new(machine_id("m"), sha1(), why()).encode();
    assert!(!format!("{request:?}").contains("why"));
}

#[test]
fn answer_is_decoded_by_its_status() {
    let body = br#"{"id":"a1","status":"Pending"}"#;
    for status in [200, 201, 202] {
        assert_eq!(
            StopAndQuarantineFile::decode(status, body)
                .expect("taken")
                .id,
            action_id("a1")
        );
    }
    let refused = StopAndQuarantineFile::decode(
        400,
        br#"{"error":{"code":"InvalidHashValue","message":"m"}}"#,
    );
    let fault = refused.expect_err("refused");
    assert_eq!(
        fault.to_string(),
        "the service answered 400 InvalidHashValue: m"
    );
    assert!(fault.fault().is_some());
    let unreadable = StopAndQuarantineFile::decode(201, b"<html>").expect_err("not json");
    assert!(matches!(
        unreadable,
        ResponseError::Unreadable { status: 201, .. }
    ));
    assert_eq!(
        unreadable.to_string(),
        "the service answered 201 with a body that cannot be read"
    );
}

#[test]
fn deletion_answers_with_nothing() {
    for body in [&b""[..], b"{}", b"<html>"] {
        DeleteIndicator::decode(204, body).expect("deleted");
    }
    let fault = DeleteIndicator::decode(404, b"").expect_err("unknown");
    assert!(fault.fault().is_some_and(ApiFault::is_not_found));
}

#[test]
fn everything_can_cross_threads_and_be_shown() {
    const fn holds<T: Send + Sync + std::fmt::Debug + 'static>() {}
    holds::<StopAndQuarantineFile>();
    holds::<SubmitIndicator>();
    holds::<RequestParts>();
    holds::<ResponseError>();
    holds::<ListOptions<Machine>>();
    holds::<odata::Filter<MachineAction>>();
    holds::<odata::ODataPage<Machine>>();
}
