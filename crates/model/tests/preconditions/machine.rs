//! What is asked of the machine.

use quell_model::precondition::{Facts, Service, Subject, Verdict, check};
use quell_model::{Holder, Machine, MachineId, Timestamp};

use super::{days_ago, finding, machine, now, sha1};
use Verdict::{CannotBeTold, Fails, Holds};

fn verdict_of_machine(change: impl FnOnce(&mut Machine), subject: Subject) -> Verdict {
    let mut machine = machine();
    change(&mut machine);
    finding(&Facts::new(sha1(), &machine, now()), subject).verdict
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
fn quells_own_service_takes_linux_and_what_the_action_exists_for() {
    for (platform, verdict) in [
        ("Debian GNU/Linux", Holds),
        ("Slackware", CannotBeTold),
        ("Windows11", Holds),
        ("Windows7", Fails),
        ("macOS", Fails),
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
