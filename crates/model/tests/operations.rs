//! Operations as values: what goes out, and what the contract knows of each.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

use quell_model::odata::{ListOptions, NextLink};
use quell_model::properties::{machine, machine_action};
use quell_model::{
    ActionId, AnyOf, CancelMachineAction, Comment, GetFile, GetMachine, GetMachineAction, Holder,
    Idempotency, ListFileMachines, ListIndicators, ListMachineActions, ListMachines, MachineId,
    Method, OPERATIONS, Operation, PermissionInfo, RequestParts, ResponseError, Sha1,
    StopAndQuarantineFile, limits,
};

fn machine_id(text: &str) -> MachineId {
    MachineId::new(text).expect("an id")
}

fn action_id(text: &str) -> ActionId {
    ActionId::new(text).expect("an id")
}

fn sha1() -> Sha1 {
    "87662bc3d60e4200ceaf7aae249d1c343f4b83c9"
        .parse()
        .expect("a sha-1")
}

fn why() -> Comment {
    Comment::new("why").expect("not blank")
}

fn shown(request: &RequestParts) -> String {
    let body = request
        .body
        .as_deref()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    format!(
        "{} {} {body}",
        request.method.as_str(),
        request.path_and_query()
    )
}

#[test]
fn requests_as_they_go_out() {
    let pending = ListOptions::new()
        .filter(machine_action::STATUS.eq("Pending"))
        .filter(machine_action::MACHINE_ID.eq(machine_id("m1")))
        .top(10);
    let lab = ListOptions::new()
        .filter(machine::MACHINE_TAGS.contains("lab"))
        .count();
    let next = NextLink::new("https://elsewhere.example/api/machineactions?$skip=10000");
    let requests = [
        StopAndQuarantineFile::new(machine_id("m/1"), sha1(), why()).encode(),
        StopAndQuarantineFile::new(machine_id("m1"), sha1(), why())
            .external_id("e")
            .encode(),
        GetMachineAction::new(action_id("a?1")).encode(),
        CancelMachineAction::new(action_id("a1"), why()).encode(),
        ListMachineActions::new(&pending).encode(),
        ListMachineActions::following(&next)
            .expect("the same collection")
            .encode(),
        GetMachine::new(machine_id("host.example.org")).encode(),
        ListMachines::new(&lab).encode(),
        ListMachines::default().encode(),
        GetFile::new(sha1()).encode(),
        ListFileMachines::new(sha1()).encode(),
    ];
    insta::assert_snapshot!(requests.each_ref().map(shown).join("\n"));
}

#[test]
fn requests_agree_with_the_contract() {
    fn check<O: Operation>(operation: &O) {
        let request = operation.encode();
        assert_eq!(request.method, O::INFO.method, "{}", O::INFO.name);
        assert_eq!(request.body.is_some(), request.method == Method::Post);
        let fixed = |path: &str| -> Vec<Option<String>> {
            path.split('/')
                .map(|s| (!s.starts_with('{')).then(|| s.to_owned()))
                .collect()
        };
        let (sent, known) = (fixed(&request.path), fixed(O::INFO.path));
        assert_eq!(sent.len(), known.len(), "{}", request.path);
        let agree = sent
            .iter()
            .zip(&known)
            .all(|(sent, known)| known.is_none() || sent == known);
        assert!(agree, "{} is not {}", request.path, O::INFO.path);
    }
    check(&StopAndQuarantineFile::new(machine_id("m"), sha1(), why()));
    check(&GetMachineAction::new(action_id("a")));
    check(&CancelMachineAction::new(action_id("a"), why()));
    check(&ListMachineActions::default());
    check(&GetMachine::new(machine_id("m")));
    check(&ListMachines::default());
    check(&GetFile::new(sha1()));
    check(&ListFileMachines::new(sha1()));
    check(&ListIndicators::default());
    assert_eq!(OPERATIONS.len(), 9);
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
fn permissions_are_checked_half_by_half_reading_first() {
    let info = StopAndQuarantineFile::INFO;
    let missing = |granted: &[&str]| info.missing(Holder::Application, granted);
    let reading = AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"]);
    assert_eq!(missing(&[]), Some(reading));
    assert_eq!(missing(&["Machine.StopAndQuarantine"]), Some(reading));
    assert_eq!(
        missing(&["Machine.Read.All"]),
        Some(AnyOf(&["Machine.StopAndQuarantine"]))
    );
    assert_eq!(
        missing(&["Machine.ReadWrite.All", "Machine.StopAndQuarantine"]),
        None
    );
    assert_eq!(
        info.missing(Holder::Delegated, &["Machine.StopAndQuarantine"]),
        None
    );
    assert_eq!(
        reading.refusal(Holder::Application),
        "The application does not have any of the required application permissions \
         (Machine.Read.All, Machine.ReadWrite.All) to access the resource."
    );
}

#[test]
fn every_permission_of_an_operation_is_known_by_name() {
    for info in OPERATIONS {
        for holder in [Holder::Application, Holder::Delegated] {
            for half in info.permissions(holder) {
                assert_eq!(
                    half.details(holder).count(),
                    half.0.len(),
                    "{} {half:?}",
                    info.name
                );
            }
        }
    }
    let permission = PermissionInfo::find(Holder::Application, "Machine.StopAndQuarantine");
    let permission = permission.expect("known");
    assert_eq!(
        permission.display_name("fr"),
        "Arrêter et mettre en quarantaine"
    );
    assert_eq!(permission.display_name("sv"), "Stoppa och sätta i karantän");
    assert_eq!(permission.display_name("zh"), "停止和隔离");
    assert_eq!(permission.display_name("xx"), "Stop And Quarantine");
}

#[test]
fn rate_is_a_hundred_a_minute_and_fifteen_hundred_an_hour() {
    for info in OPERATIONS {
        let windows: Vec<_> = info
            .rate
            .windows
            .iter()
            .map(|one| (one.calls, one.period.as_secs()))
            .collect();
        assert_eq!(windows, [(100, 60), (1500, 3600)], "{}", info.name);
    }
    assert_eq!(limits::PAGE_SIZE, 10_000);
    assert_eq!(limits::DELIVERY.as_secs(), 3 * 24 * 3600);
}

#[test]
fn only_the_quarantine_must_never_be_repeated_blindly() {
    let not_idempotent: Vec<_> = OPERATIONS
        .iter()
        .filter(|info| info.idempotency == Idempotency::NotIdempotent)
        .map(|info| info.name)
        .collect();
    assert_eq!(not_idempotent, ["StopAndQuarantineFile"]);
}

#[test]
fn everything_can_cross_threads_and_be_shown() {
    const fn holds<T: Send + Sync + std::fmt::Debug + 'static>() {}
    holds::<StopAndQuarantineFile>();
    holds::<RequestParts>();
    holds::<ResponseError>();
    holds::<ListOptions<quell_model::Machine>>();
    holds::<quell_model::odata::Filter<quell_model::MachineAction>>();
    holds::<quell_model::odata::ODataPage<quell_model::Machine>>();
}
