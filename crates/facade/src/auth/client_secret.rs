use std::fmt;

use secrecy::SecretString;

use crate::BuildError;

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
    tenant: String,
    application: String,
    secret: SecretString,
    endpoint: TokenEndpoint,
}

impl ClientSecret {
    /// The secret of an application (its client id) in a tenant (its id, or one of its domains).
    ///
    /// What is wrong with them is said by [`ClientBuilder::build`](crate::ClientBuilder::build).
    #[must_use]
    pub fn new(
        tenant: impl Into<String>,
        application: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        Self {
            tenant: tenant.into(),
            application: application.into(),
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

    pub(crate) const fn endpoint(&self) -> TokenEndpoint {
        self.endpoint
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    pub(crate) fn application(&self) -> &str {
        &self.application
    }

    pub(crate) const fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// A tenant becomes part of a path, so it may hold nothing that has a meaning there.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        use secrecy::ExposeSecret;

        let of_a_name =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let named = self.tenant.bytes().any(|byte| byte != b'.');
        if !named || !self.tenant.bytes().all(of_a_name) {
            return Err(BuildError::InvalidTenant);
        }
        if self.application.is_empty() {
            return Err(BuildError::MissingApplication);
        }
        if self.secret.expose_secret().is_empty() {
            return Err(BuildError::MissingSecret);
        }
        Ok(())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret")
            .field("tenant", &self.tenant)
            .field("application", &self.application)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_cannot_change_the_path() {
        let check = |tenant: &str| ClientSecret::new(tenant, "app", "secret").check();
        for tenant in [
            "contoso.example",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779f",
            "common",
        ] {
            assert!(check(tenant).is_ok(), "{tenant}");
        }
        for tenant in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "\u{e4}"] {
            assert!(
                matches!(check(tenant), Err(BuildError::InvalidTenant)),
                "{tenant}"
            );
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let check = |app: &str, secret: &str| ClientSecret::new("t", app, secret).check();
        assert!(matches!(
            check("", "s"),
            Err(BuildError::MissingApplication)
        ));
        assert!(matches!(check("a", ""), Err(BuildError::MissingSecret)));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", ClientSecret::new("t", "a", "canary"));
        assert!(
            shown.contains("\"t\"") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
