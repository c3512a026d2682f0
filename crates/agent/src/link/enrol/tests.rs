use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use quell_protocol::{AssertionClaims, Binding, Fault};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::link::machine_facts;

/// Answers one HTTP request with `status` and `body`; tells the assertion and the body it got.
async fn answer_once(listener: TcpListener, status: u16, body: String) -> (String, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let (head, request) = read(&mut stream).await;
    let answer = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    let bearer = head
        .split("Bearer ")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap()
        .to_owned();
    (bearer, request)
}

/// The head and the body of one HTTP request.
async fn read(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut request = Vec::new();
    let (head, length) = loop {
        stream.read_buf(&mut request).await.unwrap();
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text.split("content-length: ").nth(1).unwrap();
            break (
                end + 4,
                length
                    .split("\r\n")
                    .next()
                    .unwrap()
                    .parse::<usize>()
                    .unwrap(),
            );
        }
    };
    while request.len() < head + length {
        stream.read_buf(&mut request).await.unwrap();
    }
    let text = String::from_utf8_lossy(&request[..head]).into_owned();
    (text, request[head..].to_vec())
}

async fn listener() -> (TcpListener, EnrolmentToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let token = EnrolmentToken::new(server, "srv".to_owned(), "canary-secret".to_owned(), None);
    (listener, token)
}

fn state() -> (tempfile::TempDir, StateDir) {
    let directory = tempfile::tempdir().unwrap();
    let state = StateDir::open(&directory.path().join("state")).unwrap();
    (directory, state)
}

fn wanted() -> MachineId {
    MachineId::new("wanted").unwrap()
}

#[tokio::test]
async fn a_machine_proves_its_key_and_remembers_what_the_server_called_it() {
    let (listener, token) = listener().await;
    let (_directory, state) = state();
    let answer = r#"{"machineId":"given","tenantId":"t1"}"#.to_owned();
    let server = tokio::spawn(answer_once(listener, 200, answer));
    let identity = enrol(&state, &token, wanted(), machine_facts(Vec::new()))
        .await
        .unwrap();
    assert_eq!(
        (identity.machine_id().as_str(), identity.tenant_id()),
        ("given", "t1")
    );

    let (bearer, body) = server.await.unwrap();
    let request: EnrolRequest = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (request.secret.as_str(), &request.machine_id),
        ("canary-secret", &wanted())
    );
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_aud = false;
    let key = DecodingKey::from_ed_components(&request.public_key).unwrap();
    let claims: AssertionClaims = decode(&bearer, &key, &validation).unwrap().claims;
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let binding = Binding::post(route::ENROL, sha256.as_ref());
    assert_eq!(claims.check("srv", claims.iat, &binding), Ok(()));

    let remembered = Identity::load(&state).unwrap();
    assert_eq!(remembered.key.public(), request.public_key);
    let file = std::fs::read_to_string(state.identity()).unwrap();
    assert!(
        !file.contains("canary-secret"),
        "the token's secret outlives the enrolment"
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again_with_the_same_key() {
    let (listener, token) = listener().await;
    let (_directory, state) = state();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (_, first) = read(&mut stream).await;
        drop(stream);
        let answer = r#"{"machineId":"given","tenantId":"t1"}"#.to_owned();
        (first, answer_once(listener, 200, answer).await.1)
    });
    enrol(&state, &token, wanted(), machine_facts(Vec::new()))
        .await
        .unwrap();
    let (first, second) = server.await.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_refused_token_says_so_and_changes_nothing() {
    let (listener, token) = listener().await;
    let (_directory, state) = state();
    let fault = Fault {
        error: FaultCode::InvalidEnrolmentToken,
        message: "used up".to_owned(),
    };
    let body = serde_json::to_string(&fault).unwrap();
    let server = tokio::spawn(answer_once(listener, 403, body));
    let error = enrol(&state, &token, wanted(), machine_facts(Vec::new()))
        .await
        .unwrap_err();
    assert!(matches!(&error, EnrolError::TokenRefused { message } if message == "used up"));
    server.await.unwrap();
    assert!(matches!(
        Identity::load(&state),
        Err(IdentityError::NotEnrolled)
    ));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_with_its_cause() {
    let (listener, token) = listener().await;
    drop(listener);
    let (_directory, state) = state();
    let error = enrol(&state, &token, wanted(), machine_facts(Vec::new()))
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        EnrolError::Exchange(ExchangeError::Unreachable(_))
    ));
    assert!(!state.identity().exists());
}
