//! Persons who sign in: in a browser, and for a device.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::person::{PASSWORD, Sitting, VERIFIER, claims, encoded};
use super::world::{BASE_URL, RESOURCE, World};

const PROTECTED: &str = "/api/machines";

#[tokio::test]
async fn person_signs_in_by_code_and_acts_in_his_own_name() {
    let world = World::new().await;
    world.machine_with_file().await;
    let sitting = Sitting::begin(&world).await;
    let code = sitting.code(&world, "").await;
    let tokens = sitting.redeem(&world, &code).await;
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["iss"], format!("{BASE_URL}/{}/", world.tenant()));
    assert_eq!(access["aud"], RESOURCE);
    assert_eq!(access["ver"], "1.0");
    assert_eq!(access["appid"], sitting.client_id);
    assert_eq!(access["appidacr"], "0");
    assert_eq!(access["upn"], "ana@contoso.example");
    assert_eq!(access["scp"], "Machine.Read Machine.StopAndQuarantine");
    assert_eq!(access.get("roles"), None);
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["iss"], format!("{BASE_URL}/{}/v2.0", world.tenant()));
    assert_eq!(id["aud"], sitting.client_id);
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["preferred_username"], "ana@contoso.example");
    assert_eq!(id["oid"], access["oid"]);
    assert_eq!(
        tokens["scope"],
        format!(
            "openid profile offline_access {RESOURCE}/Machine.Read \
             {RESOURCE}/Machine.StopAndQuarantine {RESOURCE}/.default"
        )
    );
    let info = URL_SAFE_NO_PAD.decode(tokens["client_info"].as_str().unwrap());
    let info: Value = serde_json::from_slice(&info.unwrap()).unwrap();
    assert_eq!(info, json!({"uid": access["oid"], "utid": world.tenant()}));

    let action = world.stop(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(action.status, StatusCode::CREATED, "{}", action.text);
    assert_eq!(action.json()["requestor"], "ana@contoso.example");
    let id_token = tokens["id_token"].as_str().unwrap();
    assert_eq!(world.get(id_token, PROTECTED).await.refusal().0, 401);
}

#[tokio::test]
async fn person_gives_no_more_than_he_and_the_application_have() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let narrow = encoded(&format!("{RESOURCE}/Machine.Read"));
    let code = sitting.code(&world, &format!("&scope={narrow}")).await;
    let tokens = sitting.redeem(&world, &code).await;
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["scp"], "Machine.Read");
    assert_eq!(
        (&tokens["refresh_token"], &tokens["id_token"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(world.get(token, PROTECTED).await.status, StatusCode::OK);
    assert_eq!(world.stop(token).await.refusal().0, 403);
    let unregistered = encoded(&format!("{RESOURCE}/Ti.ReadWrite"));
    let page = sitting
        .page(&world, &format!("&scope={unregistered}"))
        .await;
    assert!(
        page.location().contains("error=invalid_scope"),
        "{}",
        page.location()
    );
}

#[tokio::test]
async fn code_is_good_for_a_minute_once_and_with_its_verifier() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let code = sitting.code(&world, "").await;
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(
        sitting.refusal(&world, &code, VERIFIER).await,
        "invalid_grant"
    );

    let code = sitting.code(&world, "").await;
    let other = "B".repeat(43);
    assert_eq!(
        sitting.refusal(&world, &code, &other).await,
        "invalid_grant"
    );
    assert_eq!(
        sitting.refusal(&world, &code, VERIFIER).await,
        "invalid_grant",
        "whoever has it without the verifier stole it"
    );

    let code = sitting.code(&world, "").await;
    let tokens = sitting.redeem(&world, &code).await;
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&token, PROTECTED).await.status, StatusCode::OK);
    assert_eq!(
        sitting.refusal(&world, &code, VERIFIER).await,
        "invalid_grant"
    );
    assert_eq!(
        world.get(&token, PROTECTED).await.refusal().0,
        401,
        "a code shown twice ends what came of it"
    );
}

#[tokio::test]
async fn refresh_tokens_rotate_and_one_used_twice_ends_the_sign_in() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let code = sitting.code(&world, "").await;
    let first = sitting.redeem(&world, &code).await;
    let refresh = |tokens: &Value| tokens["refresh_token"].as_str().unwrap().to_owned();
    let second = sitting.refresh(&world, &refresh(&first), "").await.json();
    assert_ne!(refresh(&first), refresh(&second));
    let narrow = format!("&scope={}", encoded(&format!("{RESOURCE}/Machine.Read")));
    let third = sitting
        .refresh(&world, &refresh(&second), &narrow)
        .await
        .json();
    let token = third["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&token)["scp"], "Machine.Read");
    assert_eq!(world.get(&token, PROTECTED).await.status, StatusCode::OK);

    let thief = sitting.refresh(&world, &refresh(&first), "").await;
    assert_eq!(thief.json()["error"], "invalid_grant");
    let owner = sitting.refresh(&world, &refresh(&third), "").await;
    assert_eq!(owner.json()["error"], "invalid_grant");
    assert_eq!(world.get(&token, PROTECTED).await.refusal().0, 401);
}

#[tokio::test]
async fn whoever_is_removed_or_has_another_password_is_out_at_once() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let sign_in = async || {
        let code = sitting.code(&world, "").await;
        let tokens = sitting.redeem(&world, &code).await;
        tokens["access_token"].as_str().unwrap().to_owned()
    };
    let status = async |token: &str| world.get(token, PROTECTED).await.status.as_u16();
    let token = sign_in().await;
    assert_eq!(status(&token).await, 200);
    let password = Some(PASSWORD);
    let set = world
        .admin
        .set_password("ana@contoso.example", password)
        .await;
    assert_eq!(set.unwrap(), Some(None));
    assert_eq!(status(&token).await, 401);
    let token = sign_in().await;
    assert_eq!(status(&token).await, 200);
    assert!(
        world
            .admin
            .remove_person("ana@contoso.example")
            .await
            .unwrap()
    );
    assert_eq!(status(&token).await, 401);
}

#[tokio::test]
async fn device_is_signed_in_by_a_person_elsewhere() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let asked = sitting.device(&world, "v2.0/").await;
    assert_eq!(asked["verification_uri"], format!("{BASE_URL}/devicelogin"));
    assert_eq!(
        (&asked["expires_in"], &asked["interval"]),
        (&json!(900), &json!(5))
    );
    let poll = async || sitting.poll(&world, &asked).await.json();
    assert_eq!(poll().await["error"], "authorization_pending");
    assert_eq!(poll().await["error"], "slow_down");

    let code = asked["user_code"].as_str().unwrap().to_lowercase();
    let page = sitting.enter(&world, &code).await;
    assert!(page.text.contains("Quell command"), "{}", page.text);
    assert!(page.text.contains("Machine.StopAndQuarantine"));
    let done = sitting
        .decide_device(&world, &page, "allow", PASSWORD)
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let tokens = poll().await;
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(world.get(token, PROTECTED).await.status, StatusCode::OK);
    assert!(tokens["refresh_token"].is_string());
    assert_eq!(
        poll().await["error"],
        "invalid_grant",
        "a code is good once"
    );
}

#[tokio::test]
async fn device_is_told_of_a_refusal_and_of_a_code_that_is_over() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let asked = sitting.device(&world, "").await;
    assert_eq!(
        (&asked["expires_in"], &asked["interval"]),
        (&json!("900"), &json!("5"))
    );
    let page = sitting
        .enter(&world, asked["user_code"].as_str().unwrap())
        .await;
    let wrong = sitting.decide_device(&world, &page, "allow", "wrong").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text.contains("The name or the password is wrong."));
    sitting.decide_device(&world, &page, "deny", "").await;
    let refused = sitting.poll(&world, &asked).await.json();
    assert_eq!(refused["error"], "access_denied");

    let asked = sitting.device(&world, "v2.0/").await;
    world.clock.advance(Duration::from_secs(900));
    let late = sitting.poll(&world, &asked).await.json();
    assert_eq!(late["error"], "expired_token");
    let page = sitting
        .enter(&world, asked["user_code"].as_str().unwrap())
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn answer_comes_back_as_the_application_wants_it() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let answered = async |mode: &str| sitting.sign_in(&world, mode, PASSWORD).await;
    let query = answered("&response_mode=query").await;
    assert_eq!(query.status, StatusCode::SEE_OTHER);
    assert!(
        query
            .location()
            .starts_with("http://localhost:41234/?code=")
    );
    assert!(query.location().contains("&state=s-1&iss=http"));
    let fragment = answered("&response_mode=fragment").await;
    assert!(
        fragment
            .location()
            .starts_with("http://localhost:41234/#code=")
    );
    let posted = answered("&response_mode=form_post").await;
    assert!(posted.text.contains("action=\"http://localhost:41234\""));
    assert!(posted.text.contains("name=\"state\" value=\"s-1\""));
    let refused = sitting.decide(&world, "", "deny").await;
    assert!(refused.location().contains("error=access_denied"));
}

#[tokio::test]
async fn configuration_names_endpoints_that_are_there() {
    let world = World::new().await;
    for (version, issuer) in [
        ("", format!("{BASE_URL}/{}/", world.tenant())),
        ("v2.0/", format!("{BASE_URL}/{}/v2.0", world.tenant())),
    ] {
        let path = format!(
            "/{}/{version}.well-known/openid-configuration",
            world.tenant()
        );
        let configuration = world.get("", &path).await.json();
        assert_eq!(configuration["issuer"], issuer);
        for (name, methods) in [
            ("authorization_endpoint", "GET, POST"),
            ("token_endpoint", "GET, POST"),
            ("device_authorization_endpoint", "POST"),
            ("end_session_endpoint", "GET"),
            ("jwks_uri", "GET"),
        ] {
            let path = configuration[name].as_str().unwrap();
            let request = Request::put(path.strip_prefix(BASE_URL).unwrap())
                .header(header::HOST, "127.0.0.1:8642")
                .body(Body::empty());
            let answer = world.send(request.unwrap()).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert_eq!(answer.headers[header::ALLOW], methods, "{path}");
        }
    }
    let common = world
        .get("", "/common/v2.0/.well-known/openid-configuration")
        .await;
    assert_eq!(
        common.json()["issuer"],
        format!("{BASE_URL}/{{tenantid}}/v2.0")
    );
    let nowhere = world.get("", "/00000000-0000-4000-8000-000000000000/discovery/keys");
    assert_eq!(nowhere.await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn instance_is_this_host_and_no_other() {
    let world = World::new().await;
    let ask = async |endpoint: String| {
        let endpoint = encoded(&endpoint);
        let path =
            format!("/common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}");
        world.get("", &path).await
    };
    let tenant = world.tenant();
    let ours = ask(format!("{BASE_URL}/{tenant}/oauth2/v2.0/authorize"))
        .await
        .json();
    assert_eq!(
        ours["tenant_discovery_endpoint"],
        format!("{BASE_URL}/{tenant}/v2.0/.well-known/openid-configuration")
    );
    assert_eq!(ours["metadata"][0]["preferred_network"], "127.0.0.1:8642");
    for other in [
        "https://login.example/x/oauth2/v2.0/authorize",
        "http://127.0.0.1:86421/x/y",
    ] {
        let other = ask(other.to_owned()).await;
        assert_eq!(other.json()["error"], "invalid_instance");
    }
}
