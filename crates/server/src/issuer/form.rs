//! What is asked of the token endpoint.

use std::fmt;

use super::basic::Basic;
use super::endpoint::Version;
use super::fault::TokenFault;

/// The longest parameter that is read, in bytes, unless it is an assertion.
pub(super) const MAX_VALUE: usize = 2048;
/// The longest assertion, in bytes: it may bring its certificates along.
const MAX_ASSERTION: usize = 16 * 1024;
/// How a client says that it proves itself by an assertion (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The grant of a device code (RFC 8628, section 3.4).
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a client shows to prove who it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing: it is public.
    None,
    Secret(String),
    Assertion(String),
}

/// What a client asks for.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Grant {
    /// A token for itself, for this resource.
    ForItself { resource: String },
    /// A token for the person who just signed in.
    Code {
        code: String,
        redirect_uri: String,
        verifier: String,
    },
    /// Another token for the person who signed in once.
    Refresh {
        token: String,
        scope: Option<String>,
    },
    /// A token for the person who signs in elsewhere.
    Device { code: String },
}

/// A request for a token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TokenRequest {
    pub(super) client_id: String,
    pub(super) proof: Proof,
    pub(super) grant: Grant,
    /// Whether the client wants to be told whose token it is, as Microsoft's libraries do.
    pub(super) client_info: bool,
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl TokenRequest {
    /// Reads the form. The first version takes `resource`, and `scope` in its place, since clients
    /// of the second version are pointed at it; the second takes `scope` alone, as Microsoft's does.
    pub(super) fn read(
        version: Version,
        basic: Option<Basic>,
        form: &Form,
    ) -> Result<Self, TokenFault> {
        let owned = |name| form.required(name).map(str::to_owned);
        let grant = match form.required("grant_type")? {
            "client_credentials" => Grant::ForItself {
                resource: form.resource(version)?,
            },
            "authorization_code" => Grant::Code {
                code: owned("code")?,
                redirect_uri: owned("redirect_uri")?,
                verifier: owned("code_verifier")?,
            },
            "refresh_token" => Grant::Refresh {
                token: owned("refresh_token")?,
                scope: form.get("scope").map(str::to_owned),
            },
            // The first version's word for it, and the one that every version knows.
            DEVICE_CODE | "device_code" => Grant::Device {
                code: form
                    .get("code")
                    .map_or_else(|| owned("device_code"), |code| Ok(code.to_owned()))?,
            },
            other => return Err(TokenFault::GrantType(other.chars().take(64).collect())),
        };
        let (client_id, proof) = form.client(basic)?;
        if matches!(grant, Grant::ForItself { .. }) && proof == Proof::None {
            return Err(TokenFault::Missing("client_secret"));
        }
        Ok(Self {
            client_id,
            proof,
            grant,
            client_info: form.get("client_info") == Some("1"),
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

/// The parameters of a form or a query, each of which is given once.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(body: &[u8]) -> Result<Self, TokenFault> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(TokenFault::Twice);
            }
            let longest = match name.as_ref() {
                "client_assertion" | "request" => MAX_ASSERTION,
                _ => MAX_VALUE,
            };
            if fields.len() >= 32 || value.len() > longest {
                return Err(TokenFault::TooLong);
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(fields))
    }

    fn resource(&self, version: Version) -> Result<String, TokenFault> {
        match (version, self.get("resource"), self.get("scope")) {
            (Version::V1, Some(resource), _) => Ok(resource.to_owned()),
            (Version::V1, None, Some(scope)) | (Version::V2, _, Some(scope)) => of_scope(scope),
            (Version::V1, None, None) => Err(TokenFault::Missing("resource")),
            (Version::V2, _, None) => Err(TokenFault::Missing("scope")),
        }
    }

    /// Id and proof, from the header or from the form: a client must not use two at once.
    pub(super) fn client(&self, basic: Option<Basic>) -> Result<(String, Proof), TokenFault> {
        let in_form = match (self.get("client_secret"), self.assertion()?) {
            (Some(_), Some(_)) => return Err(TokenFault::TwoSecrets),
            (Some(secret), None) => Proof::Secret(secret.to_owned()),
            (None, Some(assertion)) => Proof::Assertion(assertion.to_owned()),
            (None, None) => Proof::None,
        };
        let Some(basic) = basic else {
            return Ok((self.required("client_id")?.to_owned(), in_form));
        };
        if in_form != Proof::None {
            return Err(TokenFault::TwoSecrets);
        }
        match self.get("client_id") {
            Some(id) if id != basic.client_id => Err(TokenFault::TwoClients),
            _ => Ok((basic.client_id, Proof::Secret(basic.client_secret))),
        }
    }

    fn assertion(&self) -> Result<Option<&str>, TokenFault> {
        match (
            self.get("client_assertion"),
            self.get("client_assertion_type"),
        ) {
            (None, _) => Ok(None),
            (Some(assertion), Some(JWT_BEARER)) => Ok(Some(assertion)),
            (Some(_), _) => Err(TokenFault::Missing("client_assertion_type")),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn required(&self, name: &'static str) -> Result<&str, TokenFault> {
        self.get(name).ok_or(TokenFault::Missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "grant_type=client_credentials&client_id=c&client_secret=s%2B%26";

    fn bare(version: Version, form: &str) -> Result<TokenRequest, TokenFault> {
        TokenRequest::read(version, None, &Form::read(form.as_bytes())?)
    }

    fn read(version: Version, more: &str) -> Result<TokenRequest, TokenFault> {
        bare(version, &format!("{FORM}&{more}"))
    }

    #[test]
    fn resource_comes_from_the_version_s_own_parameter() {
        for (version, more, expected) in [
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
            let Grant::ForItself { resource } = request.grant else {
                panic!("another grant")
            };
            assert_eq!(resource, expected);
            assert!(request.proof == Proof::Secret("s+&".to_owned()));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let bare = |form: &str| bare(Version::V2, form);
        let missing = |name| Err(TokenFault::Missing(name));
        assert_eq!(read(Version::V1, ""), missing("resource"));
        assert_eq!(
            read(Version::V2, "resource=https://r.example"),
            missing("scope")
        );
        assert_eq!(bare(""), missing("grant_type"));
        assert_eq!(
            bare("grant_type=client_credentials&scope=r/.default&client_id="),
            missing("client_id")
        );
        assert_eq!(
            bare("grant_type=client_credentials&scope=r/.default&client_id=c"),
            missing("client_secret")
        );
        assert_eq!(
            bare("grant_type=authorization_code&client_id=c&code=x&redirect_uri=y"),
            missing("code_verifier")
        );
        assert_eq!(
            bare("grant_type=refresh_token&client_id=c"),
            missing("refresh_token")
        );
        assert_eq!(
            bare(&format!("grant_type={DEVICE_CODE}&client_id=c")),
            missing("device_code")
        );
        assert_eq!(
            bare("grant_type=refresh_token&client_id=c&refresh_token=r&client_assertion=a"),
            missing("client_assertion_type")
        );
    }

    #[test]
    fn other_grants_scopes_and_repeated_parameters_are_refused() {
        assert_eq!(
            bare(Version::V2, "grant_type=password"),
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
        let both =
            format!("scope=r/.default&client_assertion=a&client_assertion_type={JWT_BEARER}");
        assert_eq!(read(Version::V2, &both), Err(TokenFault::TwoSecrets));
    }

    #[test]
    fn secret_is_not_shown() {
        let request = read(Version::V1, "resource=r").unwrap();
        assert!(!format!("{request:?}").contains("s+&"));
    }
}
