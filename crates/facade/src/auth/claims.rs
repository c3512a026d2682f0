//! What a token says of itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell_model::Holder;
use serde_json::{Map, Value};

use super::AccessToken;

/// What a token says of itself, where it can be read.
///
/// This is **advice**: nobody has verified the signature, and an authority may issue tokens
/// that only the service can read. It serves to explain early why a call would be refused,
/// never to decide who may do what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenClaims {
    audiences: Vec<String>,
    issuer: Option<String>,
    tenant: Option<String>,
    application: Option<String>,
    roles: Vec<String>,
    scopes: Option<Vec<String>>,
    expires_at: Option<SystemTime>,
}

impl TokenClaims {
    /// Reads the claims of a JSON Web Token; `None` for every other kind.
    #[must_use]
    pub fn read(token: &AccessToken) -> Option<Self> {
        let mut parts = token.secret().split('.');
        let (_header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let claims: Map<String, Value> = serde_json::from_slice(&claims).ok()?;
        Some(Self {
            audiences: texts(claims.get("aud")),
            issuer: text(claims.get("iss")),
            tenant: text(claims.get("tid")),
            application: text(claims.get("appid")).or_else(|| text(claims.get("azp"))),
            roles: texts(claims.get("roles")),
            scopes: text(claims.get("scp")).map(|scopes| words(&scopes)),
            expires_at: claims.get("exp").and_then(moment),
        })
    }

    /// `aud`: what the token is for; usually one name.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// `iss`: who issued it.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// `tid`: the tenant's id.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// `appid` or `azp`: the application's client id.
    #[must_use]
    pub fn application(&self) -> Option<&str> {
        self.application.as_deref()
    }

    /// Who holds it: a person, if it has scopes; else an application.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        match self.scopes {
            Some(_) => Holder::Delegated,
            None => Holder::Application,
        }
    }

    /// The words of `scp` for a person, `roles` for an application.
    #[must_use]
    pub fn permissions(&self) -> &[String] {
        self.scopes.as_deref().unwrap_or(&self.roles)
    }

    /// `exp`: when it expires by the issuer's clock. Ours may differ.
    #[must_use]
    pub const fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

/// A text or a list of texts: JSON Web Tokens may have either.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(|one| text(Some(one))).collect(),
        _ => Vec::new(),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

fn moment(value: &Value) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(value.as_u64()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A token with these claims, which nobody signed.
    pub(crate) fn token(claims: &str) -> AccessToken {
        let encoded = URL_SAFE_NO_PAD.encode(claims);
        AccessToken::new(format!("eyJhbGciOiJub25lIn0.{encoded}.c2ln")).unwrap()
    }

    #[test]
    fn an_applications_token_is_read() {
        let claims = TokenClaims::read(&token(
            r#"{"aud":"https://api.securitycenter.microsoft.com","iss":"https://sts.windows.net/t/",
                "tid":"t","appid":"a","roles":["Machine.Read.All"],"exp":1719824400}"#,
        ))
        .unwrap();
        assert_eq!(
            claims.audiences(),
            ["https://api.securitycenter.microsoft.com"]
        );
        assert_eq!(claims.holder(), Holder::Application);
        assert_eq!(claims.permissions(), ["Machine.Read.All"]);
        assert_eq!(
            (claims.tenant(), claims.application()),
            (Some("t"), Some("a"))
        );
        let end = UNIX_EPOCH + Duration::from_secs(1_719_824_400);
        assert_eq!(claims.expires_at(), Some(end));
    }

    #[test]
    fn a_persons_token_has_the_words_of_its_scope() {
        let claims = TokenClaims::read(&token(
            r#"{"aud":["a","b"],"azp":"x","scp":"Machine.Read Machine.StopAndQuarantine","roles":["Ignored"]}"#,
        ))
        .unwrap();
        assert_eq!(claims.holder(), Holder::Delegated);
        assert_eq!(
            claims.permissions(),
            ["Machine.Read", "Machine.StopAndQuarantine"]
        );
        assert_eq!(claims.audiences(), ["a", "b"]);
    }

    #[test]
    fn what_cannot_be_read_is_no_error() {
        for text in [
            "opaque", "a.b", "a.b.c", "a.b.c.d", "..", "e30.e30", "a.W10.c",
        ] {
            let token = AccessToken::new(text).unwrap();
            assert_eq!(TokenClaims::read(&token), None, "{text}");
        }
        assert_eq!(
            TokenClaims::read(&token("{}")),
            Some(TokenClaims::default())
        );
        let odd = r#"{"aud":1,"tid":[],"roles":"one","scp":null,"exp":-1}"#;
        let claims = TokenClaims::read(&token(odd)).unwrap();
        assert_eq!(claims.permissions(), ["one"]);
    }

    proptest! {
        #[test]
        fn no_token_makes_it_panic(text in "[!-~]{1,80}", claims in "\\PC*") {
            if let Ok(token) = AccessToken::new(text) {
                let _ = TokenClaims::read(&token);
            }
            let _ = TokenClaims::read(&token(&claims));
        }
    }
}
