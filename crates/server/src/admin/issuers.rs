//! Issuers of others: trust, list, distrust.

use quell_model::Timestamp;

use super::{Admin, AdminError};
use crate::issuer::is_safe_url;
use crate::store::ExternalIssuers as _;
use crate::store::record::ExternalIssuer;

/// The algorithms that tokens may be signed with: none with a shared secret.
const ALGORITHMS: [&str; 8] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
];

/// An issuer to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIssuer {
    /// How its tokens name it (`iss`), to the letter.
    pub issuer: String,
    /// The tenant of its own that is meant (`tid`), if it has several.
    pub foreign_tenant: Option<String>,
    /// What its tokens must be for (`aud`): one of these, to the letter.
    pub audiences: Vec<String>,
    /// Where its keys are. None: where its openid-configuration says.
    pub keys_url: Option<String>,
    /// The algorithms that its tokens may be signed with; none: RS256.
    pub algorithms: Vec<String>,
}

impl NewIssuer {
    /// Both names that a tenant of Entra ID goes by: tokens of the first version and of the second
    /// have different ones.
    #[must_use]
    pub fn of_entra(tenant: &str, audiences: &[String]) -> [Self; 2] {
        let named = |issuer: String| Self {
            issuer,
            foreign_tenant: Some(tenant.to_owned()),
            audiences: audiences.to_vec(),
            keys_url: Some(format!(
                "https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys"
            )),
            algorithms: Vec::new(),
        };
        [
            named(format!("https://sts.windows.net/{tenant}/")),
            named(format!("https://login.microsoftonline.com/{tenant}/v2.0")),
        ]
    }
}

/// An issuer that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSummary {
    /// How its tokens name it.
    pub issuer: String,
    /// The tenant of its own that is meant.
    pub foreign_tenant: Option<String>,
    /// What its tokens must be for.
    pub audiences: Vec<String>,
    /// Where its keys are, if not where its openid-configuration says.
    pub keys_url: Option<String>,
    /// The algorithms that its tokens may be signed with.
    pub algorithms: Vec<String>,
    /// When it was added.
    pub created: Timestamp,
}

impl Admin {
    /// Takes tokens of an issuer from now on.
    ///
    /// # Errors
    /// [`AdminError::Issuer`], [`AdminError::IssuerTaken`], or when the store is not available.
    pub async fn trust_issuer(&self, new: NewIssuer) -> Result<(), AdminError> {
        let address = new.keys_url.as_deref().unwrap_or(&new.issuer);
        let known = |algorithm: &String| ALGORITHMS.contains(&algorithm.as_str());
        let sound = is_safe_url(address)
            && !new.issuer.is_empty()
            && !new.audiences.is_empty()
            && new.audiences.iter().all(|audience| !audience.is_empty())
            && new.algorithms.iter().all(known);
        if !sound {
            return Err(AdminError::Issuer(new.issuer));
        }
        let algorithms = match new.algorithms.is_empty() {
            true => vec!["RS256".to_owned()],
            false => new.algorithms,
        };
        let issuer = ExternalIssuer {
            tenant: self.tenant,
            issuer: new.issuer.clone(),
            foreign_tenant: new.foreign_tenant,
            audiences: new.audiences,
            keys_url: new.keys_url,
            algorithms,
            created: self.clock.now(),
        };
        let by = self.by("server issuer add");
        match self.store.add_external_issuer(issuer, by).await? {
            true => Ok(()),
            false => Err(AdminError::IssuerTaken(new.issuer)),
        }
    }

    /// The issuers that are trusted.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn issuers(&self) -> Result<Vec<IssuerSummary>, AdminError> {
        let all = self.store.external_issuers().await?;
        let ours = all.into_iter().filter(|one| one.tenant == self.tenant);
        Ok(ours.map(summary).collect())
    }

    /// Refuses tokens of an issuer within half a minute. `false`: it was not trusted.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn distrust_issuer(&self, issuer: &str) -> Result<bool, AdminError> {
        let (by, now) = (self.by("server issuer remove"), self.clock.now());
        let removed = self
            .store
            .remove_external_issuer(self.tenant, issuer, by, now)
            .await?;
        Ok(removed)
    }
}

fn summary(issuer: ExternalIssuer) -> IssuerSummary {
    IssuerSummary {
        issuer: issuer.issuer,
        foreign_tenant: issuer.foreign_tenant,
        audiences: issuer.audiences,
        keys_url: issuer.keys_url,
        algorithms: issuer.algorithms,
        created: issuer.created,
    }
}
