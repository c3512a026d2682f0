//! What a person does in a browser: signs in for an application, or for a device.

use std::net::IpAddr;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::time::Duration;

use super::Issuer;
use super::attempts::TooMany;
use super::authorize::{Asked, Authorization, Refused, ResponseMode, ReturnTo};
use super::csrf::Browser;
use super::device::typed;
use super::fault::TokenFault;
use super::form::Form;
use super::pages::{Page, Question, redirect};
use super::password::MAX_PASSWORD;
use super::scopes::Scopes;
use crate::audit::Refused as Counted;
use crate::core::TenantId;
use crate::core::audit::Refusal;
use crate::secret::{Secret, sha256};
use crate::store::StoreError;
use crate::store::record::{Application, NewCode, Person};

/// How long an authorization code is good.
const CODE_LIFE: Duration = Duration::from_secs(60);
/// Where the code of a device is entered.
pub(super) const DEVICE_PAGE: &str = "/devicelogin";
/// Where the form goes with which a person signs in for a device.
pub(super) const DEVICE_SIGN_IN: &str = "/devicelogin/sign-in";
/// The one answer to a name that nobody has, and to a wrong password.
const WRONG: &str = "The name or the password is wrong.";
const STALE: &str = "This page is no longer current. Begin again where you came from.";
const NO_CODE: &str = "No device waits with this code. Look at it again, or begin again there.";

/// Who asks, from where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitor<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) from: IpAddr,
}

/// An application's request, with all that a person decides about.
struct Case {
    tenant: TenantId,
    application: Application,
    asked: Authorization,
}

impl Issuer {
    /// An application sent a person here.
    pub(super) async fn authorize(
        &self,
        tenant: &str,
        query: &str,
        visitor: Visitor<'_>,
    ) -> Response {
        let (case, to) = match self.case(tenant, query).await {
            Ok(found) => found,
            Err(response) => return response,
        };
        let name = case.asked.login_hint.clone().unwrap_or_default();
        self.ask(tenant, query, &case, &to, &name, None, visitor)
            .into_response()
    }

    /// A person decided about an application's request.
    pub(super) async fn sign_in(
        &self,
        tenant: &str,
        body: &Bytes,
        visitor: Visitor<'_>,
    ) -> Response {
        let Ok(form) = Form::read(body) else {
            return stale();
        };
        let query = form.get("request").unwrap_or_default();
        if !self.is_from_our_page(&form, query, visitor) {
            return stale();
        }
        let (case, to) = match self.case(tenant, query).await {
            Ok(found) => found,
            Err(response) => return response,
        };
        if form.get("decision") != Some("allow") {
            let refused = Refused::new("access_denied", "The person refused.");
            return self.refuse(case.tenant, &to, &refused);
        }
        let name = form.get("username").unwrap_or_default();
        let person = match self.person_of(case.tenant, &form, visitor).await {
            Ok(person) => person,
            Err(again) => {
                let (status, complaint) = again.shown();
                return self
                    .ask(tenant, query, &case, &to, name, Some(&complaint), visitor)
                    .with_status(status)
                    .into_response();
            }
        };
        match self.code(&case, &to, &person).await {
            Ok(response) => response,
            Err(fault) => self.fault(&fault),
        }
    }

    /// A person wants to enter a device's code.
    pub(super) fn device_page(&self, visitor: Visitor<'_>) -> Response {
        self.ask_code(None, visitor).into_response()
    }

    /// A person entered a device's code.
    pub(super) async fn device_code_entered(&self, body: &Bytes, visitor: Visitor<'_>) -> Response {
        let Ok(form) = Form::read(body) else {
            return stale();
        };
        if !self.is_from_our_page(&form, DEVICE_PAGE, visitor) {
            return stale();
        }
        let complain = |status, complaint: &str| {
            self.ask_code(Some(complaint), visitor)
                .with_status(status)
                .into_response()
        };
        if let Err(many) = self.attempts.user_code(visitor.from) {
            return complain(StatusCode::TOO_MANY_REQUESTS, &many.to_string());
        }
        let Some(code) = form.get("user_code").and_then(typed) else {
            return complain(StatusCode::BAD_REQUEST, NO_CODE);
        };
        match self.device_case(&code).await {
            Ok(Some(case)) => self
                .ask_for_device(&case, &code, "", None, visitor)
                .into_response(),
            Ok(None) => complain(StatusCode::BAD_REQUEST, NO_CODE),
            Err(error) => self.fault(&TokenFault::Unavailable(error)),
        }
    }

    /// A person decided about a device's request.
    pub(super) async fn device_sign_in(&self, body: &Bytes, visitor: Visitor<'_>) -> Response {
        let Ok(form) = Form::read(body) else {
            return stale();
        };
        let code = form.get("user_code").unwrap_or_default();
        if !self.is_from_our_page(&form, code, visitor) {
            return stale();
        }
        // The proof is made with the browser's own secret: whoever tries codes out can make it for each of them.
        if let Err(many) = self.attempts.user_code(visitor.from) {
            return Page::refusal(StatusCode::TOO_MANY_REQUESTS, &many.to_string()).into_response();
        }
        let case = match self.device_case(code).await {
            Ok(Some(case)) => case,
            Ok(None) => return stale(),
            Err(error) => return self.fault(&TokenFault::Unavailable(error)),
        };
        let decision = if form.get("decision") == Some("allow") {
            match self.person_of(case.tenant, &form, visitor).await {
                Ok(person) => Some(person),
                Err(again) => {
                    let (status, complaint) = again.shown();
                    let name = form.get("username").unwrap_or_default();
                    return self
                        .ask_for_device(&case, code, name, Some(&complaint), visitor)
                        .with_status(status)
                        .into_response();
                }
            }
        } else {
            None
        };
        match self.decide(code, &case, decision).await {
            Ok(response) => response,
            Err(fault) => self.fault(&fault),
        }
    }

    async fn decide(
        &self,
        code: &str,
        case: &DeviceCase,
        person: Option<Person>,
    ) -> Result<Response, TokenFault> {
        let granted = match &person {
            Some(person) => {
                let scopes = self.agreement(&case.scopes, &case.application, person)?;
                Some((person.id.clone(), scopes.kept()))
            }
            None => None,
        };
        let decided = self
            .store
            .decide_device(code, granted, self.clock.now())
            .await
            .map_err(TokenFault::Unavailable)?;
        let page = match (decided, person) {
            (false, _) => return Ok(stale()),
            (true, Some(_)) => Page::note("Signed in", "You can close this page and go on there."),
            (true, None) => Page::note("Refused", "The device was told that you refused."),
        };
        Ok(page.into_response())
    }

    /// Who asks for what, and where the answer goes; else the answer that says why not.
    async fn case(&self, tenant: &str, query: &str) -> Result<(Case, ReturnTo), Response> {
        let fault = |fault: TokenFault| self.fault(&fault);
        let asked = Asked::read(query).map_err(fault)?;
        let tenant = self
            .tenant_for(tenant, &asked.client_id)
            .await
            .map_err(fault)?;
        let application = self
            .store
            .application(tenant, &asked.client_id)
            .await
            .map_err(|error| fault(TokenFault::Unavailable(error)))?
            .ok_or_else(|| fault(TokenFault::RedirectUri))?;
        let to = asked.return_to(&application).map_err(fault)?;
        let refuse = |refused: &Refused| self.refuse(tenant, &to, refused);
        let asked = asked
            .authorization(&self.base_url)
            .map_err(|refused| refuse(&refused))?;
        if let Err(fault) = asked.scopes.granted(&application.scopes, &[]) {
            return Err(refuse(&Refused::new("invalid_scope", fault.to_string())));
        }
        let case = Case {
            tenant,
            application,
            asked,
        };
        Ok((case, to))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the page shows all of it; a struct would only be named here"
    )]
    fn ask(
        &self,
        tenant: &str,
        query: &str,
        case: &Case,
        to: &ReturnTo,
        name: &str,
        complaint: Option<&str>,
        visitor: Visitor<'_>,
    ) -> Page {
        let action = format!("/{tenant}/oauth2/sign-in");
        let page = self.shown_to(visitor, query, |proof| {
            Page::sign_in(&Question {
                action: &action,
                hidden: &[("csrf", proof), ("request", query)],
                application: &case.application.display_name,
                scopes: &asked_for(&case.asked.scopes, &case.application),
                name,
                complaint,
            })
        });
        page.leading_to(&to.uri)
    }

    fn ask_code(&self, complaint: Option<&str>, visitor: Visitor<'_>) -> Page {
        self.shown_to(visitor, DEVICE_PAGE, |proof| {
            Page::user_code(&Question {
                action: DEVICE_PAGE,
                hidden: &[("csrf", proof)],
                application: "",
                scopes: &[],
                name: "",
                complaint,
            })
        })
    }

    fn ask_for_device(
        &self,
        case: &DeviceCase,
        code: &str,
        name: &str,
        complaint: Option<&str>,
        visitor: Visitor<'_>,
    ) -> Page {
        self.shown_to(visitor, code, |proof| {
            Page::sign_in(&Question {
                action: DEVICE_SIGN_IN,
                hidden: &[("csrf", proof), ("user_code", code)],
                application: &case.application.display_name,
                scopes: &asked_for(&case.scopes, &case.application),
                name,
                complaint,
            })
        })
    }

    /// A page that carries the proof that this browser was shown it.
    fn shown_to(&self, visitor: Visitor<'_>, about: &str, page: impl FnOnce(&str) -> Page) -> Page {
        match Browser::of(visitor.headers, self.is_https()) {
            Ok(browser) => page(&browser.proof(about)).with_cookie(browser.cookie),
            Err(error) => Page::refusal(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        }
    }

    fn is_from_our_page(&self, form: &Form, about: &str, visitor: Visitor<'_>) -> bool {
        Browser::of(visitor.headers, self.is_https())
            .is_ok_and(|browser| browser.accepts(form.get("csrf"), about))
    }

    fn is_https(&self) -> bool {
        self.base_url.starts_with("https:")
    }

    /// The person whose name and password the form has.
    async fn person_of(
        &self,
        tenant: TenantId,
        form: &Form,
        visitor: Visitor<'_>,
    ) -> Result<Person, Again> {
        let name = form.get("username").unwrap_or_default().trim();
        let password = form.get("password").unwrap_or_default();
        self.attempts
            .password(tenant, name, visitor.from)
            .map_err(Again::TooMany)?;
        let known = self
            .store
            .person_named(tenant, name)
            .await
            .map_err(Again::Unavailable)?;
        let hash = known.as_ref().map(|person| person.password.clone());
        // Cut, not refused at once: the answer to a long one takes as long.
        let password: String = password.chars().take(MAX_PASSWORD + 1).collect();
        let matches = self.passwords.matches(hash, password).await;
        match known.filter(|_| matches) {
            Some(person) => Ok(person),
            None => {
                tracing::info!(%tenant, from = %visitor.from, "sign-in refused");
                let refused = Counted {
                    tenant: Some(tenant),
                    why: Refusal::Password,
                    operation: "SignIn",
                    application: None,
                    peer: Some(visitor.from),
                };
                self.refusals.count(refused, self.clock.now());
                Err(Again::Wrong)
            }
        }
    }

    /// What the person agrees to; nothing, if all that is asked for is denied to him.
    fn agreement(
        &self,
        asked: &Scopes,
        application: &Application,
        person: &Person,
    ) -> Result<Scopes, TokenFault> {
        let granted = asked.granted(&application.scopes, &person.scopes)?;
        if granted.is_empty() && asked.asks_for_permissions() {
            return Err(TokenFault::Denied);
        }
        Ok(asked.agreed(granted))
    }

    /// Sends the person back with a code.
    async fn code(
        &self,
        case: &Case,
        to: &ReturnTo,
        person: &Person,
    ) -> Result<Response, TokenFault> {
        let scopes = match self.agreement(&case.asked.scopes, &case.application, person) {
            Ok(scopes) => scopes,
            Err(fault) => {
                let refused = Refused::new("access_denied", fault.to_string());
                return Ok(self.refuse(case.tenant, to, &refused));
            }
        };
        let code = Secret::generate()?;
        let new = NewCode {
            digest: sha256(code.expose().as_bytes()),
            tenant: case.tenant,
            client_id: case.application.client_id.clone(),
            person: person.id.clone(),
            scope: scopes.kept(),
            redirect_uri: to.uri.as_str().to_owned(),
            challenge: case.asked.challenge.clone(),
            nonce: case.asked.nonce.clone(),
            expires: self.clock.now().saturating_add(CODE_LIFE),
        };
        let added = self.store.add_code(new).await;
        added.map_err(TokenFault::Unavailable)?;
        tracing::info!(tenant = %case.tenant, person = person.id, "signed in");
        Ok(self.back(case.tenant, to, &[("code", code.expose())]))
    }

    fn refuse(&self, tenant: TenantId, to: &ReturnTo, refused: &Refused) -> Response {
        let answer = [
            ("error", refused.error),
            ("error_description", refused.description.as_str()),
        ];
        self.back(tenant, to, &answer)
    }

    /// Brings an answer to the application. It names the issuer (RFC 9207), so that a client of
    /// several takes no other's for it.
    fn back(&self, tenant: TenantId, to: &ReturnTo, answer: &[(&str, &str)]) -> Response {
        let issuer = self.name_v2(tenant);
        let mut answer = answer.to_vec();
        if let Some(state) = &to.state {
            answer.push(("state", state));
        }
        answer.push(("iss", &issuer));
        match to.mode {
            ResponseMode::Query => redirect(&to.uri.with_query(&answer)),
            ResponseMode::Fragment => redirect(&to.uri.with_fragment(&answer)),
            ResponseMode::FormPost => Page::posted(&to.uri, &answer).into_response(),
        }
    }

    /// Tells the person what no application is told.
    fn fault(&self, fault: &TokenFault) -> Response {
        let status = match fault {
            TokenFault::Unavailable(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "no sign-in");
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Page::refusal(status, &fault.to_string()).into_response()
    }

    async fn device_case(&self, code: &str) -> Result<Option<DeviceCase>, StoreError> {
        let now = self.clock.now();
        let Some(request) = self.store.device_request(code, now).await? else {
            return Ok(None);
        };
        let application = self
            .store
            .application(request.tenant, &request.client_id)
            .await?;
        let scopes = Scopes::parse(&request.scope, &self.base_url).ok();
        Ok(application
            .zip(scopes)
            .map(|(application, scopes)| DeviceCase {
                tenant: request.tenant,
                application,
                scopes,
            }))
    }
}

/// A device's request, with all that a person decides about.
struct DeviceCase {
    tenant: TenantId,
    application: Application,
    scopes: Scopes,
}

/// Why a person is asked again.
enum Again {
    Wrong,
    TooMany(TooMany),
    Unavailable(StoreError),
}

impl Again {
    fn shown(self) -> (StatusCode, String) {
        match self {
            Self::Wrong => (StatusCode::BAD_REQUEST, WRONG.to_owned()),
            Self::TooMany(many) => (StatusCode::TOO_MANY_REQUESTS, many.to_string()),
            Self::Unavailable(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "no sign-in");
                let sentence = "The server cannot look now. Try again.";
                (StatusCode::SERVICE_UNAVAILABLE, sentence.to_owned())
            }
        }
    }
}

/// What the person reads: all that the application may get of what it asks for.
fn asked_for(scopes: &Scopes, application: &Application) -> Vec<String> {
    let all = scopes.granted(&application.scopes, &application.scopes);
    all.unwrap_or_default()
}

fn stale() -> Response {
    Page::refusal(StatusCode::BAD_REQUEST, STALE).into_response()
}
