//! The client credentials grant (RFC 6749 §4.4).

use async_trait::async_trait;
use quell_transport::{Endpoint, SharedTransport};

use super::TokenSource;
use super::form::Form;
use super::proof::ClientIdentity;
use super::{AccessToken, Application, Exchange, TokenEndpoint, TokenError, TokenRequest};
use crate::BuildError;

/// An application's proof, and the one authority that it is sent to.
#[derive(Debug)]
pub(crate) struct ClientCredentials {
    exchange: Exchange,
    identity: ClientIdentity,
}

impl ClientCredentials {
    pub(crate) fn new(
        authority: &Endpoint,
        identity: ClientIdentity,
        transport: SharedTransport,
    ) -> Result<Self, BuildError> {
        identity.check()?;
        let path = identity.endpoint.path();
        let exchange = exchange_with(authority, &identity.application, path, transport)?;
        Ok(Self { exchange, identity })
    }

    fn form(&self, asked: &TokenRequest<'_>) -> Form {
        let form = Form::new()
            .open("grant_type", "client_credentials")
            .open("client_id", self.identity.application.id());
        match self.identity.endpoint {
            TokenEndpoint::V1 => form.open("resource", asked.audience()),
            TokenEndpoint::V2 => form.open("scope", &asked.scope()),
        }
    }
}

/// The endpoint of this path below an application's tenant.
pub(crate) fn exchange_with(
    authority: &Endpoint,
    application: &Application,
    path: &str,
    transport: SharedTransport,
) -> Result<Exchange, BuildError> {
    let path = format!("/{}/{path}", application.tenant());
    let uri = authority
        .join(&path, None)
        .map_err(|_| BuildError::InvalidTenant)?;
    Ok(Exchange::new(uri, transport))
}

#[async_trait]
impl TokenSource for ClientCredentials {
    async fn token(&self, asked: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        let form = self
            .identity
            .prove(self.form(asked), &self.exchange)
            .await?;
        Ok(self.exchange.ask(form).await?.access)
    }
}
