use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use quell_model::{Operation, StopAndQuarantineFile};

use super::super::Refusal;
use super::super::claims::tests::token as with_claims;
use super::super::expectation::Party;
use super::super::form::Secrets;
use super::*;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Numbers its tokens, takes a second for each, and fails on command.
#[derive(Debug, Default)]
struct Counting {
    asked: AtomicU32,
    failing: AtomicBool,
    refusing: AtomicBool,
    roles: Mutex<Option<&'static str>>,
}

#[async_trait]
impl TokenSource for Counting {
    async fn token(&self, request: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        assert_eq!(request.scope(), "https://audience.example/.default");
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(SECOND).await;
        if self.failing.load(Ordering::SeqCst) {
            return Err(TokenError::permanent("on command"));
        }
        if self.refusing.load(Ordering::SeqCst) {
            let refusal = Refusal::read(401, b"{}", &Secrets::default());
            return Err(TokenError::Refused(Box::new(refusal)));
        }
        let token = match *self.roles.lock().unwrap() {
            Some(roles) => with_claims(&format!(r#"{{"roles":[{roles}]}}"#)),
            None => AccessToken::new(format!("token-{number}")).unwrap(),
        };
        Ok(token.expires_in(HOUR))
    }
}

impl Counting {
    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn tokens() -> (Arc<Counting>, Tokens) {
    let source = Arc::new(Counting::default());
    let shared: Arc<dyn TokenSource> = Arc::<Counting>::clone(&source);
    let microsoft = Party::Microsoft { tenant: None };
    let expected = Expectation::new("https://audience.example".to_owned(), microsoft);
    (source, Tokens::new(shared, expected))
}

fn text(held: &Held) -> &str {
    held.token().header().to_str().unwrap()
}

async fn get_many(tokens: &Tokens, count: usize) -> Vec<Landed> {
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let tokens = tokens.clone();
            tokio::spawn(async move { tokens.get().await })
        })
        .collect();
    let mut got = Vec::new();
    for task in tasks {
        got.push(task.await.unwrap());
    }
    got
}

/// Lets what goes on in the background come to its end.
async fn settle() {
    tokio::time::sleep(2 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn many_callers_ask_once() {
    let (source, tokens) = tokens();
    let got = get_many(&tokens, 100).await;
    assert!(
        got.iter()
            .all(|held| text(held.as_ref().unwrap()) == "Bearer token-1")
    );
    assert_eq!(source.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_a_failure_and_the_next_asks_anew() {
    let (source, tokens) = tokens();
    source.failing.store(true, Ordering::SeqCst);
    let got = get_many(&tokens, 100).await;
    assert!(got.iter().all(Result::is_err));
    assert_eq!(source.asked(), 1);

    source.failing.store(false, Ordering::SeqCst);
    assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-2");
}

#[tokio::test(start_paused = true)]
async fn a_definite_refusal_is_told_to_all_for_a_minute_and_then_asked_about_again() {
    let (source, tokens) = tokens();
    source.refusing.store(true, Ordering::SeqCst);
    for _ in 0..100 {
        assert!(tokens.get().await.is_err());
    }
    assert_eq!(source.asked(), 1);

    source.refusing.store(false, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-2");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_behind_the_back_of_those_who_use_the_old_one() {
    let (source, tokens) = tokens();
    tokens.get().await.unwrap();
    tokio::time::advance(HOUR - Duration::from_secs(460)).await;
    tokens.get().await.unwrap();
    settle().await;
    assert_eq!(source.asked(), 1);

    tokio::time::advance(Duration::from_secs(160)).await;
    let begun = Instant::now();
    let got = get_many(&tokens, 100).await;
    assert!(
        got.iter()
            .all(|held| text(held.as_ref().unwrap()) == "Bearer token-1")
    );
    assert_eq!(begun.elapsed(), Duration::ZERO, "nobody waited");
    settle().await;
    assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-2");
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_renewal_leaves_the_old_token_until_it_expires() {
    let (source, tokens) = tokens();
    tokens.get().await.unwrap();
    source.failing.store(true, Ordering::SeqCst);
    tokio::time::advance(HOUR - Duration::from_secs(300)).await;
    tokens.get().await.unwrap();
    settle().await;
    assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-1");
    tokio::time::advance(Duration::from_secs(300)).await;
    assert!(tokens.get().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once() {
    let (source, tokens) = tokens();
    let first = tokens.get().await.unwrap();
    tokens.reject(&first);
    let second = tokens.get().await.unwrap();
    tokens.reject(&first);
    assert_eq!(text(&tokens.get().await.unwrap()), text(&second));
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_loses_nothing_for_the_others() {
    let (source, tokens) = tokens();
    let impatient = tokio::time::timeout(SECOND / 100, tokens.get()).await;
    assert!(impatient.is_err());
    assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-1");
    assert_eq!(source.asked(), 1);
}

#[test]
fn a_request_that_died_with_its_runtime_is_made_anew() {
    let (source, tokens) = tokens();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let first = runtime();
    first.block_on(async {
        tokio::time::timeout(SECOND / 2, tokens.get())
            .await
            .unwrap_err()
    });
    drop(first);
    let held = runtime().block_on(tokens.get()).unwrap();
    assert_eq!((text(&held), source.asked()), ("Bearer token-2", 2));
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named_and_looked_for_again_later() {
    const READ: &str = r#""Machine.Read.All""#;
    const BOTH: &str = r#""Machine.Read.All","Machine.StopAndQuarantine""#;
    let (source, tokens) = tokens();
    let operation = StopAndQuarantineFile::INFO;
    *source.roles.lock().unwrap() = Some(READ);
    for _ in 0..10 {
        let error = tokens.get_for(operation).await.unwrap_err();
        let missing = error.missing_permission().unwrap();
        assert_eq!(missing.any_of(), ["Machine.StopAndQuarantine"]);
    }
    assert_eq!(source.asked(), 1);

    *source.roles.lock().unwrap() = Some(BOTH);
    tokio::time::advance(BELIEVED).await;
    assert!(tokens.get_for(operation).await.is_ok());
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_for_another_audience_is_not_handed_out() {
    #[derive(Debug)]
    struct Graph;
    #[async_trait]
    impl TokenSource for Graph {
        async fn token(&self, _: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
            Ok(with_claims(r#"{"aud":"https://graph.microsoft.com"}"#))
        }
    }
    let microsoft = Party::Microsoft { tenant: None };
    let expected = Expectation::new("https://audience.example".to_owned(), microsoft);
    let error = Tokens::new(Arc::new(Graph), expected)
        .get()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("https://graph.microsoft.com"),
        "{error}"
    );
    assert!(!error.may_pass());
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_is_given_up() {
    #[derive(Debug)]
    struct Broken;
    #[async_trait]
    impl TokenSource for Broken {
        async fn token(&self, _: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
            panic!("on purpose")
        }
    }
    let expected = Expectation::new("x".to_owned(), Party::Microsoft { tenant: None });
    let error = Tokens::new(Arc::new(Broken), expected)
        .get()
        .await
        .unwrap_err();
    assert!(!error.may_pass());
}

/// Never answers, and tells when it is dropped.
#[derive(Debug)]
struct Silent(Arc<AtomicBool>);

struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl TokenSource for Silent {
    async fn token(&self, _: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        let _dropped = Dropped(Arc::clone(&self.0));
        std::future::pending().await
    }
}

fn silent() -> (Arc<AtomicBool>, Tokens) {
    let dropped = Arc::new(AtomicBool::new(false));
    let expected = Expectation::new("x".to_owned(), Party::Microsoft { tenant: None });
    let source = Arc::new(Silent(Arc::clone(&dropped)));
    (dropped, Tokens::new(source, expected))
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_is_given_up_and_asked_anew_later() {
    let (dropped, tokens) = silent();
    let begun = Instant::now();
    let error = tokens.get().await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(120));
    assert!(
        error.may_pass() && dropped.load(Ordering::SeqCst),
        "{error}"
    );
    let error = tokens.get().await.unwrap_err();
    assert!(matches!(&*error, TokenError::LeftAlone { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_with_the_last_who_could_use_its_answer() {
    let (dropped, tokens) = silent();
    let other = tokens.clone();
    tokio::time::timeout(SECOND, tokens.get())
        .await
        .unwrap_err();
    drop(tokens);
    settle().await;
    assert!(!dropped.load(Ordering::SeqCst));
    drop(other);
    settle().await;
    assert!(dropped.load(Ordering::SeqCst));
}

#[test]
fn a_request_whose_runtime_nobody_drives_holds_up_no_other_runtime_for_ever() {
    let (source, tokens) = tokens();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let first = runtime();
    first.block_on(async {
        tokio::time::timeout(SECOND / 2, tokens.get())
            .await
            .unwrap_err()
    });
    let second = runtime().block_on(async {
        let begun = Instant::now();
        let held = tokio::time::timeout(HOUR, tokens.get()).await.unwrap();
        (held.unwrap(), begun.elapsed())
    });
    assert_eq!(text(&second.0), "Bearer token-2");
    assert!(second.1 < 2 * source.patience(), "{:?}", second.1);

    // The first one's request is given up as soon as somebody drives it again.
    let held = first.block_on(async {
        settle().await;
        tokens.get().await.unwrap()
    });
    assert_eq!((text(&held), source.asked()), ("Bearer token-2", 2));
}

#[tokio::test(start_paused = true)]
async fn to_look_for_a_permission_puts_no_token_at_risk() {
    let (source, tokens) = tokens();
    let operation = StopAndQuarantineFile::INFO;
    *source.roles.lock().unwrap() = Some(r#""Machine.Read.All""#);
    tokens.get().await.unwrap();
    source.refusing.store(true, Ordering::SeqCst);
    tokio::time::advance(BELIEVED).await;
    for _ in 0..10 {
        let error = tokens.get_for(operation).await.unwrap_err();
        assert!(error.missing_permission().is_some(), "{error}");
    }
    assert_eq!(source.asked(), 2, "the authority's refusal is believed");
    assert!(tokens.get().await.is_ok(), "what it may do it still does");

    // Nor is it the service that refused it.
    source.refusing.store(false, Ordering::SeqCst);
    tokio::time::advance(BELIEVED).await;
    tokens.get_for(operation).await.unwrap_err();
    let held = tokens.get().await.unwrap();
    tokens.reject(&held);
    tokens.get().await.unwrap();
    assert_eq!(source.asked(), 4);
}
