//! Which application asks, and how it proves that.

use super::assertion;
use super::fault::TokenFault;
use super::form::Proof;
use super::{Clients, Issuer, all_roles};
use crate::core::TenantId;
use crate::secret::SecretHash;
use crate::store::record::Application;

/// A client that is what it says.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) display_name: String,
    pub(super) roles: Vec<String>,
    /// The scopes that persons may give it.
    pub(super) scopes: Vec<String>,
    /// How it proved itself, as its tokens say it.
    pub(super) proved_by: &'static str,
}

impl Client {
    fn known(application: Application, proved_by: &'static str) -> Self {
        Self {
            id: application.client_id,
            display_name: application.display_name,
            roles: application.roles,
            scopes: application.scopes,
            proved_by,
        }
    }
}

impl Issuer {
    /// The client that asks for itself.
    pub(super) async fn client(
        &self,
        tenant: TenantId,
        id: &str,
        proof: &Proof,
    ) -> Result<Client, TokenFault> {
        if self.clients == Clients::Any && *proof != Proof::None {
            return Ok(Client {
                id: id.to_owned(),
                display_name: id.to_owned(),
                roles: all_roles(),
                scopes: Vec::new(),
                proved_by: "1",
            });
        }
        let client = self.client_for_person(tenant, id, proof).await?;
        match client.proved_by {
            "0" => Err(TokenFault::Unproven),
            _ => Ok(client),
        }
    }

    /// The client that asks for a person: one that can keep no secret proves nothing.
    pub(super) async fn client_for_person(
        &self,
        tenant: TenantId,
        id: &str,
        proof: &Proof,
    ) -> Result<Client, TokenFault> {
        let known = self
            .store
            .application(tenant, id)
            .await
            .map_err(TokenFault::Unavailable)?;
        match proof {
            Proof::Secret(secret) => {
                // An unknown client costs the same time as a wrong secret.
                let nobody = SecretHash::of_nobody();
                let kept = known.as_ref().and_then(|client| client.secret.as_ref());
                let matches = kept.unwrap_or(&nobody).matches(secret);
                let client = known.filter(|_| matches).ok_or(TokenFault::Client)?;
                Ok(Client::known(client, "1"))
            }
            Proof::Assertion(assertion) => {
                let client = known.ok_or(TokenFault::Client)?;
                self.check_assertion(&client, assertion)?;
                Ok(Client::known(client, "2"))
            }
            Proof::None => match known {
                Some(client) if client.is_public() => Ok(Client::known(client, "0")),
                Some(_) => Err(TokenFault::Unproven),
                None => Err(TokenFault::Client),
            },
        }
    }

    fn check_assertion(&self, application: &Application, shown: &str) -> Result<(), TokenFault> {
        let certificate = application.certificate.as_deref();
        // It was signed by the client's own clock.
        let now = self.clock.outside();
        let audiences = self.assertion_audiences(application.tenant);
        assertion::verify(
            shown,
            certificate.ok_or(TokenFault::Client)?,
            &application.client_id,
            &audiences,
            now,
        )
        .map_err(|flaw| {
            tracing::debug!(client = ?application.client_id, %flaw, "assertion refused");
            TokenFault::Client
        })
    }

    /// Whom an assertion may be addressed to: either token endpoint of the tenant, or the issuer.
    fn assertion_audiences(&self, tenant: TenantId) -> Vec<String> {
        let base = format!("{}/{tenant}", self.base_url);
        vec![
            format!("{base}/oauth2/v2.0/token"),
            format!("{base}/oauth2/token"),
            format!("{base}/v2.0"),
            self.name(tenant),
        ]
    }
}
