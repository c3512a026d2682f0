//! Issuers of others that a tenant trusts.

use quell_model::Timestamp;

use crate::core::TenantId;

/// An issuer whose tokens open a tenant's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalIssuer {
    /// Whose data its tokens open.
    pub tenant: TenantId,
    /// How its tokens name it (`iss`), to the letter.
    pub issuer: String,
    /// The tenant of its own that is meant (`tid`), if it has several.
    pub foreign_tenant: Option<String>,
    /// What its tokens must be for (`aud`): one of these, to the letter.
    pub audiences: Vec<String>,
    /// Where its keys are. None: where its openid-configuration says.
    pub keys_url: Option<String>,
    /// The algorithms that its tokens may be signed with.
    pub algorithms: Vec<String>,
    /// When it was added.
    pub created: Timestamp,
}
