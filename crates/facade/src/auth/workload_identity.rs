use std::ffi::OsString;
use std::path::PathBuf;

use super::proof::{ClientIdentity, Proof};
use super::{Application, TokenEndpoint};

/// An application whose platform vouches for it: workload identity federation, **for
/// Microsoft's authorities**.
///
/// The platform (Kubernetes, a build service) keeps a token of its own in a file and renews it;
/// that token is exchanged for Microsoft's. The file is read anew each time.
///
/// ```
/// use quell::{Client, WorkloadIdentity};
///
/// let workload = WorkloadIdentity::new(
///     "contoso.example",
///     "8f7a2a1c-…",
///     "/var/run/secrets/azure/tokens/azure-identity-token",
/// );
/// let builder = Client::builder().credential(workload);
/// ```
#[derive(Clone, Debug)]
pub struct WorkloadIdentity {
    application: Application,
    token_file: PathBuf,
}

/// An environment variable that says who we are is missing, empty or not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not set, or not text")]
pub struct MissingVariable(pub(crate) &'static str);

impl MissingVariable {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl WorkloadIdentity {
    /// An application (its client id) in a tenant (its id, or one of its domains), and the
    /// file that holds the platform's token for it.
    #[must_use]
    pub fn new(
        tenant: impl Into<String>,
        application: impl Into<String>,
        token_file: impl Into<PathBuf>,
    ) -> Self {
        Self {
            application: Application::new(tenant, application),
            token_file: token_file.into(),
        }
    }

    /// What the webhook of Azure's workload identity put into this process's environment:
    /// `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_FEDERATED_TOKEN_FILE`.
    ///
    /// `AZURE_AUTHORITY_HOST` is not read: the [cloud](crate::ClientBuilder::cloud) decides
    /// who issues tokens.
    ///
    /// # Errors
    ///
    /// [`MissingVariable`] names the first that is not set.
    pub fn from_env() -> Result<Self, MissingVariable> {
        Self::from_variables(std::env::var_os)
    }

    fn from_variables(
        value: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Self, MissingVariable> {
        let required = |name| {
            value(name)
                .filter(|value| !value.is_empty())
                .ok_or(MissingVariable(name))
        };
        let text = |name| {
            let text = required(name)?.into_string();
            text.map_err(|_| MissingVariable(name))
        };
        Ok(Self::new(
            text("AZURE_TENANT_ID")?,
            text("AZURE_CLIENT_ID")?,
            required("AZURE_FEDERATED_TOKEN_FILE")?,
        ))
    }
}

impl From<WorkloadIdentity> for ClientIdentity {
    fn from(workload: WorkloadIdentity) -> Self {
        Self {
            application: workload.application,
            endpoint: TokenEndpoint::V2,
            proof: Proof::Federated(workload.token_file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_by_name_and_what_is_missing_is_named() {
        let all = |name: &'static str| Some(OsString::from(name.to_lowercase()));
        let workload = WorkloadIdentity::from_variables(all).unwrap();
        assert_eq!(
            workload.application,
            Application::new("azure_tenant_id", "azure_client_id")
        );
        assert_eq!(
            workload.token_file,
            PathBuf::from("azure_federated_token_file")
        );

        for missing in [
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_ID",
            "AZURE_FEDERATED_TOKEN_FILE",
        ] {
            for value in [None, Some(OsString::new())] {
                let others = |name: &'static str| {
                    if name == missing {
                        value.clone()
                    } else {
                        all(name)
                    }
                };
                let error = WorkloadIdentity::from_variables(others).unwrap_err();
                assert_eq!(error.name(), missing);
            }
        }
    }
}
