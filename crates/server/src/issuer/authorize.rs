//! What an application asks a person for in a browser (RFC 6749, section 4.1.1).

use super::fault::TokenFault;
use super::form::Form;
use super::redirect::RedirectUri;
use super::scopes::Scopes;
use crate::store::record::Application;

/// The longest request, in bytes.
const MAX_REQUEST: usize = 8 * 1024;

/// How the answer is brought to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// A request as far as it says whom to answer.
pub(super) struct Asked {
    form: Form,
    pub(super) client_id: String,
    redirect_uri: String,
}

/// A request that a person can be asked about.
#[derive(Clone, Debug)]
pub(super) struct Authorization {
    pub(super) scopes: Scopes,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) login_hint: Option<String>,
}

/// Where the answer goes, whatever it is.
#[derive(Clone, Debug)]
pub(super) struct ReturnTo {
    pub(super) uri: RedirectUri,
    pub(super) mode: ResponseMode,
    pub(super) state: Option<String>,
}

/// Why the application is told no (RFC 6749, section 4.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) error: &'static str,
    pub(super) description: String,
}

impl Refused {
    pub(super) fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }
}

impl Asked {
    /// Reads who asks. Of what is wrong here the person is told, and nobody else: there is no address
    /// yet that may be trusted.
    pub(super) fn read(query: &str) -> Result<Self, TokenFault> {
        if query.len() > MAX_REQUEST {
            return Err(TokenFault::TooLong);
        }
        let form = Form::read(query.as_bytes())?;
        Ok(Self {
            client_id: form.required("client_id")?.to_owned(),
            redirect_uri: form.required("redirect_uri")?.to_owned(),
            form,
        })
    }

    /// Where the answer goes: to an address that was registered with the application.
    pub(super) fn return_to(&self, application: &Application) -> Result<ReturnTo, TokenFault> {
        let uri = RedirectUri::parse(&self.redirect_uri).map_err(|_| TokenFault::RedirectUri)?;
        if !uri.is_one_of(&application.redirect_uris) {
            return Err(TokenFault::RedirectUri);
        }
        let mode = match self.form.get("response_mode") {
            None | Some("query") => ResponseMode::Query,
            Some("fragment") => ResponseMode::Fragment,
            Some("form_post") => ResponseMode::FormPost,
            Some(_) => return Err(TokenFault::ResponseMode),
        };
        Ok(ReturnTo {
            uri,
            mode,
            state: self.form.get("state").map(str::to_owned),
        })
    }

    /// What is asked for. `resource` is the first version's parameter.
    pub(super) fn authorization(&self, base_url: &str) -> Result<Authorization, Refused> {
        let form = &self.form;
        let bad = |description: &str| Refused::new("invalid_request", description);
        match form.get("response_type") {
            Some("code") => {}
            None => return Err(bad("response_type is missing.")),
            Some(_) => {
                return Err(Refused::new(
                    "unsupported_response_type",
                    "The response type is 'code'.",
                ));
            }
        }
        if form.get("request").is_some() || form.get("request_uri").is_some() {
            return Err(Refused::new(
                "request_not_supported",
                "A request object is not read.",
            ));
        }
        let challenge = match (
            form.get("code_challenge"),
            form.get("code_challenge_method"),
        ) {
            (Some(challenge), Some("S256")) if is_sha256(challenge) => challenge.to_owned(),
            _ => {
                return Err(bad(
                    "A code_challenge with the code_challenge_method S256 is needed (RFC 7636).",
                ));
            }
        };
        if form.get("prompt").is_some_and(|prompt| prompt == "none") {
            // Nobody is kept signed in here, so there is always somebody to ask.
            return Err(Refused::new("login_required", "The person must sign in."));
        }
        let scopes = match (form.get("scope"), form.get("resource")) {
            (Some(scope), None) => Scopes::parse(scope, base_url),
            (_, Some(resource)) => Scopes::of_resource(resource, base_url),
            (None, None) => return Err(bad("scope is missing.")),
        };
        Ok(Authorization {
            scopes: scopes.map_err(|fault| Refused::new("invalid_scope", fault.to_string()))?,
            challenge,
            nonce: form.get("nonce").map(str::to_owned),
            login_hint: form.get("login_hint").map(str::to_owned),
        })
    }
}

/// The base64 of 32 bytes.
fn is_sha256(challenge: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    challenge.len() == 43 && challenge.bytes().all(is_base64)
}
