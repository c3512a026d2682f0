//! What a check asks, and what it makes of the answers.

mod desk;

use desk::{Desk, OTHER, action, machine, of_machine, of_status, token};
use quell::precondition::{Service, Subject, Verdict};
use quell::{Check, ErrorKind, Finding, Topic};

use crate::tenant::{ACTION, MACHINE, SHA1};

const RESPONDER: [&str; 3] = [
    "Machine.StopAndQuarantine",
    "Machine.Read.All",
    "File.Read.All",
];

fn found(check: &Check, topic: Topic) -> &Finding {
    let mut findings = check.findings().iter();
    let found = findings.find(|finding| finding.topic == topic);
    found.unwrap_or_else(|| panic!("nothing about {topic} in {check:?}"))
}

fn topics<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<String> {
    findings.map(|finding| finding.topic.to_string()).collect()
}

const fn of(subject: Subject) -> Topic {
    Topic::Precondition(subject)
}

#[tokio::test(start_paused = true)]
async fn one_machine_that_has_the_file_costs_four_reads() {
    let desk = Desk::in_order();
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    assert_eq!(
        desk.asked(),
        [
            format!("files/{SHA1}"),
            format!("files/{SHA1}/machines"),
            format!("files/{SHA1}/stats"),
            of_machine(MACHINE),
        ]
    );
    assert!(check.is_clear(), "{check:?}");
    assert_eq!(check.service(), Service::Defender);
    // These two the API never tells.
    assert_eq!(topics(check.warnings()), ["plan", "antivirus"]);
    assert_eq!(check.file().and_then(|file| file.size), Some(7));
    assert_eq!(check.statistics().unwrap().top_file_names, ["a.exe"]);
    assert_eq!(check.machines().len(), 1);
    for finding in check.findings() {
        assert!(finding.source.url.starts_with("https://"), "{finding}");
        assert!(!finding.requires.is_empty() && !finding.breach.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_machines_that_have_the_file_are_checked_by_one_list_of_what_is_open() {
    let desk = Desk::in_order()
        .has_machines(&[machine(MACHINE, "Windows11"), machine(OTHER, "macOS")])
        .says(&of_status("Pending"), r#"{"value":[]}"#)
        .says(
            &of_status("InProgress"),
            &format!(
                r#"{{"value":[{}]}}"#,
                action(ACTION, MACHINE, SHA1, "InProgress")
            ),
        );
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.file(SHA1).check().await.unwrap();
    assert_eq!(desk.asked().len(), 5, "{:?}", desk.asked());

    let refusals: Vec<_> = check.refusals().collect();
    let told: Vec<_> = refusals
        .iter()
        .map(|it| (it.topic, it.machine.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(
        told,
        [(Topic::OpenAction, MACHINE), (of(Subject::Platform), OTHER)]
    );
    assert!(refusals[0].reason.contains(ACTION), "{}", refusals[0]);
    assert!(refusals[1].breach.contains("OsPlatformNotSupported"));
}

#[tokio::test(start_paused = true)]
async fn what_is_the_same_for_all_machines_is_said_once_and_one_refused_machine_leaves_the_others()
{
    let desk = Desk::in_order()
        .has_machines(&[machine(MACHINE, "Windows11"), machine(OTHER, "macOS")])
        .says(&of_status("Pending"), r#"{"value":[]}"#)
        .says(&of_status("InProgress"), r#"{"value":[]}"#);
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.file(SHA1).check().await.unwrap();
    let about_the_file = check
        .findings()
        .iter()
        .filter(|it| it.topic == of(Subject::Determination));
    assert_eq!(about_the_file.count(), 1);
    let clear = check
        .machines()
        .iter()
        .filter(|it| check.is_clear_for(&it.id));
    let clear: Vec<_> = clear.map(|it| it.id.as_str()).collect();
    assert_eq!(clear, [MACHINE]);
}

#[tokio::test(start_paused = true)]
async fn an_open_action_that_does_not_name_its_machine_is_that_of_the_machine_asked_about() {
    let nameless = format!(
        r#"{{"value":[{{"id":"{ACTION}","type":"StopAndQuarantineFile","status":"Pending",
            "relatedFileInfo":{{"fileIdentifier":"{SHA1}","fileIdentifierType":"Sha1"}}}}]}}"#
    );
    let desk = Desk::in_order().says(&of_machine(MACHINE), &nameless);
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    assert_eq!(topics(check.refusals()), ["open action"]);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_does_not_have_the_file_would_be_refused() {
    let desk = Desk::in_order().has_machines(&[]).says(
        &format!("machines/{MACHINE}"),
        &machine(MACHINE, "Windows11"),
    );
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    assert_eq!(topics(check.refusals()), ["sighting"]);
    assert_eq!(desk.asked().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_no_machine_has_cannot_be_asked_for() {
    let desk = Desk::in_order().has_machines(&[]).refuses(
        &format!("files/{SHA1}"),
        404,
        "ResourceNotFound",
        "File was not found",
    );
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.file(SHA1).check().await.unwrap();
    assert_eq!(topics(check.refusals()), ["sighting"]);
    let words = &found(&check, Topic::Lookup("GetFile")).reason;
    assert!(
        words.contains("404 ResourceNotFound: File was not found"),
        "{words}"
    );
    assert_eq!(
        desk.asked().len(),
        3,
        "of no machine no action is asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_machine_would_be_refused_in_the_services_words() {
    let desk = Desk::in_order().refuses(
        &format!("machines/{OTHER}"),
        404,
        "ResourceNotFound",
        "Machine 7 was not found",
    );
    let desk = desk.says(&of_machine(OTHER), r#"{"value":[]}"#);
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.machine(OTHER).check(SHA1).await.unwrap();
    let refusals: Vec<_> = check.refusals().collect();
    let [finding] = refusals.as_slice() else {
        panic!("one refusal, not {refusals:?}")
    };
    assert_eq!(finding.topic, Topic::Machine);
    assert!(
        finding.reason.contains("Machine 7 was not found"),
        "{finding}"
    );
    let failed = check.failed_lookups();
    assert_eq!(failed[0].error.kind(), ErrorKind::NotFound);
    assert_eq!(failed[0].machine.as_ref().unwrap().as_str(), OTHER);
}

#[tokio::test(start_paused = true)]
async fn each_lookup_that_fails_is_a_warning_that_names_it_and_never_a_refusal() {
    let lookups = [
        (format!("files/{SHA1}"), "GetFile", Subject::Signature),
        (format!("files/{SHA1}"), "GetFile", Subject::Determination),
        (
            format!("files/{SHA1}/machines"),
            "ListFileMachines",
            Subject::Sighting,
        ),
    ];
    for (path, operation, subject) in lookups {
        let desk = Desk::in_order()
            .says(
                &format!("machines/{MACHINE}"),
                &machine(MACHINE, "Windows11"),
            )
            .refuses(&path, 500, "InternalServerError", "an oops");
        let client = desk.of_microsofts(&RESPONDER);
        let check = client.machine(MACHINE).check(SHA1).await.unwrap();
        assert!(check.is_clear(), "{operation}: {check:?}");
        let lookup = found(&check, Topic::Lookup(operation));
        assert_eq!(lookup.verdict, Verdict::CannotBeTold);
        assert!(lookup.reason.contains("an oops"), "{lookup}");
        let rests_on_it = found(&check, of(subject));
        assert_eq!(rests_on_it.verdict, Verdict::CannotBeTold);
        assert!(rests_on_it.reason.contains(operation), "{rests_on_it}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_answer_tells_is_not_lost_with_a_lookup() {
    let desk = Desk::in_order().loses(&format!("files/{SHA1}/stats"));
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    let prevalence = found(&check, of(Subject::Prevalence));
    assert_eq!(prevalence.verdict, Verdict::Holds);
    assert_eq!(prevalence.reason, "few have the file");
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_lost_on_the_way_is_a_warning_as_well() {
    let lost = [
        (format!("files/{SHA1}/stats"), "GetFileStats"),
        (of_machine(MACHINE), "ListMachineActions"),
    ];
    for (path, operation) in lost {
        let desk = Desk::in_order().loses(&path);
        let client = desk.of_microsofts(&RESPONDER);
        let check = client.machine(MACHINE).check(SHA1).await.unwrap();
        assert!(check.is_clear(), "{operation}: {check:?}");
        let lookup = found(&check, Topic::Lookup(operation));
        assert!(lookup.reason.contains("there was no answer"), "{lookup}");
        assert_eq!(check.failed_lookups()[0].error.operation(), Some(operation));
    }
    let desk = Desk::in_order().has_machines(&[]);
    let client = desk.of_microsofts(&RESPONDER);
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    assert!(
        check.is_clear(),
        "a machine of which nothing is known: {check:?}"
    );
    let lookup = found(&check, Topic::Lookup("GetMachine"));
    assert_eq!(lookup.machine.as_ref().unwrap().as_str(), MACHINE);
}

#[tokio::test(start_paused = true)]
async fn with_the_permission_to_read_machines_alone_the_rest_is_named_and_not_asked() {
    let desk = Desk::in_order();
    let client = desk.of_microsofts(&["Machine.Read.All"]);
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    assert_eq!(topics(check.refusals()), ["permission"]);
    let machine = &check.machines()[0].id;
    assert!(
        !check.is_clear_for(machine),
        "it is refused for every machine"
    );
    let permission = found(&check, Topic::Permission);
    assert!(
        permission.reason.contains("Machine.StopAndQuarantine"),
        "{permission}"
    );
    for operation in ["GetFile", "GetFileStats"] {
        let lookup = found(&check, Topic::Lookup(operation));
        assert!(lookup.reason.contains("grant File.Read.All"), "{lookup}");
    }
    assert_eq!(
        desk.asked(),
        [format!("files/{SHA1}/machines"), of_machine(MACHINE)]
    );
}

#[tokio::test(start_paused = true)]
async fn at_a_service_of_ones_own_permissions_are_advice_and_linux_is_what_it_should_be() {
    let desk = Desk::in_order().has_machines(&[machine(MACHINE, "Debian GNU/Linux")]);
    let client = desk.of_ones_own_with(&token(&["Machine.Read.All"]));
    let check = client.machine(MACHINE).check(SHA1).await.unwrap();
    assert_eq!(check.service(), Service::Quell);
    assert!(check.is_clear(), "{check:?}");
    assert_eq!(found(&check, of(Subject::Platform)).verdict, Verdict::Holds);
    let permission = found(&check, Topic::Permission);
    assert_eq!(permission.verdict, Verdict::CannotBeTold);
    assert!(permission.reason.contains("Machine.StopAndQuarantine"));

    let check = client
        .machine(MACHINE)
        .check(SHA1)
        .rules_of(Service::Defender);
    let check = check.await.unwrap();
    assert_eq!(found(&check, of(Subject::Platform)).verdict, Verdict::Fails);
}

#[tokio::test(start_paused = true)]
async fn a_machine_named_by_its_dns_name_is_asked_for_and_should_be_named_by_its_id() {
    let name = "web-1.contoso.example";
    let desk = Desk::in_order()
        .has_machines(&[machine(MACHINE, "Linux")])
        .says(&format!("machines/{name}"), &machine(MACHINE, "Linux"));
    let check = desk.of_ones_own().machine(name).check(SHA1).await.unwrap();
    assert_eq!(topics(check.refusals()), ["address"]);
    let address = found(&check, Topic::Address);
    assert!(address.reason.contains(MACHINE), "{address}");
    assert_eq!(found(&check, of(Subject::Sighting)).verdict, Verdict::Holds);
    assert!(desk.asked().contains(&of_machine(MACHINE)));
}

#[tokio::test(start_paused = true)]
async fn without_a_token_or_with_a_wrong_argument_there_is_no_check() {
    let desk = Desk::in_order();
    let client = desk.of_microsofts(&RESPONDER);
    let wrong_hash = client.file("d41d8cd98f00b204e9800998ecf8427e").check();
    assert_eq!(
        wrong_hash.await.unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let wrong_machine = client.file(SHA1).check().on([".."]);
    assert_eq!(
        wrong_machine.await.unwrap_err().kind(),
        ErrorKind::InvalidInput
    );

    let opaque = desk.of_ones_own().file(SHA1).check().await.unwrap();
    let permission = found(&opaque, Topic::Permission);
    assert_eq!(permission.verdict, Verdict::CannotBeTold);

    let tenant = crate::tenant::Tenant::new().issues([crate::tenant::answer(
        401,
        r#"{"error":"invalid_client","error_description":"AADSTS7000215"}"#,
    )]);
    let error = tenant.client().file(SHA1).check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(tenant.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hundred_named_machines_are_asked_for_within_the_limit_and_not_all_at_once() {
    let machines: Vec<String> = (0..100).map(|number| format!("{number:040x}")).collect();
    let mut desk = Desk::in_order()
        .has_machines(&[])
        .says(&of_status("Pending"), r#"{"value":[]}"#)
        .says(&of_status("InProgress"), r#"{"value":[]}"#);
    for id in &machines {
        desk = desk.says(&format!("machines/{id}"), &machine(id, "Windows11"));
    }
    let client = desk.of_microsofts(&RESPONDER).with_deadline(None);
    let check = client.file(SHA1).check().on(&machines).await.unwrap();
    assert_eq!(check.machines().len(), 100);
    let asked = check.machines().iter().map(|it| it.id.as_str());
    assert!(
        asked.eq(machines.iter().map(String::as_str)),
        "in their order"
    );
    assert_eq!(check.refusals().count(), 100);
    assert!(desk.most_at_once() <= 8, "{}", desk.most_at_once());
}
