//! What is asked of the token endpoint.

use std::fmt;

use super::basic::Basic;
use super::endpoint::Version;
use super::fault::TokenFault;

/// The longest parameter that is read, in bytes.
pub(super) const MAX_VALUE: usize = 2048;

/// A client asks for a token for itself.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TokenRequest {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// The resource that the token is to open.
    pub(super) resource: String,
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("client_id", &self.client_id)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

impl TokenRequest {
    /// Reads the form. The first version takes `resource`, and `scope` in its place, since clients
    /// of the second version are pointed at it; the second takes `scope` alone, as Microsoft's does.
    pub(super) fn read(
        version: Version,
        basic: Option<Basic>,
        body: &[u8],
    ) -> Result<Self, TokenFault> {
        let form = Form::read(body)?;
        match form.required("grant_type")? {
            "client_credentials" => {}
            other => return Err(TokenFault::GrantType(other.chars().take(64).collect())),
        }
        let resource = match (version, form.get("resource"), form.get("scope")) {
            (Version::V1, Some(resource), _) => resource.to_owned(),
            (Version::V1, None, Some(scope)) | (Version::V2, _, Some(scope)) => of_scope(scope)?,
            (Version::V1, None, None) => return Err(TokenFault::Missing("resource")),
            (Version::V2, _, None) => return Err(TokenFault::Missing("scope")),
        };
        let (client_id, client_secret) = form.client(basic)?;
        Ok(Self {
            client_id,
            client_secret,
            resource,
        })
    }
}

/// The resource of a scope such as `https://api.example/.default`.
fn of_scope(scope: &str) -> Result<String, TokenFault> {
    scope
        .strip_suffix("/.default")
        .filter(|resource| !resource.contains(' '))
        .map(str::to_owned)
        .ok_or_else(|| TokenFault::Scope(scope.chars().take(200).collect()))
}

struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, TokenFault> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(TokenFault::Twice);
            }
            if fields.len() >= 32 || value.len() > MAX_VALUE {
                return Err(TokenFault::TooLong);
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(fields))
    }

    /// Id and secret, from the header or from the form: a client must not use both.
    fn client(&self, basic: Option<Basic>) -> Result<(String, String), TokenFault> {
        let Some(basic) = basic else {
            let id = self.required("client_id")?.to_owned();
            return Ok((id, self.required("client_secret")?.to_owned()));
        };
        if self.get("client_secret").is_some() {
            return Err(TokenFault::TwoSecrets);
        }
        match self.get("client_id") {
            Some(id) if id != basic.client_id => Err(TokenFault::TwoClients),
            _ => Ok((basic.client_id, basic.client_secret)),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&str, TokenFault> {
        self.get(name).ok_or(TokenFault::Missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "grant_type=client_credentials&client_id=c&client_secret=s%2B%26";

    fn read(version: Version, more: &str) -> Result<TokenRequest, TokenFault> {
        TokenRequest::read(version, None, format!("{FORM}&{more}").as_bytes())
    }

    #[test]
    fn resource_comes_from_the_version_s_own_parameter() {
        for (version, more, resource) in [
            (
                Version::V1,
                "resource=https%3A%2F%2Fr.example",
                "https://r.example",
            ),
            (
                Version::V1,
                "scope=https%3A%2F%2Fr.example%2F.default",
                "https://r.example",
            ),
            (
                Version::V2,
                "scope=https%3A%2F%2Fr.example%2F.default",
                "https://r.example",
            ),
            (
                Version::V2,
                "scope=https://r.example//.default",
                "https://r.example/",
            ),
        ] {
            let request = read(version, more).unwrap();
            assert_eq!(request.resource, resource);
            assert_eq!(request.client_secret, "s+&");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(read(Version::V1, ""), Err(TokenFault::Missing("resource")));
        assert_eq!(
            read(Version::V2, "resource=https://r.example"),
            Err(TokenFault::Missing("scope"))
        );
        assert_eq!(
            TokenRequest::read(Version::V2, None, b""),
            Err(TokenFault::Missing("grant_type"))
        );
        assert_eq!(
            TokenRequest::read(
                Version::V1,
                None,
                b"grant_type=client_credentials&resource=r&client_id="
            ),
            Err(TokenFault::Missing("client_id"))
        );
    }

    #[test]
    fn other_grants_scopes_and_repeated_parameters_are_refused() {
        assert_eq!(
            TokenRequest::read(Version::V2, None, b"grant_type=password"),
            Err(TokenFault::GrantType("password".to_owned()))
        );
        for scope in [
            "openid",
            "https://r.example/.default+openid",
            "x+y/.default",
        ] {
            assert!(matches!(
                read(Version::V2, &format!("scope={scope}")),
                Err(TokenFault::Scope(_))
            ));
        }
        assert_eq!(
            read(Version::V2, "client_id=other&scope=r/.default"),
            Err(TokenFault::Twice)
        );
    }

    #[test]
    fn secret_is_not_shown() {
        let request = read(Version::V1, "resource=r").unwrap();
        assert!(!format!("{request:?}").contains("s+&"));
    }
}
