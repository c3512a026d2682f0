//! A person signs in: every question at its time, and the person is asked no more than needed.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use quell::{DeviceCode, ErrorKind, RefreshToken, TokenCache, TokenCacheKey};

use crate::authority::{ACTION, Authority, Reply, TENANT, refusal, reply};

const HOUR: Duration = Duration::from_secs(3600);
const SCOPE: &str =
    "scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default+offline_access";

/// What the person was shown.
#[derive(Clone, Debug, Default)]
struct Shown(Arc<Mutex<Vec<String>>>);

impl Shown {
    fn person(&self) -> DeviceCode {
        let shown = Arc::clone(&self.0);
        DeviceCode::new(TENANT, "app", move |prompt| {
            let line = format!("{} at {}", prompt.user_code(), prompt.verification_uri());
            shown.lock().unwrap().push(line);
        })
    }

    fn times(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// A keyring in memory.
#[derive(Clone, Debug, Default)]
struct Keyring(Arc<Mutex<Option<(TokenCacheKey, RefreshToken)>>>);

#[async_trait]
impl TokenCache for Keyring {
    async fn load(
        &self,
        key: &TokenCacheKey,
    ) -> Result<Option<RefreshToken>, Box<dyn StdError + Send + Sync>> {
        let kept = self.0.lock().unwrap().clone();
        Ok(kept
            .filter(|(known, _)| known == key)
            .map(|(_, token)| token))
    }

    async fn store(
        &self,
        key: &TokenCacheKey,
        token: Option<&RefreshToken>,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        *self.0.lock().unwrap() = token.map(|token| (key.clone(), token.clone()));
        Ok(())
    }
}

impl Keyring {
    /// Another process has signed in meanwhile, or somebody has written nonsense.
    fn put(&self, text: &str) {
        let mut kept = self.0.lock().unwrap();
        let key = kept.as_ref().map(|(key, _)| key.clone()).unwrap();
        *kept = Some((key, RefreshToken::new(text)));
    }

    fn kept(&self) -> Option<String> {
        let kept = self.0.lock().unwrap();
        kept.as_ref().map(|(_, token)| token.expose().to_owned())
    }
}

fn code() -> Reply {
    reply(
        200,
        r#"{"user_code":"A1B2","device_code":"dev&1","verification_uri":"https://login.example/device",
            "expires_in":900,"interval":5,"message":"go there"}"#,
    )
}

fn pending() -> Reply {
    refusal("authorization_pending", "AADSTS70016: pending")
}

fn signed_in(name: &str, refresh: &str) -> Reply {
    reply(
        200,
        format!(
            r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"{name}","refresh_token":"{refresh}"}}"#
        ),
    )
}

#[tokio::test(start_paused = true)]
async fn the_person_is_waited_for_in_the_authoritys_rhythm() {
    let authority = Authority::new().replies([
        code(),
        pending(),
        refusal("slow_down", "slower"),
        reply(503, ""),
        pending(),
        signed_in("person", "r-1"),
    ]);
    let shown = Shown::default();
    let client = authority.client(shown.person());
    client.sign_in().await.unwrap();
    client.action(ACTION).get().await.unwrap();

    assert_eq!(
        *shown.0.lock().unwrap(),
        ["A1B2 at https://login.example/device"]
    );
    // 5; slower by 5; doubled by the failure, and that for good.
    assert_eq!(authority.seconds(), [0, 5, 10, 20, 40, 60]);
    let asked = authority.asked();
    assert!(
        asked[0]
            .uri
            .path()
            .ends_with(&format!("/{TENANT}/oauth2/v2.0/devicecode"))
    );
    assert_eq!(asked[0].body, format!("client_id=app&{SCOPE}"));
    assert!(asked[1].uri.path().ends_with("/oauth2/v2.0/token"));
    assert_eq!(
        asked[1].body,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app&\
         device_code=dev%261"
    );
    assert_eq!(authority.calls()[0].bearer(), "person");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_without_the_person() {
    let authority =
        Authority::new().replies([code(), signed_in("one", "r&1"), signed_in("two", "r2")]);
    let shown = Shown::default();
    let client = authority.client(shown.person());
    client.sign_in().await.unwrap();
    tokio::time::advance(HOUR).await;
    client.action(ACTION).get().await.unwrap();
    assert_eq!(
        authority.asked()[2].body,
        format!("grant_type=refresh_token&client_id=app&refresh_token=r%261&{SCOPE}")
    );
    assert_eq!(authority.calls()[0].bearer(), "two");
    assert_eq!(shown.times(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_later_process_finds_the_sign_in_and_the_newest_token_is_kept() {
    let keyring = Keyring::default();
    let authority =
        Authority::new().replies([code(), signed_in("one", "r-1"), signed_in("two", "r-2")]);
    let shown = Shown::default();
    let person = || shown.person().cache(keyring.clone());
    authority.client(person()).sign_in().await.unwrap();
    assert_eq!(keyring.kept().as_deref(), Some("r-1"));

    authority.client(person()).sign_in().await.unwrap();
    let refresh = authority.asked()[2].parameter("refresh_token");
    assert_eq!(refresh.as_deref(), Some("r-1"));
    assert_eq!(keyring.kept().as_deref(), Some("r-2"));
    assert_eq!(shown.times(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_is_over_is_forgotten_and_made_anew() {
    let keyring = Keyring::default();
    let authority = Authority::new().replies([
        code(),
        signed_in("one", "r-1"),
        refusal("invalid_grant", "AADSTS700082: expired"),
        code(),
        refusal("access_denied", "no"),
    ]);
    let shown = Shown::default();
    let client = authority.client(shown.person().cache(keyring.clone()));
    client.sign_in().await.unwrap();
    tokio::time::advance(HOUR).await;
    let error = client.sign_in().await.unwrap_err();
    assert_eq!(
        error.source().unwrap().to_string(),
        "the sign-in was declined"
    );
    assert_eq!(keyring.kept(), None);
    assert_eq!(shown.times(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failing_authority_costs_no_sign_in() {
    let authority = Authority::new().replies([
        code(),
        signed_in("one", "r-1"),
        reply(503, ""),
        signed_in("two", "r-2"),
    ]);
    let shown = Shown::default();
    let client = authority.client(shown.person());
    client.sign_in().await.unwrap();
    tokio::time::advance(HOUR).await;
    client.action(ACTION).get().await.unwrap();
    assert_eq!(shown.times(), 1);
    assert_eq!(authority.calls()[0].bearer(), "two");
}

#[tokio::test(start_paused = true)]
async fn a_call_gives_up_at_its_deadline_and_the_sign_in_goes_on() {
    let mut script = vec![code()];
    script.extend(vec![pending(); 40]);
    script.push(signed_in("late", "r"));
    let authority = Authority::new().replies(script);
    let shown = Shown::default();
    let client = authority.client(shown.person());
    let hasty = client.with_deadline(Duration::from_secs(120));
    let error = hasty.action(ACTION).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    tokio::time::sleep(Duration::from_secs(90)).await;
    hasty.action(ACTION).get().await.unwrap();
    assert_eq!((shown.times(), authority.calls()[0].bearer()), (1, "late"));
}

#[tokio::test(start_paused = true)]
async fn nobody_signing_in_ends_with_the_code() {
    let mut script = vec![code()];
    script.extend(vec![pending(); 200]);
    let authority = Authority::new().replies(script);
    let error = authority
        .client(Shown::default().person())
        .sign_in()
        .await
        .unwrap_err();
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "nobody signed in while the code was valid");
    assert_eq!(authority.seconds().last(), Some(&895));
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_holds_nonsense_costs_a_sign_in_and_sends_nothing_of_it() {
    let huge = "r".repeat(100_000);
    for nonsense in ["", "two\nlines", "t\u{f6}ken", &huge] {
        let keyring = Keyring::default();
        let authority = Authority::new().replies([
            code(),
            signed_in("one", "r-1"),
            code(),
            signed_in("two", "r-2"),
        ]);
        let shown = Shown::default();
        let person = || shown.person().cache(keyring.clone());
        authority.client(person()).sign_in().await.unwrap();
        keyring.put(nonsense);
        authority.client(person()).sign_in().await.unwrap();
        assert_eq!(shown.times(), 2);
        let sent = authority.asked();
        assert!(
            sent.iter()
                .all(|asked| !asked.body.contains("refresh_token"))
        );
        assert_eq!(keyring.kept().as_deref(), Some("r-2"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_authority_cannot_read_is_over_too() {
    let keyring = Keyring::default();
    let authority = Authority::new().replies([
        code(),
        signed_in("one", "r-1"),
        refusal("invalid_request", "AADSTS900144: no refresh_token"),
        code(),
        signed_in("two", "r-2"),
    ]);
    let shown = Shown::default();
    let person = || shown.person().cache(keyring.clone());
    authority.client(person()).sign_in().await.unwrap();
    authority.client(person()).sign_in().await.unwrap();
    assert_eq!((shown.times(), keyring.kept().as_deref()), (2, Some("r-2")));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_of_another_process_is_found_when_our_own_is_over() {
    let keyring = Keyring::default();
    let authority = Authority::new().replies([
        code(),
        signed_in("one", "r-1"),
        refusal("invalid_grant", "AADSTS50173: over"),
        signed_in("two", "r-3"),
    ]);
    let shown = Shown::default();
    let client = authority.client(shown.person().cache(keyring.clone()));
    client.sign_in().await.unwrap();
    keyring.put("r-2");
    tokio::time::advance(HOUR).await;
    client.sign_in().await.unwrap();
    let sent: Vec<_> = authority
        .asked()
        .iter()
        .filter_map(|asked| asked.parameter("refresh_token"))
        .collect();
    assert_eq!(sent, ["r-1", "r-2"]);
    assert_eq!((shown.times(), keyring.kept().as_deref()), (1, Some("r-3")));
}
