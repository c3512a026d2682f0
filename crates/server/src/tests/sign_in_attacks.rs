//! Ways into a sign-in that must lead nowhere.

use aws_lc_rs::hmac;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::person::{PASSWORD, REDIRECT, Sitting, VERIFIER, encoded};
use super::world::{Answer, RESOURCE, World, called};
use crate::admin::{NewApplication, NewProof};

const FORM: &str = "application/x-www-form-urlencoded";

fn without_random(text: &str) -> String {
    let hidden = |text: &str, name: &str| {
        let start = format!("name=\"{name}\" value=\"");
        match text.split_once(&start) {
            Some((before, rest)) => {
                let after = rest.split_once('"').unwrap().1;
                format!("{before}{after}")
            }
            None => text.to_owned(),
        }
    };
    hidden(text, "csrf")
}

#[tokio::test]
async fn redirect_goes_to_no_address_that_was_not_registered() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    for hostile in [
        "https://evil.example/",
        "http://localhost:1@evil.example",
        "http://localhost.evil.example",
        "http://evil.localhost:1",
        "http://LOCALHOST:1",
        "http://localhost:1/path",
        "http://localhost:1/..",
        "http://localhost:1#fragment",
        "http://localhost:1?x=1",
        "http://127.0.0.1:1",
        "https://localhost:1",
        "//evil.example",
        "/common",
        "javascript:alert(1)",
        "http://localhost:1\\@evil.example",
        " http://localhost:1",
    ] {
        let redirect = format!("&redirect_uri={}", encoded(hostile));
        let answer = sitting.page(&world, &redirect).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{hostile}");
        assert_eq!(answer.location(), "", "{hostile}");
        assert!(!answer.text.contains("evil"), "{hostile}");
    }
    let twice = format!(
        "&redirect_uri={}&redirect_uri={}",
        encoded(REDIRECT),
        encoded(REDIRECT)
    );
    assert_eq!(
        sitting.page(&world, &twice).await.status,
        StatusCode::BAD_REQUEST
    );
    let unknown = sitting
        .page(&world, "&client_id=8f7a2a1c-0000-4000-8000-000000000000")
        .await;
    assert_eq!(
        (unknown.status, unknown.location()),
        (StatusCode::BAD_REQUEST, "")
    );
    let logout = "/common/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example/";
    let logout = world.get("", logout).await;
    assert_eq!((logout.status, logout.location()), (StatusCode::OK, ""));
    assert!(!logout.text.contains("evil"));
}

#[tokio::test]
async fn no_proof_of_possession_no_code() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    for (downgrade, error) in [
        ("&code_challenge=", "invalid_request"),
        ("&code_challenge_method=plain", "invalid_request"),
        ("&code_challenge_method=", "invalid_request"),
        ("&code_challenge=short", "invalid_request"),
        ("&response_type=token", "unsupported_response_type"),
        ("&response_type=code+id_token", "unsupported_response_type"),
        ("&request=eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        ("&prompt=none", "login_required"),
        (
            "&scope=https://graph.microsoft.com/.default",
            "invalid_scope",
        ),
    ] {
        let answer = sitting.page(&world, downgrade).await;
        let location = answer.location();
        assert!(
            location.contains(&format!("error={error}")),
            "{downgrade}: {location}"
        );
        assert!(location.contains("state=s-1"), "{downgrade}");
        assert!(!location.contains("code="), "{downgrade}");
    }
    let code = sitting.code(&world, "").await;
    let bare = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={}",
        encoded(REDIRECT)
    );
    let refused = sitting.ask(&world, &bare).await.json();
    assert_eq!(refused["error"], "invalid_request", "no verifier");
}

#[tokio::test]
async fn code_of_one_application_is_of_no_use_to_another() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let other = world
        .admin
        .add_application(NewApplication {
            display_name: "Other".to_owned(),
            scopes: vec!["Machine.Read".to_owned()],
            redirect_uris: vec!["http://localhost".to_owned()],
            proof: NewProof::Public,
            ..NewApplication::default()
        })
        .await
        .unwrap();
    let other = Sitting {
        client_id: other.client_id,
        tenant: world.tenant(),
    };
    let code = sitting.code(&world, "").await;
    assert_eq!(
        other.refusal(&world, &code, VERIFIER).await,
        "invalid_grant"
    );
    assert_eq!(
        sitting.refusal(&world, &code, VERIFIER).await,
        "invalid_grant"
    );

    let code = sitting.code(&world, "").await;
    let tokens = sitting.redeem(&world, &code).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let stolen = other.refresh(&world, refresh, "").await.json();
    assert_eq!(stolen["error"], "invalid_grant");
    let asked = sitting.device(&world, "v2.0/").await;
    assert_eq!(
        other.poll(&world, &asked).await.json()["error"],
        "invalid_grant"
    );
    let wider = format!("&scope={}", encoded(&format!("{RESOURCE}/Machine.Scan")));
    let wider = sitting.refresh(&world, refresh, &wider).await.json();
    assert_eq!(wider["error"], "invalid_scope");
    let again = sitting.refresh(&world, refresh, "").await;
    assert_eq!(
        again.status,
        StatusCode::OK,
        "what was refused used up nothing"
    );
}

#[tokio::test]
async fn application_with_a_secret_shows_it() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let client = world.client(&["Machine.Read.All"]).await;
    for (id, secret, error) in [
        (client.id.as_str(), "", "invalid_client"),
        (&client.id, "&client_secret=wrong", "invalid_client"),
        (&sitting.client_id, "&client_secret=x", "invalid_client"),
        ("nobody", "", "invalid_client"),
    ] {
        let form = format!("grant_type=refresh_token&refresh_token=x&client_id={id}{secret}");
        let answer = world.ask_token("oauth2/v2.0/token", &form).await;
        assert_eq!(answer.json()["error"], error, "{id} {secret}");
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let itself = format!(
        "grant_type=client_credentials&client_id={}&scope={RESOURCE}/.default",
        sitting.client_id
    );
    let answer = world.ask_token("oauth2/v2.0/token", &itself).await;
    assert_eq!(
        answer.json()["error"],
        "invalid_request",
        "a public client has no token of its own"
    );
}

#[tokio::test]
async fn form_of_another_site_is_not_taken() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let page = sitting.page(&world, "").await;
    let stranger = sitting.page(&world, "").await;
    let path = format!("/{}/oauth2/sign-in", sitting.tenant);
    let fields = |csrf: String| {
        [
            ("csrf", csrf),
            ("request", page.hidden("request")),
            ("username", "ana@contoso.example".to_owned()),
            ("password", PASSWORD.to_owned()),
            ("decision", "allow".to_owned()),
        ]
    };
    let submit = async |page: &Answer, csrf: String| {
        let fields = fields(csrf);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        sitting.submit(&world, page, &path, &fields).await
    };
    for (name, csrf) in [
        ("none", String::new()),
        ("another browser's", stranger.hidden("csrf")),
        ("made up", "A".repeat(43)),
    ] {
        let answer = submit(&page, csrf).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::BAD_REQUEST, ""),
            "{name}"
        );
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields(page.hidden("csrf")));
    let no_cookie = called(Request::post(&path))
        .header(header::CONTENT_TYPE, FORM)
        .body(Body::from(form.finish()));
    let answer = world.send(no_cookie.unwrap()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let good = submit(&page, page.hidden("csrf")).await;
    assert_eq!(good.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn page_runs_nothing_and_stands_in_no_frame() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let hostile = format!("&login_hint={}", encoded("\"><script>alert(1)</script>"));
    for page in [
        sitting.page(&world, &hostile).await,
        world.get("", "/devicelogin").await,
        sitting.page(&world, "&redirect_uri=x").await,
    ] {
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(
            !policy.contains("unsafe") && !policy.contains("script-src"),
            "{policy}"
        );
        assert_eq!(page.headers[header::X_FRAME_OPTIONS], "DENY");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
        assert!(!page.text.contains("<script"), "{}", page.text);
    }
    let cookie = world.get("", "/devicelogin").await;
    let cookie = cookie.headers[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test]
async fn unknown_name_and_wrong_password_are_answered_alike() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let answer = async |name: &str| {
        let page = sitting.page(&world, "").await;
        let (csrf, request) = (page.hidden("csrf"), page.hidden("request"));
        let fields = [
            ("csrf", &*csrf),
            ("request", &*request),
            ("username", name),
            ("password", "wrong horse battery"),
            ("decision", "allow"),
        ];
        let path = format!("/{}/oauth2/sign-in", sitting.tenant);
        let answer = sitting.submit(&world, &page, &path, &fields).await;
        (
            answer.status,
            without_random(&answer.text).replace(name, "NAME"),
        )
    };
    let known = answer("ana@contoso.example").await;
    assert_eq!(known, answer("bea@contoso.example").await);
    assert!(known.1.contains("The name or the password is wrong."));
    for _ in 0..9 {
        answer("ana@contoso.example").await;
        answer("bea@contoso.example").await;
    }
    let (status, text) = answer("ana@contoso.example").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!((status, text), answer("bea@contoso.example").await);
    let right = sitting.sign_in(&world, "", PASSWORD).await;
    assert_eq!(
        right.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the right one waits too"
    );
}

#[tokio::test]
async fn user_codes_cannot_be_tried_out() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let asked = sitting.device(&world, "v2.0/").await;
    for _ in 0..30 {
        let answer = sitting.enter(&world, "BBBB-BBBB").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    let right = sitting
        .enter(&world, asked["user_code"].as_str().unwrap())
        .await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!right.text.contains("Quell command"));
}

#[tokio::test]
async fn user_codes_cannot_be_tried_out_on_the_page_behind_either() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let asked = sitting.device(&world, "v2.0/").await;
    let page = world.get("", "/devicelogin").await;
    // Nobody knows a browser's secret but the browser, and this one is the stranger's.
    let secret = page.cookie().split_once('=').unwrap().1.to_owned();
    let refuse = async |code: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let proof = URL_SAFE_NO_PAD.encode(hmac::sign(&key, code.as_bytes()));
        let fields = [("csrf", &*proof), ("user_code", code), ("decision", "deny")];
        let path = "/devicelogin/sign-in";
        sitting.submit(&world, &page, path, &fields).await
    };
    for _ in 0..30 {
        assert_eq!(refuse("BBBBBBBB").await.status, StatusCode::BAD_REQUEST);
    }
    let code = asked["user_code"].as_str().unwrap().replace('-', "");
    let hit = refuse(&code).await;
    assert_eq!(hit.status, StatusCode::TOO_MANY_REQUESTS);
    let waits = sitting.poll(&world, &asked).await.json();
    assert_eq!(waits["error"], "authorization_pending");
}

#[tokio::test]
async fn tenant_is_the_one_that_was_called() {
    let mut world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    let code = sitting.code(&world, "").await;
    world.move_to_another_tenant().await;
    let elsewhere = Sitting {
        client_id: sitting.client_id.clone(),
        tenant: world.tenant(),
    };
    let page = elsewhere.page(&world, "").await;
    assert_eq!(
        page.status,
        StatusCode::BAD_REQUEST,
        "no such application there"
    );
    assert_eq!(
        elsewhere.refusal(&world, &code, VERIFIER).await,
        "invalid_client"
    );
    let common = format!(
        "client_id={}&grant_type=authorization_code&code={code}&redirect_uri={}&code_verifier={VERIFIER}",
        sitting.client_id,
        encoded(REDIRECT)
    );
    let request = called(Request::post("/common/oauth2/v2.0/token"))
        .header(header::CONTENT_TYPE, FORM)
        .body(Body::from(common));
    let tokens = world.send(request.unwrap()).await.json();
    let payload = tokens["access_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(
        claims["tid"],
        json!(sitting.tenant),
        "the application's own"
    );
}

#[tokio::test]
async fn wrong_passwords_are_counted_in_the_trail_and_told_once() {
    let world = World::new().await;
    let sitting = Sitting::begin(&world).await;
    for _ in 0..3 {
        let page = sitting.sign_in(&world, "", "not the password").await;
        assert!(page.text.contains("The name or the password is wrong."));
    }
    world.keeper.close().await;
    let told = world.deeds("RefusalsCounted").await;
    let counts = &told[0]["details"]["counts"];
    assert_eq!(counts[0]["why"], "Password", "{told:?}");
    assert_eq!(counts[0]["count"], 3);
    assert!(!told[0].to_string().contains("not the password"));
}
