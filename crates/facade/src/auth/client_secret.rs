use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::Application;
use super::proof::{ClientIdentity, Proof};

/// Which of the authority's two token endpoints is asked.
///
/// Both give tokens of the same format for this API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TokenEndpoint {
    /// `/{tenant}/oauth2/token`, which is told a `resource`.
    V1,
    /// `/{tenant}/oauth2/v2.0/token`, which is told a `scope`.
    #[default]
    V2,
}

impl TokenEndpoint {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::V1 => "oauth2/token",
            Self::V2 => "oauth2/v2.0/token",
        }
    }
}

/// An application's secret **for Microsoft's authorities**, and for no other.
///
/// It cannot be given to a service of your own: [`Service`](crate::Service) takes
/// its secrets itself, and a [`TokenSource`](crate::TokenSource) this is not.
///
/// ```compile_fail
/// use quell::{ClientSecret, Service};
///
/// let microsofts = ClientSecret::new("contoso.example", "app", "secret");
/// let mine = Service::custom("https://edr.example", "https://login.example")
///     .token_source(microsofts);
/// ```
///
/// ```
/// use quell::{Client, ClientSecret, TokenEndpoint};
///
/// let secret = ClientSecret::new("contoso.example", "8f7a2a1c-…", "secret")
///     .token_endpoint(TokenEndpoint::V1);
/// let builder = Client::builder().credential(secret);
/// ```
#[derive(Clone)]
pub struct ClientSecret {
    application: Application,
    secret: SecretString,
    endpoint: TokenEndpoint,
}

impl ClientSecret {
    /// The secret of an application (its client id) in a tenant (its id, or one of its domains).
    ///
    /// It is the secret's *value*; the id that stands beside it in the list of secrets opens
    /// nothing. What is wrong with the three is said by
    /// [`ClientBuilder::build`](crate::ClientBuilder::build).
    #[must_use]
    pub fn new(
        tenant: impl Into<String>,
        application: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        Self {
            application: Application::new(tenant, application),
            secret: SecretString::from(secret.into()),
            endpoint: TokenEndpoint::default(),
        }
    }

    /// Asks the other token endpoint; the default is [`TokenEndpoint::V2`].
    #[must_use]
    pub const fn token_endpoint(mut self, endpoint: TokenEndpoint) -> Self {
        self.endpoint = endpoint;
        self
    }
}

impl From<ClientSecret> for ClientIdentity {
    fn from(credential: ClientSecret) -> Self {
        Self {
            application: credential.application,
            endpoint: credential.endpoint,
            proof: Proof::Secret(credential.secret),
        }
    }
}

/// Whether there is nothing in it.
pub(crate) fn is_empty(secret: &SecretString) -> bool {
    secret.expose_secret().is_empty()
}

/// Whether it came with a line break, as from a file.
pub(crate) fn has_control(secret: &SecretString) -> bool {
    secret.expose_secret().contains(char::is_control)
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret")
            .field("application", &self.application)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", ClientSecret::new("t", "a", "canary"));
        assert!(
            shown.contains("\"t\"") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
