//! What the tables say of each operation, against what the public pages and recordings say.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

use quell_model::{
    AnyOf, Holder, Idempotency, Method, OPERATIONS, Operation, OperationInfo, PERMISSIONS,
    PermissionInfo, QueryOption, StopAndQuarantineFile, limits,
};

const STANDARD: &[(u32, u64)] = &[(100, 60), (1500, 3600)];
const PACKAGE: &[(u32, u64)] = &[(2, 60), (120, 3600)];
const LIVE: &[(u32, u64)] = &[(10, 60)];

const READ: &str = "Machine.Read.All|Machine.ReadWrite.All";
const READ_AS_PERSON: &str = "Machine.Read|Machine.ReadWrite";
const ANY_ACTION: &str = "Machine.Isolate|Machine.CollectForensics|Machine.Scan|\
                          Machine.RestrictExecution|Machine.StopAndQuarantine|Machine.Offboard|\
                          Machine.LiveResponse";

/// An operation: name, success, application's permissions, person's, rate, whether its action can be
/// cancelled. Halves of permissions are joined by `&`, alternatives by `|`.
type Row = (
    &'static str,
    u16,
    String,
    String,
    &'static [(u32, u64)],
    bool,
);

fn evidence() -> Vec<Row> {
    let row = |name, success, application: &str, person: &str, rate, cancel| -> Row {
        (
            name,
            success,
            application.to_owned(),
            person.to_owned(),
            rate,
            cancel,
        )
    };
    let action = |name, permission: &str| row(name, 201, permission, permission, STANDARD, true);
    let read = |name| row(name, 200, READ, READ_AS_PERSON, STANDARD, false);
    let file = |name| row(name, 200, "File.Read.All", "File.Read.All", STANDARD, false);
    let indicator = |name, success| {
        row(
            name,
            success,
            "Ti.ReadWrite|Ti.ReadWrite.All",
            "Ti.ReadWrite",
            STANDARD,
            false,
        )
    };
    vec![
        row(
            "StopAndQuarantineFile",
            201,
            &format!("{READ}&Machine.StopAndQuarantine"),
            "Machine.StopAndQuarantine",
            STANDARD,
            true,
        ),
        #[cfg(feature = "extension")]
        action("RestoreFile", "Quell.Machine.Restore"),
        action("Isolate", "Machine.Isolate"),
        action("Unisolate", "Machine.Isolate"),
        action("RestrictCodeExecution", "Machine.RestrictExecution"),
        action("UnrestrictCodeExecution", "Machine.RestrictExecution"),
        action("RunAntiVirusScan", "Machine.Scan"),
        action("CollectInvestigationPackage", "Machine.CollectForensics"),
        #[cfg(feature = "high-risk")]
        action("Offboard", "Machine.Offboard"),
        #[cfg(feature = "high-risk")]
        row(
            "RunLiveResponse",
            201,
            "Machine.LiveResponse",
            "Machine.LiveResponse",
            LIVE,
            true,
        ),
        read("ListMachineActions"),
        read("GetMachineAction"),
        #[cfg(feature = "extension")]
        read("GetActionResult"),
        row(
            "CancelMachineAction",
            200,
            ANY_ACTION,
            ANY_ACTION,
            STANDARD,
            false,
        ),
        row(
            "GetPackageUri",
            200,
            READ,
            "Machine.CollectForensics",
            PACKAGE,
            false,
        ),
        #[cfg(feature = "high-risk")]
        row(
            "GetLiveResponseResult",
            200,
            READ,
            "Machine.LiveResponse",
            STANDARD,
            false,
        ),
        read("ListMachines"),
        read("GetMachine"),
        read("FindMachinesByIp"),
        read("FindMachinesByTag"),
        read("ListActionsOfMachine"),
        read("ListLatestActionsOfMachine"),
        read("ListAvailableMachineActions"),
        file("GetFile"),
        read("ListFileMachines"),
        row(
            "ListFileAlerts",
            200,
            "Alert.Read.All|Alert.ReadWrite.All",
            "Alert.Read|Alert.ReadWrite",
            STANDARD,
            false,
        ),
        file("GetFileStats"),
        indicator("SubmitIndicator", 200),
        indicator("ListIndicators", 200),
        indicator("DeleteIndicator", 204),
    ]
}

fn joined(halves: &[AnyOf]) -> String {
    let halves: Vec<String> = halves.iter().map(|half| half.0.join("|")).collect();
    halves.join("&")
}

fn windows(info: &OperationInfo) -> Vec<(u32, u64)> {
    let windows = info.rate.windows.iter();
    windows
        .map(|one| (one.calls, one.period.as_secs()))
        .collect()
}

#[test]
fn tables_say_what_the_evidence_says() {
    let evidence = evidence();
    assert_eq!(evidence.len(), OPERATIONS.len());
    for ((name, success, application, person, rate, cancel), info) in
        evidence.iter().zip(OPERATIONS)
    {
        assert_eq!(info.name, *name);
        assert_eq!(info.success, *success, "{name}");
        assert_eq!(joined(info.application), *application, "{name}");
        assert_eq!(joined(info.delegated), *person, "{name}");
        assert_eq!(windows(info), *rate, "{name}");
        assert_eq!(info.cancelable, *cancel, "{name}");
    }
    // The constants of rows that are behind the feature, without it.
    assert_eq!(limits::LIVE_RESPONSE.windows.len(), LIVE.len());
    assert_eq!(limits::LIVE_RESPONSE.concurrent, Some(25));
    assert_eq!(limits::LOOK_BACK, 720);
    assert_eq!(limits::PAGE_SIZE, 10_000);
    assert_eq!(limits::DELIVERY.as_secs(), 3 * 24 * 3600);
}

#[test]
fn what_starts_something_must_never_be_repeated_blindly() {
    for info in OPERATIONS {
        let expected = match info.method {
            Method::Get => Idempotency::Safe,
            _ if info.success == 201 => Idempotency::NotIdempotent,
            _ => Idempotency::Idempotent,
        };
        assert_eq!(info.idempotency, expected, "{}", info.name);
    }
}

#[test]
fn what_was_only_seen_has_no_page() {
    let seen: Vec<&str> = OPERATIONS
        .iter()
        .filter(|info| info.documentation.is_none())
        .map(|info| info.name)
        .collect();
    assert_eq!(
        seen,
        [
            #[cfg(feature = "extension")]
            "RestoreFile",
            #[cfg(feature = "extension")]
            "GetActionResult",
            "ListActionsOfMachine",
            "ListLatestActionsOfMachine",
            "ListAvailableMachineActions"
        ]
    );
}

#[test]
fn filters_belong_to_collections_that_take_them() {
    for info in OPERATIONS {
        let takes = info.options.contains(&QueryOption::Filter);
        assert_eq!(takes, !info.filter.is_empty(), "{}", info.name);
        assert!(
            info.entity.is_some() || info.options.is_empty(),
            "{}",
            info.name
        );
    }
}

#[cfg(not(feature = "high-risk"))]
#[test]
fn what_runs_code_or_blinds_is_not_there_by_default() {
    for info in OPERATIONS {
        let path = info.path.to_lowercase();
        assert!(
            !path.contains("offboard") && !path.contains("liveresponse"),
            "{path}"
        );
    }
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
    // What our own server asks for is not of the service's application.
    let documented = |info: &&&OperationInfo| info.path.starts_with("/api/");
    for info in OPERATIONS.iter().filter(documented) {
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
fn ids_of_permissions_are_guids_and_differ() {
    let mut ids: Vec<&str> = PERMISSIONS.iter().map(|one| one.id).collect();
    for id in &ids {
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), PERMISSIONS.len());
}
