//! Tokens for persons: of a code, of a device code, of a refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

use super::Issuer;
use super::claims::{Bearer, IdToken};
use super::client::Client;
use super::endpoint::{Tokens, Version};
use super::fault::TokenFault;
use super::form::{Grant, TokenRequest};
use super::scopes::Scopes;
use crate::core::TenantId;
use crate::secret::{NoRandomness, Secret, sha256};
use crate::store::StoreError;
use crate::store::record::{Granted, NewSignIn, Person, Polled, Redeemed, Redemption};

/// How long a person stays signed in with an application that renews its tokens.
const SIGNED_IN: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A refresh token and the sign-in that it would begin.
struct Beginning {
    refresh_token: Secret,
    new: NewSignIn,
}

impl From<NoRandomness> for TokenFault {
    fn from(error: NoRandomness) -> Self {
        Self::Unavailable(StoreError::Unavailable(error.to_string()))
    }
}

impl Issuer {
    /// Issues what the person granted.
    pub(super) async fn for_person(
        &self,
        version: Version,
        tenant: &str,
        request: &TokenRequest,
    ) -> Result<Tokens, TokenFault> {
        let tenant = self.tenant_for(tenant, &request.client_id).await?;
        let client = self
            .client_for_person(tenant, &request.client_id, &request.proof)
            .await?;
        Self::note_client(tenant, &client.id);
        let beginning = self.beginning()?;
        let granted = self.granted(tenant, &client, request, &beginning).await?;
        let person = self
            .store
            .person(tenant, &granted.person)
            .await
            .map_err(TokenFault::Unavailable)?
            .ok_or(TokenFault::Grant)?;
        let agreed = Scopes::parse(&granted.scope, &self.base_url)?;
        let asked = self.asked_now(request, &agreed)?;
        let scopes = asked.left_of(&agreed, &client.scopes, &person.scopes);
        let issued = Issued {
            version,
            tenant,
            client: &client,
            person: &person,
            granted: &granted,
            asked: &asked,
            scopes: &scopes,
        };
        tracing::info!(%tenant, client = client.id, person = person.id, "token issued to a person");
        Ok(Tokens {
            access_token: self.person_access_token(&issued)?,
            resource: Some(asked.resource.clone()),
            scope: Some(asked.said(&scopes)),
            refresh_token: asked
                .offline
                .then(|| beginning.refresh_token.expose().to_owned()),
            id_token: match asked.openid {
                true => Some(self.id_token(&issued)?),
                false => None,
            },
            client_info: request.client_info.then(|| client_info(&person.id, tenant)),
        })
    }

    fn beginning(&self) -> Result<Beginning, TokenFault> {
        let refresh_token = Secret::generate()?;
        Ok(Beginning {
            new: NewSignIn {
                id: Uuid::new_v4().to_string(),
                refresh: sha256(refresh_token.expose().as_bytes()),
                expires: self.clock.now().saturating_add(SIGNED_IN),
            },
            refresh_token,
        })
    }

    /// Uses up what the client shows.
    async fn granted(
        &self,
        tenant: TenantId,
        client: &Client,
        request: &TokenRequest,
        beginning: &Beginning,
    ) -> Result<Granted, TokenFault> {
        let now = self.clock.now();
        let redeemed = match &request.grant {
            Grant::Code {
                code,
                redirect_uri,
                verifier,
            } => {
                let shown = Redemption {
                    digest: sha256(code.as_bytes()),
                    tenant,
                    client_id: client.id.clone(),
                    redirect_uri: redirect_uri.clone(),
                    challenge: URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())),
                    new: beginning.new.clone(),
                    now,
                };
                self.store.redeem_code(shown).await
            }
            Grant::Refresh { token, .. } => {
                let (shown, next) = (sha256(token.as_bytes()), beginning.new.refresh);
                // A client that asks for too much keeps its token: shown again, a used one would
                // end the sign-in.
                let agreed = self
                    .store
                    .agreed_scope(tenant, &client.id, shown, now)
                    .await
                    .map_err(TokenFault::Unavailable)?;
                if let Some(agreed) = agreed {
                    self.asked_now(request, &Scopes::parse(&agreed, &self.base_url)?)?;
                }
                self.store
                    .refresh(tenant, &client.id, shown, next, now)
                    .await
            }
            Grant::Device { code } => {
                let digest = sha256(code.as_bytes());
                let new = beginning.new.clone();
                let polled = self
                    .store
                    .poll_device(tenant, &client.id, digest, new, now)
                    .await;
                return polled.map_err(TokenFault::Unavailable).and_then(of_device);
            }
            Grant::ForItself { .. } => return Err(TokenFault::Grant),
        };
        match redeemed.map_err(TokenFault::Unavailable)? {
            Redeemed::For(granted) => Ok(granted),
            Redeemed::Invalid => Err(TokenFault::Grant),
            Redeemed::Reused => {
                tracing::warn!(
                    %tenant,
                    client = client.id,
                    "a code or refresh token was shown twice: the sign-in is ended"
                );
                Err(TokenFault::Grant)
            }
        }
    }

    /// What the client asks for this time: all that was agreed to, or part of it.
    fn asked_now(&self, request: &TokenRequest, agreed: &Scopes) -> Result<Scopes, TokenFault> {
        let Grant::Refresh {
            scope: Some(scope), ..
        } = &request.grant
        else {
            return Ok(agreed.clone());
        };
        let asked = Scopes::parse(scope, &self.base_url)?;
        match asked.is_within(agreed) {
            true => Ok(Scopes {
                offline: agreed.offline,
                openid: asked.openid && agreed.openid,
                ..asked
            }),
            false => Err(TokenFault::PersonScope(scope.chars().take(200).collect())),
        }
    }

    fn person_access_token(&self, issued: &Issued<'_>) -> Result<String, TokenFault> {
        let bearer = Bearer::Person {
            name: &issued.person.name,
            display_name: &issued.person.display_name,
            scopes: issued.scopes,
            sign_in: &issued.granted.sign_in,
        };
        let audience = &issued.asked.resource;
        let object_id = &issued.person.id;
        self.mint(issued.tenant, issued.client, audience, object_id, bearer)
    }

    fn id_token(&self, issued: &Issued<'_>) -> Result<String, TokenFault> {
        let (issued_at, expires) = IdToken::times(self.clock.now());
        let (issuer, version) = match issued.version {
            Version::V1 => (self.name(issued.tenant), "1.0"),
            Version::V2 => (self.name_v2(issued.tenant), "2.0"),
        };
        self.sign(&IdToken {
            aud: &issued.client.id,
            iss: &issuer,
            iat: issued_at,
            nbf: issued_at,
            exp: expires,
            name: &issued.person.display_name,
            nonce: issued.granted.nonce.as_deref(),
            oid: &issued.person.id,
            preferred_username: &issued.person.name,
            sub: &issued.person.id,
            tid: issued.tenant.to_string(),
            uti: &Uuid::new_v4().simple().to_string(),
            ver: version,
        })
    }
}

/// What the tokens of one answer say.
struct Issued<'a> {
    version: Version,
    tenant: TenantId,
    client: &'a Client,
    person: &'a Person,
    granted: &'a Granted,
    asked: &'a Scopes,
    scopes: &'a [String],
}

fn of_device(polled: Polled) -> Result<Granted, TokenFault> {
    match polled {
        Polled::For(granted) => Ok(granted),
        Polled::Pending => Err(TokenFault::Pending),
        Polled::TooSoon => Err(TokenFault::TooSoon),
        Polled::Denied => Err(TokenFault::Denied),
        Polled::Expired => Err(TokenFault::ExpiredCode),
        Polled::Unknown => Err(TokenFault::Grant),
    }
}

/// Whose token it is, as Microsoft's libraries keep it.
fn client_info(person: &str, tenant: TenantId) -> String {
    let said = json!({ "uid": person, "utid": tenant.to_string() });
    URL_SAFE_NO_PAD.encode(said.to_string())
}
