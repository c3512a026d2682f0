//! Preconditions: each against the facts that decide it, and all of them against any facts.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

use std::time::Duration;

use proptest::prelude::*;
use quell_model::precondition::{
    COMMON_IN_ORGANIZATION, COMMON_WORLDWIDE, Evidence, Facts, Finding, Service, Sighting, Subject,
    Verdict, check,
};
use quell_model::{
    DeterminationType, File, HealthStatus, Holder, InOrgFileStats, Machine, MachineId,
    OnboardingStatus, Sha1, Timestamp,
};

use Verdict::{CannotBeTold, Fails, Holds};

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

fn verdict_of_machine(change: impl FnOnce(&mut Machine), subject: Subject) -> Verdict {
    let mut machine = machine();
    change(&mut machine);
    finding(&Facts::new(sha1(), &machine, now()), subject).verdict
}

fn verdict_of_file(change: impl FnOnce(&mut File), subject: Subject) -> Verdict {
    let mut file = file();
    change(&mut file);
    let machine = machine();
    finding(&Facts::new(sha1(), &machine, now()).file(&file), subject).verdict
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
    assert_eq!(findings.verdict(), CannotBeTold);
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
fn operating_systems() {
    for (platform, verdict) in [
        (Some("Windows10"), Holds),
        (Some("Windows11"), Holds),
        (Some("WindowsServer2012R2"), Holds),
        (Some("WindowsServer2025"), Holds),
        (Some("WindowsServer2012"), Fails),
        (Some("WindowsServer2008R2"), Fails),
        (Some("Windows8.1"), Fails),
        (Some("macOS"), Fails),
        (Some("Ubuntu"), Fails),
        (Some("Windows12"), CannotBeTold),
        (None, CannotBeTold),
    ] {
        let set = |machine: &mut Machine| machine.os_platform = platform.map(str::to_owned);
        assert_eq!(
            verdict_of_machine(set, Subject::Platform),
            verdict,
            "{platform:?}"
        );
    }
}

#[test]
fn linux_is_what_quells_own_service_is_for() {
    for (platform, verdict) in [
        ("Debian GNU/Linux", Holds),
        ("Slackware", CannotBeTold),
        ("Windows11", Fails),
    ] {
        let mut machine = machine();
        machine.os_platform = Some(platform.to_owned());
        let facts = Facts::new(sha1(), &machine, now()).service(Service::Quell);
        assert_eq!(
            finding(&facts, Subject::Platform).verdict,
            verdict,
            "{platform}"
        );
        let subjects: Vec<_> = check(&facts).iter().map(|one| one.rule.subject).collect();
        assert!(!subjects.contains(&Subject::Antivirus) && !subjects.contains(&Subject::Plan));
    }
}

#[test]
fn versions_of_windows_10() {
    for (version, build, verdict) in [
        (Some("1703"), None, Holds),
        (Some("2009"), Some(19_042), Holds),
        (Some("1607"), Some(14_393), Fails),
        (Some("Other"), Some(14_393), Fails),
        (None, Some(15_063), Holds),
        (Some("Other"), Some(1), CannotBeTold),
        (Some("1607"), Some(19_045), CannotBeTold),
        (None, None, CannotBeTold),
    ] {
        let set = |machine: &mut Machine| {
            machine.version = version.map(str::to_owned);
            machine.os_build = build;
        };
        assert_eq!(
            verdict_of_machine(set, Subject::Version),
            verdict,
            "{version:?} {build:?}"
        );
    }
}

#[test]
fn version_matters_for_windows_10_alone() {
    let with = |platform: &str| {
        let platform = platform.to_owned();
        let set = |machine: &mut Machine| {
            machine.os_platform = Some(platform);
            machine.version = Some("1607".to_owned());
        };
        verdict_of_machine(set, Subject::Version)
    };
    assert_eq!(with("WindowsServer2016"), Holds);
    assert_eq!(with("Windows12"), CannotBeTold);
}

#[test]
fn a_machine_that_may_come_back_is_a_warning() {
    let health = |status: &str| {
        verdict_of_machine(
            |machine| machine.health_status = status.into(),
            Subject::Health,
        )
    };
    assert_eq!(health("Active"), Holds);
    for status in [
        "Inactive",
        "ImpairedCommunication",
        "NoSensorData",
        "Unknown",
        "Novel",
    ] {
        assert_eq!(health(status), CannotBeTold, "{status}");
    }
    let seen = |moment| verdict_of_machine(|machine| machine.last_seen = moment, Subject::LastSeen);
    assert_eq!(seen(Some(days_ago(3))), Holds);
    assert_eq!(seen(Some(days_ago(4))), CannotBeTold);
    assert_eq!(seen(Some(Timestamp::NEVER)), CannotBeTold);
    assert_eq!(seen(None), CannotBeTold);
    assert_eq!(seen(Some(Timestamp::LAST)), Holds, "clocks differ");
}

#[test]
fn a_machine_that_is_not_onboarded_fails() {
    for (status, verdict) in [
        ("Onboarded", Holds),
        ("CanBeOnboarded", Fails),
        ("Unsupported", Fails),
        ("InsufficientInfo", Fails),
        ("Novel", CannotBeTold),
    ] {
        let set = |machine: &mut Machine| machine.onboarding_status = status.into();
        assert_eq!(
            verdict_of_machine(set, Subject::Onboarding),
            verdict,
            "{status}"
        );
    }
}

#[test]
fn a_record_that_may_be_the_wrong_one_is_a_warning() {
    assert_eq!(verdict_of_machine(|_| (), Subject::Record), Holds);
    let merged = |machine: &mut Machine| {
        machine.merged_into_machine_id = Some(MachineId::new("m2").expect("an id"));
    };
    assert_eq!(verdict_of_machine(merged, Subject::Record), CannotBeTold);
    let excluded = |machine: &mut Machine| machine.is_excluded = true;
    assert_eq!(verdict_of_machine(excluded, Subject::Record), CannotBeTold);
    let twice = |machine: &mut Machine| machine.is_potential_duplication = true;
    assert_eq!(verdict_of_machine(twice, Subject::Record), CannotBeTold);
}

#[test]
fn device_groups_bind_persons() {
    let machine = machine();
    let facts = Facts::new(sha1(), &machine, now());
    let verdict = |facts: Facts<'_>| finding(&facts, Subject::DeviceGroup).verdict;
    assert_eq!(verdict(facts), CannotBeTold);
    assert_eq!(verdict(facts.holder(Holder::Delegated)), CannotBeTold);
    assert_eq!(verdict(facts.holder(Holder::Application)), Holds);
}

#[test]
fn only_a_valid_signature_of_microsoft_fails() {
    for (valid, signer, issuer, verdict) in [
        (
            Some(true),
            Some("Microsoft Windows"),
            Some("Microsoft Windows Production PCA 2011"),
            Fails,
        ),
        (Some(true), Some("microsoft corporation"), None, Fails),
        (
            Some(true),
            Some("Microsoft Corporation"),
            Some("Honest CA"),
            CannotBeTold,
        ),
        (
            Some(true),
            Some("Contoso Ltd"),
            Some("Microsoft ID Verified CS EOC CA 01"),
            CannotBeTold,
        ),
        (Some(true), Some("Microsoftware"), None, CannotBeTold),
        (Some(true), None, None, CannotBeTold),
        (Some(false), Some("Microsoft Windows"), None, Holds),
        (Some(false), None, None, Holds),
        (None, Some("Microsoft Windows"), None, CannotBeTold),
    ] {
        let set = |file: &mut File| {
            file.is_valid_certificate = valid;
            file.signer = signer.map(str::to_owned);
            file.issuer = issuer.map(str::to_owned);
            file.file_publisher = Some("Microsoft Corporation".to_owned());
        };
        assert_eq!(
            verdict_of_file(set, Subject::Signature),
            verdict,
            "{signer:?} {issuer:?}"
        );
    }
}

#[test]
fn a_file_that_may_be_the_wrong_one_is_a_warning() {
    let held_for = |kind: &str| {
        let set = |file: &mut File| file.determination_type = kind.into();
        verdict_of_file(set, Subject::Determination)
    };
    for kind in ["Malware", "Unwanted", "Pua"] {
        assert_eq!(held_for(kind), Holds, "{kind}");
    }
    for kind in ["Clean", "Unknown", "Novel"] {
        assert_eq!(held_for(kind), CannotBeTold, "{kind}");
    }
    let worldwide =
        |count| verdict_of_file(|file| file.global_prevalence = count, Subject::Prevalence);
    let common = i64::try_from(COMMON_WORLDWIDE).expect("small");
    assert_eq!(worldwide(Some(common - 1)), Holds);
    assert_eq!(worldwide(Some(-1)), CannotBeTold);
    assert_eq!(worldwide(Some(common)), CannotBeTold);
    assert_eq!(worldwide(None), CannotBeTold);
    let (machine, file) = (machine(), file());
    let here = |count| {
        let statistics = statistics(count, 0);
        let facts = Facts::new(sha1(), &machine, now()).file(&file);
        finding(&facts.statistics(&statistics), Subject::Prevalence).verdict
    };
    assert_eq!(here(COMMON_IN_ORGANIZATION - 1), Holds);
    assert_eq!(here(COMMON_IN_ORGANIZATION), CannotBeTold);
}

#[test]
fn sightings() {
    let machine = machine();
    let facts = Facts::new(sha1(), &machine, now());
    let verdict = |facts: Facts<'_>| finding(&facts, Subject::Sighting).verdict;
    assert_eq!(verdict(facts), CannotBeTold);
    assert_eq!(verdict(facts.sighting(Sighting::NotListed)), Fails);
    let listed = facts.sighting(Sighting::Listed);
    assert_eq!(verdict(listed), Holds);
    assert_eq!(verdict(listed.statistics(&statistics(1, 30))), Holds);
    assert_eq!(verdict(listed.statistics(&statistics(1, 31))), CannotBeTold);
}

#[test]
fn the_empty_file_is_everywhere() {
    let machine = machine();
    let facts = Facts::new(Sha1::OF_NOTHING, &machine, now());
    assert_eq!(finding(&facts, Subject::Hash).verdict, CannotBeTold);
    assert_eq!(
        finding(&facts.service(Service::Quell), Subject::Hash).verdict,
        Fails
    );
}

#[test]
fn a_description_of_another_file_is_not_looked_at() {
    let (machine, other) = (machine(), File::new(Sha1::OF_NOTHING));
    let mut counted = InOrgFileStats::new(Sha1::OF_NOTHING);
    counted.organization_prevalence = Some(1);
    let facts = Facts::new(sha1(), &machine, now())
        .file(&other)
        .statistics(&counted);
    assert_eq!(finding(&facts, Subject::Prevalence).looked_at, "nothing");
    assert_eq!(
        finding(&facts, Subject::Signature).looked_at,
        "no description of the file"
    );
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
        prop_assert_eq!(findings.verdict(), CannotBeTold);
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
