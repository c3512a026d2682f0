//! Where clients find the issuer's endpoints and keys.

use serde_json::{Value, json};

use super::Issuer;
use super::endpoint::is_any_tenant;
use super::form::Form;

impl Issuer {
    /// The public keys; `None` when there is no such tenant.
    pub(super) async fn public_keys(&self, tenant: &str) -> Option<Value> {
        self.named(tenant).await?;
        Some(json!({ "keys": self.keys.public() }))
    }

    /// `.well-known/openid-configuration` of either version.
    pub(super) async fn configuration(&self, tenant: &str, v2: bool) -> Option<Value> {
        let name = self.named(tenant).await?;
        let base = format!("{}/{name}", self.base_url);
        let oauth2 = match v2 {
            true => format!("{base}/oauth2/v2.0"),
            false => format!("{base}/oauth2"),
        };
        let issuer_of = match is_any_tenant(tenant) {
            // As Microsoft writes it: the tenant is known with the token.
            true => "{tenantid}",
            false => name.as_str(),
        };
        let issuer = match v2 {
            true => format!("{}/{issuer_of}/v2.0", self.base_url),
            false => format!("{}/{issuer_of}/", self.base_url),
        };
        let keys = if v2 {
            "discovery/v2.0/keys"
        } else {
            "discovery/keys"
        };
        Some(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{oauth2}/authorize"),
            "token_endpoint": format!("{oauth2}/token"),
            "device_authorization_endpoint": format!("{oauth2}/devicecode"),
            "end_session_endpoint": format!("{oauth2}/logout"),
            "jwks_uri": format!("{base}/{keys}"),
            "token_endpoint_auth_methods_supported":
                ["client_secret_post", "client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
            "grant_types_supported": [
                "client_credentials", "authorization_code", "refresh_token",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": [
                "aud", "exp", "iat", "iss", "name", "nbf", "nonce", "oid", "preferred_username",
                "sub", "tid", "ver",
            ],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "tenant_region_scope": Value::Null,
        }))
    }

    /// What Microsoft's libraries ask before they trust a host: which hosts are the same, and where
    /// the tenant's configuration is. `None` for an endpoint that is not of this server.
    pub(super) fn instance(&self, query: &str) -> Option<Value> {
        let form = Form::read(query.as_bytes()).ok()?;
        let endpoint = form.get("authorization_endpoint")?;
        let path = endpoint.strip_prefix(&self.base_url)?.strip_prefix('/')?;
        let tenant = path.split('/').next().filter(|name| is_name(name))?;
        let host = self.base_url.split_once("://").map(|(_, host)| host)?;
        Some(json!({
            "tenant_discovery_endpoint":
                format!("{}/{tenant}/v2.0/.well-known/openid-configuration", self.base_url),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": host,
                "preferred_cache": host,
                "aliases": [host],
            }],
        }))
    }

    /// The tenant as documents name it.
    async fn named(&self, tenant: &str) -> Option<String> {
        if is_any_tenant(tenant) {
            return Some(tenant.to_ascii_lowercase());
        }
        let tenant: crate::core::TenantId = tenant.parse().ok()?;
        // A store that is not available is no reason to keep public facts back.
        let unknown = matches!(self.store.has_tenant(tenant).await, Ok(false));
        (!unknown).then(|| tenant.to_string())
    }
}

/// A tenant's id, or a word in its place.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.len() <= 36 && text.bytes().all(plain)
}
