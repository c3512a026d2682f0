//! Every handle sends the operation of its name.

use quell::model::{
    IndicatorAction, IndicatorType, IsolationType, LookBackHours, ScanType, SubmitIndicatorRequest,
};
use quell::{Placed, Timestamp};

use crate::tenant::{ACTION, MACHINE, SHA1, Tenant, answer};

fn of_type(kind: &str) -> String {
    format!(r#"{{"id":"{ACTION}","type":"{kind}","status":"Pending"}}"#)
}

/// The call as `METHOD path?query`, and its body.
fn only(tenant: &Tenant) -> (String, String) {
    let calls = tenant.calls();
    let [call] = calls.as_slice() else {
        panic!("one call, not {}", calls.len())
    };
    let target = call.uri.trim_start_matches("https://edr.example/api/");
    let body = String::from_utf8(call.body.to_vec()).unwrap();
    (format!("{} {target}", call.method), body)
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_of_a_machine() {
    macro_rules! asks {
        ($method:ident($($argument:expr),*) => $kind:literal, $segment:literal, $body:literal) => {{
            let tenant = Tenant::new().plays([answer(201, of_type($kind))]);
            let machine = tenant.client().machine(MACHINE);
            let placed: Placed = machine.$method($($argument),*).await.unwrap();
            assert_eq!(placed.kind.as_str(), $kind);
            let (call, body) = only(&tenant);
            assert_eq!(call, format!("POST machines/{MACHINE}/{}", $segment));
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            let expected: serde_json::Value = serde_json::from_str($body).unwrap();
            assert_eq!(body, expected);
        }};
    }
    asks!(isolate(IsolationType::Full, "x") => "Isolate", "isolate", r#"{"Comment":"x","IsolationType":"Full"}"#);
    asks!(unisolate("x") => "Unisolate", "unisolate", r#"{"Comment":"x"}"#);
    asks!(restrict_code_execution("x") => "RestrictCodeExecution", "restrictCodeExecution", r#"{"Comment":"x"}"#);
    asks!(unrestrict_code_execution("x") => "UnrestrictCodeExecution", "unrestrictCodeExecution", r#"{"Comment":"x"}"#);
    asks!(run_antivirus_scan(ScanType::Quick, "x") => "RunAntiVirusScan", "runAntiVirusScan", r#"{"Comment":"x","ScanType":"Quick"}"#);
    asks!(collect_investigation_package("x") => "CollectInvestigationPackage", "collectInvestigationPackage", r#"{"Comment":"x"}"#);
}

#[tokio::test(start_paused = true)]
async fn what_is_read() {
    macro_rules! reads {
        (|$client:ident| $call:expr => $body:literal, $target:expr) => {{
            let tenant = Tenant::new().plays([answer(200, $body)]);
            let $client = tenant.client();
            $call.await.unwrap();
            assert_eq!(only(&tenant).0, format!("GET {}", $target));
        }};
    }
    reads!(|c| c.action(ACTION).package_uri() => r#"{"value":"https://x.example/p"}"#, format!("machineactions/{ACTION}/getPackageUri"));
    reads!(|c| c.file(SHA1).stats(LookBackHours::MOST) => r#"{"sha1":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9"}"#, format!("files/{SHA1}/stats?lookBackHours=720"));
    reads!(|c| c.file(SHA1).stats(None) => r#"{"sha1":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9"}"#, format!("files/{SHA1}/stats"));
    reads!(|c| c.file(SHA1).alerts() => r#"{"value":[]}"#, format!("files/{SHA1}/alerts"));
    reads!(|c| c.indicators().top(5).list() => r#"{"value":[]}"#, "indicators?$top=5");
    reads!(|c| c.machines_by_tag("lab") => r#"{"value":[]}"#, "machines/findbytag?tag=lab&useStartsWithFilter=false");
    reads!(|c| c.machines_by_ip("10.1.2.3".parse().unwrap(), Timestamp::UNIX_EPOCH) => r#"{"value":[]}"#,
        "machines/findbyip(ip='10.1.2.3',timestamp=1970-01-01T00:00:00Z)");
    reads!(|c| c.machine(MACHINE).actions() => r#"{"value":[]}"#, format!("machineactions?$filter=machineId%20eq%20%27{MACHINE}%27"));
}

#[tokio::test(start_paused = true)]
async fn indicators_are_submitted_and_deleted() {
    let tenant = Tenant::new().plays([answer(200, r#"{"id":"995"}"#), answer(204, "")]);
    let client = tenant.client();
    let request = SubmitIndicatorRequest::new(
        SHA1.to_owned(),
        IndicatorType::FileSha1,
        IndicatorAction::Block,
        "alert 7".to_owned(),
        "seen in alert 7".to_owned(),
    );
    let indicator = client.submit_indicator(request).await.unwrap();
    client
        .indicator(indicator.id.clone())
        .delete()
        .await
        .unwrap();
    let calls = tenant.calls();
    assert_eq!(calls[0].method, http::Method::POST);
    assert_eq!(calls[1].method, http::Method::DELETE);
    assert!(
        calls[1].uri.ends_with("/api/indicators/995"),
        "{}",
        calls[1].uri
    );
}

#[cfg(feature = "high-risk")]
#[tokio::test(start_paused = true)]
async fn offboarding_is_there_for_those_who_enabled_it() {
    let tenant = Tenant::new().plays([answer(201, of_type("Offboard"))]);
    tenant
        .client()
        .machine(MACHINE)
        .offboard("x")
        .await
        .unwrap();
    assert_eq!(only(&tenant).0, format!("POST machines/{MACHINE}/offboard"));
}
