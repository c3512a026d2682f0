//! How an application proves to its authority that it is the one.

use std::path::PathBuf;

use secrecy::SecretString;

use super::client_secret::{has_control, is_empty};
use super::form::Form;
use super::{Application, Exchange, TokenEndpoint, TokenError, token_file};
use crate::BuildError;

/// The form of a proof that is itself a token (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An application that asks for itself, and its proof.
#[derive(Clone, Debug)]
pub(crate) struct ClientIdentity {
    pub(crate) application: Application,
    pub(crate) endpoint: TokenEndpoint,
    pub(crate) proof: Proof,
}

/// What proves it.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    Secret(SecretString),
    #[cfg(feature = "certificate")]
    Certificate(super::Certificate),
    /// The file in which a platform keeps a workload's token.
    Federated(PathBuf),
}

impl ClientIdentity {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        self.application.check()?;
        match &self.proof {
            Proof::Secret(secret) if is_empty(secret) => Err(BuildError::MissingSecret),
            Proof::Secret(secret) if has_control(secret) => Err(BuildError::InvalidSecret),
            _ => Ok(()),
        }
    }

    /// Adds the proof to a form for this endpoint.
    pub(crate) async fn prove(&self, form: Form, exchange: &Exchange) -> Result<Form, TokenError> {
        let assertion = match &self.proof {
            Proof::Secret(secret) => return Ok(form.secret("client_secret", secret)),
            #[cfg(feature = "certificate")]
            Proof::Certificate(certificate) => {
                let now = std::time::SystemTime::now();
                certificate.assertion(self.application.id(), exchange.uri(), now)?
            }
            Proof::Federated(path) => token_file::read(path).await?,
        };
        #[cfg(not(feature = "certificate"))]
        let _ = exchange;
        Ok(form
            .open("client_assertion_type", JWT_BEARER)
            .secret("client_assertion", &assertion))
    }
}
