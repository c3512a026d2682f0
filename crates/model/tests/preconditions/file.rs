//! What is asked of the file.

use quell_model::precondition::{
    COMMON_IN_ORGANIZATION, COMMON_WORLDWIDE, Facts, Service, Sighting, Subject, Verdict,
};
use quell_model::{DeterminationType, File, InOrgFileStats, Sha1};

use super::{file, finding, machine, now, sha1, statistics};
use Verdict::{CannotBeTold, Fails, Holds};

fn verdict_of_file(change: impl FnOnce(&mut File), subject: Subject) -> Verdict {
    let mut file = file();
    change(&mut file);
    let machine = machine();
    finding(&Facts::new(sha1(), &machine, now()).file(&file), subject).verdict
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
    let named = |value: &str| {
        let set = |file: &mut File| {
            file.determination_type = DeterminationType::Unknown;
            file.determination_value = Some(value.to_owned());
        };
        verdict_of_file(set, Subject::Determination)
    };
    assert_eq!(named("HackTool:MSIL/AutoKms"), Holds);
    assert_eq!(named("a:b"), CannotBeTold);
    assert_eq!(named("Good"), CannotBeTold);
    assert_eq!(named(""), CannotBeTold);
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
    let on_quell = finding(&facts.service(Service::Quell), Subject::Hash);
    assert_eq!(on_quell.verdict, Fails);
    let breach = on_quell.breach();
    assert!(
        breach.contains("403 DisallowedOperation"),
        "the server refuses it, before any agent hears of it: {breach}"
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
