use std::time::UNIX_EPOCH;

use quell_model::{GetMachineAction, Operation, StopAndQuarantineFile};

use super::super::claims::tests::token;
use super::*;

const MINE: &str = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
const AUDIENCE: &str = "https://api.securitycenter.microsoft.com";

fn microsoft() -> Expectation {
    let tenant = Some(MINE.to_owned());
    Expectation::new(AUDIENCE.to_owned(), Party::Microsoft { tenant })
}

fn own(audience_declared: bool) -> Expectation {
    Expectation::new(AUDIENCE.to_owned(), Party::Own { audience_declared })
}

fn objection(expected: &Expectation, claims: &str) -> Option<Objection> {
    let token = token(claims);
    let claims = TokenClaims::read(&token).unwrap();
    expected.objection(&token, &claims, UNIX_EPOCH + Duration::from_secs(10_000))
}

fn missing(expected: &Expectation, claims: &str, operation: &OperationInfo) -> Option<String> {
    let claims = TokenClaims::read(&token(claims)).unwrap();
    Some(expected.missing(&claims, operation)?.to_string())
}

#[test]
fn a_token_for_something_else_is_told_apart() {
    let graph = r#"{"aud":"https://graph.microsoft.com"}"#;
    assert_eq!(
        objection(&microsoft(), graph).unwrap().to_string(),
        "the token is for https://graph.microsoft.com, and the service takes tokens for \
         https://api.securitycenter.microsoft.com alone"
    );
    for audience in [
        AUDIENCE,
        "https://api.securitycenter.windows.com/",
        "fc780465-2017-40d4-a0c5-307022471b92",
    ] {
        let claims = format!(r#"{{"aud":"{audience}"}}"#);
        assert_eq!(objection(&microsoft(), &claims), None, "{audience}");
    }
}

#[test]
fn a_token_of_another_tenant_is_told_apart() {
    let other = r#"{"tid":"00000000-604b-40ac-a9d7-9fd97c0b779f"}"#;
    assert!(matches!(
        objection(&microsoft(), other),
        Some(Objection::Tenant { .. })
    ));
    let same = format!(r#"{{"tid":"{}"}}"#, MINE.to_uppercase());
    assert_eq!(objection(&microsoft(), &same), None);
    let tenant = Some("contoso.example".to_owned());
    let by_name = Expectation::new(AUDIENCE.to_owned(), Party::Microsoft { tenant });
    assert_eq!(objection(&by_name, other), None);
}

#[test]
fn an_expired_token_is_told_apart_unless_the_clock_may_be_wrong() {
    for expected in [microsoft(), own(false)] {
        let ago = Duration::from_secs(601);
        assert_eq!(
            objection(&expected, r#"{"exp":9399}"#),
            Some(Objection::Expired { ago })
        );
        assert_eq!(objection(&expected, r#"{"exp":9400}"#), None);
        assert_eq!(objection(&expected, r#"{"exp":20000}"#), None);
    }
}

#[test]
fn the_issuers_word_goes_before_the_clock() {
    let token = token(r#"{"exp":1}"#).expires_in(Duration::from_secs(3600));
    let claims = TokenClaims::read(&token).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(10_000);
    assert_eq!(microsoft().objection(&token, &claims, now), None);
}

#[test]
fn microsofts_token_is_not_sent_to_another_service_unless_that_was_declared() {
    let real = format!(r#"{{"aud":"{AUDIENCE}","iss":"https://sts.windows.net/{MINE}/"}}"#);
    assert_eq!(objection(&own(false), &real), Some(Objection::Microsofts));
    assert_eq!(objection(&own(true), &real), None);
    let ours = format!(r#"{{"aud":"{AUDIENCE}","iss":"https://edr.example/{MINE}/"}}"#);
    assert_eq!(objection(&own(false), &ours), None);
}

#[test]
fn each_half_of_the_permissions_is_asked_for_by_name() {
    let quarantine = StopAndQuarantineFile::INFO;
    let none = missing(&microsoft(), r#"{"aud":"x"}"#, quarantine).unwrap();
    assert!(
        none.contains("no application permission for StopAndQuarantineFile: grant Machine."),
        "{none}"
    );
    let half = r#"{"roles":["Machine.StopAndQuarantine"]}"#;
    let half = missing(&microsoft(), half, quarantine).unwrap();
    assert!(
        half.contains("grant Machine.Read.All or Machine.ReadWrite.All"),
        "{half}"
    );
    let both = r#"{"roles":["Machine.StopAndQuarantine","Machine.Read.All"]}"#;
    assert_eq!(missing(&microsoft(), both, quarantine), None);
    assert_eq!(missing(&microsoft(), both, GetMachineAction::INFO), None);
    let person = missing(&microsoft(), r#"{"scp":"User.Read"}"#, quarantine).unwrap();
    assert!(person.contains("no delegated permission"), "{person}");
}

#[test]
fn what_permissions_mean_to_ones_own_service_is_not_ours_to_say() {
    assert_eq!(missing(&own(true), "{}", StopAndQuarantineFile::INFO), None);
}
