//! Where clients find the issuer's endpoints and keys.

use serde_json::{Value, json};

use super::Issuer;
use crate::core::TenantId;

/// What is asked of the issuer beside tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// `.well-known/openid-configuration`.
    Configuration,
    /// The public keys.
    Keys,
}

impl Document {
    /// Looks a path up: the tenant, and what is asked. Case is not regarded.
    pub(crate) fn find(path: &str) -> Option<(&str, Self)> {
        let mut segments = path.strip_prefix('/')?.splitn(2, '/');
        let tenant = segments.next()?;
        let rest = segments.next()?.to_ascii_lowercase();
        match rest.as_str() {
            ".well-known/openid-configuration" | "v2.0/.well-known/openid-configuration" => {
                Some((tenant, Self::Configuration))
            }
            "discovery/keys" | "discovery/v2.0/keys" => Some((tenant, Self::Keys)),
            _ => None,
        }
    }
}

impl Issuer {
    /// A document about the issuer; `None` when there is no such tenant.
    pub(crate) async fn document(&self, tenant: &str, document: Document) -> Option<Value> {
        let tenant: TenantId = tenant.parse().ok()?;
        // A store that is not available is no reason to keep public facts back.
        if matches!(self.store.has_tenant(tenant).await, Ok(false)) {
            return None;
        }
        Some(match document {
            Document::Configuration => self.configuration(tenant),
            Document::Keys => {
                json!({ "keys": self.keys.public() })
            }
        })
    }

    fn configuration(&self, tenant: TenantId) -> Value {
        let base = format!("{}/{tenant}", self.base_url);
        json!({
            "issuer": self.name(tenant),
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "tenant_region_scope": Value::Null,
        })
    }
}
