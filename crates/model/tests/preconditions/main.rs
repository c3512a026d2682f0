//! Preconditions: each against the facts that decide it, and all of them against any facts.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

mod file;
mod machine;

use std::time::Duration;

use proptest::prelude::*;
use quell_model::precondition::{
    Evidence, Facts, Finding, Service, Sighting, Subject, Verdict, check,
};
use quell_model::{
    DeterminationType, File, HealthStatus, Holder, InOrgFileStats, Machine, MachineId,
    OnboardingStatus, Sha1, Timestamp,
};

fn sha1() -> Sha1 {
    "87662bc3d60e4200ceaf7aae249d1c343f4b83c9"
        .parse()
        .expect("a sha-1")
}

fn now() -> Timestamp {
    "2024-10-21T11:25:48Z".parse().expect("a moment")
}

fn days_ago(days: u64) -> Timestamp {
    now().saturating_sub(Duration::from_secs(days * 86_400))
}

/// A machine of which nothing that can be told speaks against the action.
fn machine() -> Machine {
    let mut machine = Machine::new(MachineId::new("m1").expect("an id"));
    machine.os_platform = Some("Windows10".to_owned());
    machine.version = Some("22H2".to_owned());
    machine.os_build = Some(19_045);
    machine.health_status = HealthStatus::Active;
    machine.onboarding_status = OnboardingStatus::Onboarded;
    machine.last_seen = Some(days_ago(0));
    machine
}

/// A file of which nothing speaks against it either.
fn file() -> File {
    let mut file = File::new(sha1());
    file.is_valid_certificate = Some(false);
    file.determination_type = DeterminationType::Malware;
    file.global_prevalence = Some(3);
    file
}

fn statistics(machines: u64, days: u64) -> InOrgFileStats {
    let mut statistics = InOrgFileStats::new(sha1());
    statistics.org_prevalence = Some(machines.to_string());
    statistics.org_last_seen = Some(days_ago(days));
    statistics
}

fn finding(facts: &Facts<'_>, subject: Subject) -> Finding {
    let findings = check(facts);
    let mut of_subject = findings.iter().filter(|one| one.rule.subject == subject);
    of_subject.next().expect("a rule for it").clone()
}

#[test]
fn findings_as_a_responder_reads_them() {
    let (machine, file, statistics) = (machine(), file(), statistics(2, 1));
    let facts = Facts::new(sha1(), &machine, now())
        .file(&file)
        .sighting(Sighting::Listed)
        .holder(Holder::Application)
        .statistics(&statistics);
    let shown: Vec<String> = check(&facts)
        .iter()
        .map(|one| format!("{one} [{}]\n  {}", one.looked_at, one.breach()))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn only_mode_and_plan_are_never_told() {
    let (machine, file) = (machine(), file());
    let facts = Facts::new(sha1(), &machine, now())
        .file(&file)
        .sighting(Sighting::Listed)
        .holder(Holder::Application);
    let findings = check(&facts);
    assert_eq!(findings.verdict(), Verdict::CannotBeTold);
    assert_eq!(findings.failed().count(), 0);
    let warned: Vec<_> = findings.warnings().map(|one| one.rule.subject).collect();
    assert_eq!(warned, [Subject::Antivirus, Subject::Plan]);
}

#[test]
fn nothing_known_of_the_file_is_never_a_failure() {
    let machine = machine();
    let findings = check(&Facts::new(sha1(), &machine, now()));
    assert_eq!(findings.failed().count(), 0);
}

#[test]
fn every_rule_has_a_page_and_says_how_a_breach_shows_or_that_nobody_knows() {
    for rule in [Service::Defender, Service::Quell]
        .into_iter()
        .flat_map(Service::rules)
    {
        assert!(rule.source.url.starts_with("https://"), "{rule:?}");
        assert!(rule.requires.ends_with(char::is_alphanumeric), "{rule:?}");
        assert!(!rule.signs.is_empty() || rule.signs_evidence == Evidence::Inferred);
    }
}

#[test]
fn findings_are_written_with_their_rules() {
    let machine = machine();
    let findings = check(&Facts::new(sha1(), &machine, now()));
    let json = serde_json::to_value(&findings).expect("json");
    insta::assert_json_snapshot!(json[0]);
}

fn unknown_text() -> impl Strategy<Value = String> {
    "[A-Z][a-z]{3,9} Novel[0-9]{0,3}"
}

prop_compose! {
    /// A machine and a file of whose values none is known to quell.
    fn unknown()(
        platform in prop::option::of(unknown_text()),
        version in prop::option::of(unknown_text()),
        build in prop::option::of(any::<i64>().prop_filter("not released", |build| !(10_000..30_000).contains(build))),
        status in unknown_text(),
        holder in prop::option::of(prop_oneof![Just(Holder::Application), Just(Holder::Delegated)]),
        valid in prop::option::of(Just(true)),
        signer in prop::option::of(unknown_text()),
    ) -> (Machine, File, Option<Holder>) {
        let mut machine = Machine::new(MachineId::new("m").expect("an id"));
        machine.os_platform = platform;
        machine.version = version;
        machine.os_build = build;
        machine.health_status = status.as_str().into();
        machine.onboarding_status = status.as_str().into();
        let mut file = File::new(sha1());
        file.determination_type = status.as_str().into();
        file.is_valid_certificate = valid;
        file.signer = signer;
        (machine, file, holder)
    }
}

proptest! {
    #[test]
    fn what_is_unknown_never_fails((machine, file, holder) in unknown(), own in any::<bool>()) {
        let service = if own { Service::Quell } else { Service::Defender };
        let mut facts = Facts::new(sha1(), &machine, now()).service(service).file(&file);
        if let Some(holder) = holder {
            facts = facts.holder(holder);
        }
        let findings = check(&facts);
        prop_assert_eq!(findings.failed().count(), 0, "{:?}", findings.failed().next());
        prop_assert_eq!(findings.verdict(), Verdict::CannotBeTold);
    }

    #[test]
    fn any_text_is_shown_in_one_line(text in any::<String>(), ticks in any::<i64>()) {
        let mut machine = machine();
        machine.os_platform = Some(text.clone());
        machine.version = Some(text.clone());
        machine.rbac_group_name = Some(text.clone());
        machine.defender_av_status = Some(text.clone());
        machine.health_status = text.as_str().into();
        machine.onboarding_status = text.as_str().into();
        let mut file = file();
        file.signer = Some(text.clone());
        file.issuer = Some(text.clone());
        file.determination_value = Some(text);
        let facts = Facts::new(sha1(), &machine, Timestamp::from_unix_ticks(ticks)).file(&file);
        for one in &check(&facts) {
            let shown = format!("{one} {}", one.looked_at);
            prop_assert!(!shown.contains(char::is_control), "{:?}", shown);
        }
    }
}
