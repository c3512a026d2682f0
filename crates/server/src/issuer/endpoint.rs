//! The token endpoint.

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use uuid::Uuid;

use super::basic::Basic;
use super::claims::{EXPIRES_IN, Mint, Minted, audience_is_ours};
use super::fault::TokenFault;
use super::form::TokenRequest;
use super::{Clients, Issuer, all_roles};
use crate::core::TenantId;
use crate::exchange;
use crate::secret::{SecretHash, sha256};

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
    resource: String,
    access_token: String,
}

/// The answer of the second version.
#[derive(Serialize)]
struct AnswerV2 {
    token_type: &'static str,
    expires_in: i64,
    ext_expires_in: i64,
    access_token: String,
}

/// A client that proved who it is.
struct Client {
    id: String,
    display_name: String,
    roles: Vec<String>,
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
        let body = body.ok_or(TokenFault::TooLong)?;
        if !is_form(headers) {
            return Err(TokenFault::NotAForm);
        }
        let request = TokenRequest::read(version, Basic::read(headers)?, body)?;
        self.expect_patience(&request.client_id)?;
        let tenant = self.tenant(tenant).await?;
        let client = self.authenticate(tenant, &request).await?;
        if !audience_is_ours(&request.resource, &self.base_url) {
            return Err(TokenFault::Resource(
                request.resource.chars().take(200).collect(),
            ));
        }
        exchange::note(|told| {
            told.tenant = Some(tenant);
            told.application = exchange::excerpt(&client.id);
        });
        let token = self.mint(tenant, &client, &request.resource)?;
        // Escaped: where any client is let in, this is anybody's text.
        tracing::info!(%tenant, client = ?client.id, "token issued");
        Ok(self.answer(version, request.resource, token))
    }

    /// Refuses whoever asks too often, before anything is looked up for him.
    fn expect_patience(&self, client_id: &str) -> Result<(), TokenFault> {
        match (&self.guard, exchange::peer()) {
            (Some(guard), Some(peer)) => guard.check(client_id, peer).map_err(TokenFault::TooMany),
            _ => Ok(()),
        }
    }

    async fn tenant(&self, name: &str) -> Result<TenantId, TokenFault> {
        let tenant = name.parse().map_err(|_| TokenFault::Tenant)?;
        match self.store.has_tenant(tenant).await {
            Ok(true) => Ok(tenant),
            Ok(false) => Err(TokenFault::Tenant),
            Err(error) => Err(TokenFault::Unavailable(error)),
        }
    }

    async fn authenticate(
        &self,
        tenant: TenantId,
        request: &TokenRequest,
    ) -> Result<Client, TokenFault> {
        if self.clients == Clients::Any {
            return Ok(Client {
                id: request.client_id.clone(),
                display_name: request.client_id.clone(),
                roles: all_roles(),
            });
        }
        let known = self
            .store
            .application(tenant, &request.client_id)
            .await
            .map_err(TokenFault::Unavailable)?;
        // An unknown client costs the same time as a wrong secret.
        let nobody = SecretHash::of_nobody();
        let secret = known.as_ref().map_or(&nobody, |client| &client.secret);
        let matches = secret.matches(&request.client_secret);
        match known {
            Some(client) if matches => Ok(Client {
                id: client.client_id,
                display_name: client.display_name,
                roles: client.roles,
            }),
            Some(_) | None => Err(TokenFault::Client),
        }
    }

    fn mint(
        &self,
        tenant: TenantId,
        client: &Client,
        audience: &str,
    ) -> Result<String, TokenFault> {
        let issuer = self.name(tenant);
        let claims = Mint {
            tenant,
            issuer: &issuer,
            audience,
            client_id: &client.id,
            display_name: &client.display_name,
            object_id: &object_id(tenant, &client.id),
            roles: &client.roles,
            unique: &Uuid::new_v4().simple().to_string(),
            now: self.clock.now(),
        };
        self.keys
            .signer()
            .map_err(TokenFault::Signing)?
            .sign(&Minted::from(&claims))
            .map_err(TokenFault::Signing)
    }

    fn answer(&self, version: Version, resource: String, access_token: String) -> Response {
        let mut response = match version {
            Version::V1 => {
                let now = self.clock.now().unix_seconds();
                Json(AnswerV1 {
                    token_type: "Bearer",
                    expires_in: EXPIRES_IN.to_string(),
                    ext_expires_in: EXPIRES_IN.to_string(),
                    expires_on: (now + EXPIRES_IN).to_string(),
                    not_before: now.to_string(),
                    resource,
                    access_token,
                })
                .into_response()
            }
            Version::V2 => Json(AnswerV2 {
                token_type: "Bearer",
                expires_in: EXPIRES_IN,
                ext_expires_in: EXPIRES_IN,
                access_token,
            })
            .into_response(),
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Clients in the wild send no content type at all; another one than a form's is a mistake.
fn is_form(headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    given.to_str().is_ok_and(|given| {
        let essence = given.split(';').next().unwrap_or_default().trim();
        essence.is_empty() || essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

fn correlation(headers: &HeaderMap) -> Option<Uuid> {
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
