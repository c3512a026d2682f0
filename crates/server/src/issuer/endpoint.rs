//! The token endpoint.

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use uuid::Uuid;

use super::Issuer;
use super::basic::Basic;
use super::claims::{Bearer, EXPIRES_IN, Mint, Minted, audience_is_ours};
use super::client::Client;
use super::fault::TokenFault;
use super::form::{Form, Grant, TokenRequest};
use crate::core::TenantId;
use crate::exchange;
use crate::secret::sha256;

/// Which of the two endpoints is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// `/oauth2/token`: names a `resource` and writes numbers as strings.
    V1,
    /// `/oauth2/v2.0/token`: names a `scope` and writes numbers.
    V2,
}

/// The answer of the first version.
#[derive(Serialize)]
struct AnswerV1 {
    token_type: &'static str,
    expires_in: String,
    ext_expires_in: String,
    expires_on: String,
    not_before: String,
    #[serde(flatten)]
    tokens: Tokens,
}

/// The answer of the second version.
#[derive(Serialize)]
struct AnswerV2 {
    token_type: &'static str,
    expires_in: i64,
    ext_expires_in: i64,
    #[serde(flatten)]
    tokens: Tokens,
}

/// What is issued.
#[derive(Serialize, Default)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    /// The first version names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_info: Option<String>,
}

impl Issuer {
    /// Answers a request for a token.
    pub(crate) async fn token(
        &self,
        version: Version,
        tenant: &str,
        headers: &HeaderMap,
        body: Option<&Bytes>,
    ) -> Response {
        match self.issue(version, tenant, headers, body).await {
            Ok(response) => response,
            Err(fault) => fault.into_response(correlation(headers), self.clock.now()),
        }
    }

    async fn issue(
        &self,
        version: Version,
        tenant: &str,
        headers: &HeaderMap,
        body: Option<&Bytes>,
    ) -> Result<Response, TokenFault> {
        let (form, basic) = sent_form(headers, body)?;
        let request = TokenRequest::read(version, basic, &form)?;
        self.expect_patience(&request.client_id)?;
        let tokens = match &request.grant {
            Grant::ForItself { resource } => {
                let tenant = self.tenant(tenant).await?;
                self.for_itself(tenant, &request, resource).await?
            }
            _ => self.for_person(version, tenant, &request).await?,
        };
        Ok(self.answer(version, tokens))
    }

    /// Refuses whoever asks too often, before anything is looked up for him.
    pub(super) fn expect_patience(&self, client_id: &str) -> Result<(), TokenFault> {
        match (&self.guard, exchange::peer()) {
            (Some(guard), Some(peer)) => guard.check(client_id, peer).map_err(TokenFault::TooMany),
            _ => Ok(()),
        }
    }

    /// Notes for whom a token is issued.
    pub(super) fn note_client(tenant: TenantId, client_id: &str) {
        exchange::note(|told| {
            told.tenant = Some(tenant);
            told.application = exchange::excerpt(client_id);
        });
    }

    /// A tenant by its id.
    pub(super) async fn tenant(&self, name: &str) -> Result<TenantId, TokenFault> {
        let tenant = name.parse().map_err(|_| TokenFault::Tenant)?;
        match self.store.has_tenant(tenant).await {
            Ok(true) => Ok(tenant),
            Ok(false) => Err(TokenFault::Tenant),
            Err(error) => Err(TokenFault::Unavailable(error)),
        }
    }

    /// A tenant by its id, or by the application where the client leaves it open.
    pub(super) async fn tenant_for(
        &self,
        name: &str,
        client_id: &str,
    ) -> Result<TenantId, TokenFault> {
        if !is_any_tenant(name) {
            return self.tenant(name).await;
        }
        let found = self.store.tenant_of(client_id).await;
        found
            .map_err(TokenFault::Unavailable)?
            .ok_or(TokenFault::Client)
    }

    async fn for_itself(
        &self,
        tenant: TenantId,
        request: &TokenRequest,
        resource: &str,
    ) -> Result<Tokens, TokenFault> {
        let client = self
            .client(tenant, &request.client_id, &request.proof)
            .await?;
        if !audience_is_ours(resource, &self.base_url) {
            return Err(TokenFault::Resource(resource.chars().take(200).collect()));
        }
        Self::note_client(tenant, &client.id);
        let object_id = object_id(tenant, &client.id);
        let bearer = Bearer::Application(&client.roles);
        let access_token = self.mint(tenant, &client, resource, &object_id, bearer)?;
        // Escaped: where any client is let in, this is anybody's text.
        tracing::info!(%tenant, client = ?client.id, "token issued");
        Ok(Tokens {
            access_token,
            resource: Some(resource.to_owned()),
            ..Tokens::default()
        })
    }

    pub(super) fn mint(
        &self,
        tenant: TenantId,
        client: &Client,
        audience: &str,
        object_id: &str,
        bearer: Bearer<'_>,
    ) -> Result<String, TokenFault> {
        let issuer = self.name(tenant);
        let claims = Mint {
            tenant,
            issuer: &issuer,
            audience,
            client_id: &client.id,
            proved_by: client.proved_by,
            display_name: &client.display_name,
            object_id,
            bearer,
            unique: &Uuid::new_v4().simple().to_string(),
            now: self.clock.now(),
        };
        self.sign(&Minted::from(&claims))
    }

    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, TokenFault> {
        let signer = self.keys.signer().map_err(TokenFault::Signing)?;
        signer.sign(claims).map_err(TokenFault::Signing)
    }

    fn answer(&self, version: Version, tokens: Tokens) -> Response {
        let mut response = match version {
            Version::V1 => {
                let now = self.clock.now().unix_seconds();
                Json(AnswerV1 {
                    token_type: "Bearer",
                    expires_in: EXPIRES_IN.to_string(),
                    ext_expires_in: EXPIRES_IN.to_string(),
                    expires_on: (now + EXPIRES_IN).to_string(),
                    not_before: now.to_string(),
                    tokens,
                })
                .into_response()
            }
            Version::V2 => Json(AnswerV2 {
                token_type: "Bearer",
                expires_in: EXPIRES_IN,
                ext_expires_in: EXPIRES_IN,
                tokens: Tokens {
                    resource: None,
                    ..tokens
                },
            })
            .into_response(),
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Whether a client leaves open whose tenant it is in.
pub(super) fn is_any_tenant(name: &str) -> bool {
    ["common", "organizations"]
        .iter()
        .any(|any| name.eq_ignore_ascii_case(any))
}

/// The form that a client sent, with the proof in its header if there is one.
pub(super) fn sent_form(
    headers: &HeaderMap,
    body: Option<&Bytes>,
) -> Result<(Form, Option<Basic>), TokenFault> {
    let body = body.ok_or(TokenFault::TooLong)?;
    if !is_form(headers) {
        return Err(TokenFault::NotAForm);
    }
    let basic = Basic::read(headers)?;
    Ok((Form::read(body)?, basic))
}

/// Clients in the wild send no content type at all; another one than a form's is a mistake.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    given.to_str().is_ok_and(|given| {
        let essence = given.split(';').next().unwrap_or_default().trim();
        essence.is_empty() || essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

pub(super) fn correlation(headers: &HeaderMap) -> Option<Uuid> {
    let given = headers.get("client-request-id")?;
    Uuid::parse_str(given.to_str().ok()?).ok()
}

/// A GUID that is the same for the same application: the id of its service principal.
fn object_id(tenant: TenantId, client_id: &str) -> String {
    let hash = sha256(format!("{tenant}/{client_id}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}
