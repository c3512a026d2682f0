use secrecy::SecretString;

use super::*;

const ENTRA: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Secret: can ary&+\r\nTrace ID: 5c1d-t\r\nCorrelation ID: 77aa-c\r\nTimestamp: 2025-07-01 12:00:00Z","error_codes":[7000215],"timestamp":"2025-07-01 12:00:00Z","trace_id":"5c1d-t","correlation_id":"77aa-c","error_uri":"https://login.microsoftonline.com/error?code=7000215"}"#;

fn read(body: &str) -> Refusal {
    let secrets = Secrets::of(&SecretString::from("can ary&+"));
    Refusal::read(401, body.as_bytes(), &secrets)
}

#[test]
fn an_entra_refusal_says_what_to_do_and_keeps_the_ids() {
    let refusal = read(ENTRA);
    assert_eq!(
        refusal.to_string(),
        "(401 invalid_client): AADSTS7000215: Invalid client secret provided. Secret: [secret]; \
         give the value of the application's secret, not the id that stands beside it; \
         correlation id 77aa-c; trace id 5c1d-t"
    );
    assert_eq!(refusal.reason(), Some(RefusalReason::WrongSecret));
    assert_eq!(refusal.number(), Some(7_000_215));
    assert_eq!(refusal.correlation_id(), Some("77aa-c"));
}

#[test]
fn the_number_is_found_in_the_text_too() {
    let refusal = read(
        r#"{"error":"invalid_request","error_description":"AADSTS90002: Tenant 'x' not found."}"#,
    );
    assert_eq!(refusal.reason(), Some(RefusalReason::UnknownTenant));
    let refusal = read(r#"{"error":"x","error_description":"AADSTS: AADSTS99999999999999999999"}"#);
    assert_eq!((refusal.number(), refusal.reason()), (None, None));
}

#[test]
fn every_number_leads_to_its_own_step() {
    let steps = [
        (7_000_215, "secret, not the id"),
        (7_000_222, "new secret"),
        (700_016, "client id"),
        (90_002, "tenant's id"),
        (700_027, "upload this certificate"),
        (700_024, "clock"),
        (70_021, "federated credential"),
        (50_076, "second factor"),
        (7_000_218, "public client flows"),
        (65_001, "grant"),
        (53_003, "conditional access"),
        (530_032, "conditional access"),
        (700_082, "sign in again"),
        (7_000_229, "consented"),
        (5_002_738, "RSA"),
    ];
    for (number, part) in steps {
        let step = RefusalReason::of(number).unwrap().next_step();
        assert!(step.contains(part), "{number}: {step}");
    }
    // An assertion of another application, a call on behalf of nobody, a delegated
    // administrator at risk: no step of ours leads out of these.
    for number in [1, 700_021, 7_000_113, 530_034] {
        assert_eq!(RefusalReason::of(number), None, "{number}");
    }
}

#[test]
fn what_is_no_oauth_is_still_told() {
    assert!(read("<html>").to_string().ends_with("does not say why"));
    let app_service = read(r#"{"statusCode":400,"message":"no can ary&+\nhere"}"#);
    assert_eq!(app_service.to_string(), "(401): no [secret] here");
}

#[test]
fn no_secret_is_shown_wherever_it_is_repeated() {
    let body = r#"{"error":"can ary&+","error_description":"can+ary%26%2B","trace_id":"can ary&+","correlation_id":"can ary&+"}"#;
    let shown = format!("{:?}", read(body));
    assert!(
        !shown.contains("ary") && shown.contains("[secret]"),
        "{shown}"
    );
}
