use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use quell_protocol::{AssertionClaims, Binding};

use super::*;
use crate::link::machine_facts;

type Answers = Vec<Result<Answer, ExchangeError>>;

fn state() -> (tempfile::TempDir, StateDir) {
    let directory = tempfile::tempdir().unwrap();
    let state = StateDir::open(&directory.path().join("state")).unwrap();
    (directory, state)
}

fn token() -> EnrolmentToken {
    let server = "http://127.0.0.1:9".to_owned();
    EnrolmentToken::new(server, "srv".to_owned(), "canary-secret".to_owned(), None)
}

fn enrolled() -> Result<Answer, ExchangeError> {
    Ok(Answer::Enrolled(EnrolResponse {
        machine_id: MachineId::new("given").unwrap(),
        tenant_id: "t1".to_owned(),
    }))
}

/// Enrols with a server that gives these answers; also what it was asked.
fn enrol_with(state: &StateDir, answers: Answers) -> (Result<Identity, EnrolError>, Vec<Request>) {
    let mut answers = answers.into_iter();
    let mut asked = Vec::new();
    let mut carry = |request| {
        asked.push(request);
        answers.next().unwrap()
    };
    let prospect = prospect(&token(), MachineId::new("wanted").unwrap()).unwrap();
    let facts = machine_facts(Vec::new());
    let identity = enrol_by(state, &token(), prospect, facts, &mut carry);
    (identity, asked)
}

#[test]
fn a_machine_proves_its_key_and_remembers_what_the_server_called_it() {
    let (_directory, state) = state();
    let (identity, asked) = enrol_with(&state, vec![enrolled()]);
    let identity = identity.unwrap();
    assert_eq!(
        (identity.machine_id().as_str(), identity.tenant_id()),
        ("given", "t1")
    );

    let request: EnrolRequest = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!(
        (request.secret.as_str(), request.machine_id.as_str()),
        ("canary-secret", "wanted")
    );
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_aud = false;
    let key = DecodingKey::from_ed_components(&request.public_key).unwrap();
    let claims: AssertionClaims = decode(&asked[0].proof, &key, &validation).unwrap().claims;
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &asked[0].body);
    let binding = Binding::post(Route::Enrol.path(), sha256.as_ref());
    assert_eq!(claims.check("srv", claims.iat, &binding), Ok(()));

    let remembered = Identity::load(&state).unwrap();
    assert_eq!(remembered.key.public(), request.public_key);
    let file = std::fs::read_to_string(state.identity()).unwrap();
    assert!(
        !file.contains("canary-secret"),
        "the token's secret outlives the enrolment"
    );
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again_with_the_same_key() {
    let (_directory, state) = state();
    let lost = Err(ExchangeError::cut_off("lost"));
    let (identity, asked) = enrol_with(&state, vec![lost, enrolled()]);
    identity.unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, asked[1].body);
}

#[test]
fn a_refused_token_says_so_and_changes_nothing() {
    let (_directory, state) = state();
    let refused = Err(ExchangeError::Refused {
        code: FaultCode::InvalidEnrolmentToken,
        message: "used up".to_owned(),
        server_time: None,
    });
    let (identity, _) = enrol_with(&state, vec![refused]);
    let error = identity.unwrap_err();
    assert!(matches!(&error, EnrolError::TokenRefused { message } if message == "used up"));
    assert!(matches!(
        Identity::load(&state),
        Err(IdentityError::NotEnrolled)
    ));
}

#[test]
fn a_server_that_is_not_there_is_asked_once() {
    let (_directory, state) = state();
    let unreachable = Err(ExchangeError::Unreachable {
        reach: Reach::NotSent,
        why: "nobody listens".to_owned(),
    });
    let (identity, asked) = enrol_with(&state, vec![unreachable]);
    assert!(matches!(
        identity.unwrap_err(),
        EnrolError::Exchange(ExchangeError::Unreachable { .. })
    ));
    assert_eq!(asked.len(), 1);
    assert!(!state.identity().exists());
}
