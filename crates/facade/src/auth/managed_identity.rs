//! The identity that Azure gives a machine, an app or a container.

mod challenge;
mod endpoint;
mod source;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

pub use endpoint::ManagedIdentityError;
pub(crate) use source::ManagedSource;

use super::workload_identity::MissingVariable;

/// Where the metadata service of a virtual machine listens, on every one of them.
const IMDS: &str = "http://169.254.169.254";

/// Where Arc's agent keeps its challenges.
const ARC_KEYS: &str = if cfg!(windows) {
    r"C:\ProgramData\AzureConnectedMachineAgent\Tokens"
} else {
    "/var/opt/azcmagent/tokens"
};

/// The identity that Azure gives a machine, an app or a container: there is no secret to keep.
///
/// Its tokens are for Microsoft's API, like every [`Credential`](crate::Credential)'s. The
/// identity needs the application permissions like any application; they are granted to its
/// service principal.
///
/// ```
/// use quell::{Client, ManagedIdentity, UserAssigned};
///
/// let machine = ManagedIdentity::imds()
///     .user_assigned(UserAssigned::ClientId("8f7a2a1c-…".to_owned()));
/// let builder = Client::builder().credential(machine);
/// ```
#[derive(Clone)]
pub struct ManagedIdentity {
    host: IdentityHost,
    assigned: Option<UserAssigned>,
}

/// Who hands out the tokens.
#[derive(Clone)]
pub(super) enum IdentityHost {
    Imds {
        base: String,
    },
    AppService {
        endpoint: String,
        header: SecretString,
    },
    Arc {
        endpoint: String,
        keys: PathBuf,
    },
}

/// Which of several identities that were assigned to a machine or an app.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserAssigned {
    /// By its client id.
    ClientId(String),
    /// By the object id of its service principal.
    ObjectId(String),
    /// By its resource id, `/subscriptions/…`.
    ResourceId(String),
}

impl ManagedIdentity {
    /// A virtual machine's, or a node's, by the metadata service at `169.254.169.254`.
    #[must_use]
    pub fn imds() -> Self {
        Self::imds_at(IMDS)
    }

    /// The same at another address, such as a proxy for pods: `https`, or `http` to loopback
    /// or a link-local address.
    #[must_use]
    pub fn imds_at(base_url: impl Into<String>) -> Self {
        let base = base_url.into();
        Self::of(IdentityHost::Imds { base })
    }

    /// An App Service's, a Function's or a Container App's: the values of `IDENTITY_ENDPOINT`
    /// and `IDENTITY_HEADER` in its environment.
    #[must_use]
    pub fn app_service(endpoint: impl Into<String>, header: impl Into<String>) -> Self {
        Self::of(IdentityHost::AppService {
            endpoint: endpoint.into(),
            header: SecretString::from(header.into()),
        })
    }

    /// A machine's outside of Azure that Azure Arc knows: the value of `IDENTITY_ENDPOINT`
    /// in its environment, for instance `http://localhost:40342/metadata/identity/oauth2/token`.
    ///
    /// The process must be allowed to read the agent's keys (on Linux: be of the group `himds`).
    #[must_use]
    pub fn arc(endpoint: impl Into<String>) -> Self {
        Self::arc_with_keys(endpoint, ARC_KEYS)
    }

    /// The same with the keys in another directory than where the agent keeps them by default.
    #[must_use]
    pub fn arc_with_keys(endpoint: impl Into<String>, keys: impl Into<PathBuf>) -> Self {
        Self::of(IdentityHost::Arc {
            endpoint: endpoint.into(),
            keys: keys.into(),
        })
    }

    /// What this process's environment says: `IDENTITY_ENDPOINT` with `IDENTITY_HEADER` is an
    /// App Service, with `IMDS_ENDPOINT` it is Arc, and without `IDENTITY_ENDPOINT` it is a
    /// virtual machine. No other variable is read: Service Fabric, Cloud Shell and Azure Machine
    /// Learning, which have words of their own, are not asked.
    ///
    /// # Errors
    ///
    /// [`MissingVariable`] if there is an `IDENTITY_ENDPOINT` and neither of the others, or if
    /// one of them is not text.
    pub fn from_env() -> Result<Self, MissingVariable> {
        Self::from_variables(std::env::var_os)
    }

    fn from_variables(
        value: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Self, MissingVariable> {
        let value = |name| {
            let value = value(name).filter(|value| !value.is_empty());
            let text = value.map(OsString::into_string).transpose();
            text.map_err(|_| MissingVariable(name))
        };
        let Some(endpoint) = value("IDENTITY_ENDPOINT")? else {
            return Ok(Self::imds());
        };
        match (value("IDENTITY_HEADER")?, value("IMDS_ENDPOINT")?) {
            (Some(header), _) => Ok(Self::app_service(endpoint, header)),
            (None, Some(_)) => Ok(Self::arc(endpoint)),
            (None, None) => Err(MissingVariable("IDENTITY_HEADER")),
        }
    }

    /// Chooses one of several user-assigned identities. Without it the system-assigned one
    /// answers, or the only one there is. Arc's machines have no choice.
    #[must_use]
    pub fn user_assigned(mut self, identity: UserAssigned) -> Self {
        self.assigned = Some(identity);
        self
    }

    const fn of(host: IdentityHost) -> Self {
        Self {
            host,
            assigned: None,
        }
    }
}

impl fmt::Debug for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentity")
            .field("host", &self.host)
            .field("assigned", &self.assigned)
            .finish()
    }
}

impl fmt::Debug for IdentityHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imds { base } => f.debug_tuple("Imds").field(base).finish(),
            Self::AppService { endpoint, .. } => {
                f.debug_tuple("AppService").field(endpoint).finish()
            }
            Self::Arc { endpoint, keys } => {
                f.debug_tuple("Arc").field(endpoint).field(keys).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn an_address_that_is_no_text_is_not_passed_over_for_another_identity() {
        use std::os::unix::ffi::OsStringExt as _;

        let broken = |name: &'static str| {
            (name == "IDENTITY_ENDPOINT").then(|| OsString::from_vec(b"http://\xff".to_vec()))
        };
        let error = ManagedIdentity::from_variables(broken).unwrap_err();
        assert_eq!(error.name(), "IDENTITY_ENDPOINT");
    }

    fn from(set: &[&'static str]) -> Result<String, MissingVariable> {
        let value =
            |name: &'static str| set.contains(&name).then(|| format!("canary {name}").into());
        let identity = ManagedIdentity::from_variables(value)?;
        Ok(format!("{identity:?}"))
    }

    #[test]
    fn the_environment_tells_the_hosts_apart_and_debug_shows_no_header() {
        assert!(from(&[]).unwrap().contains("169.254.169.254"));
        assert!(from(&["IDENTITY_HEADER"]).unwrap().contains("Imds"));
        let app = from(&["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]).unwrap();
        assert!(
            app.contains("AppService") && !app.contains("canary IDENTITY_HEADER"),
            "{app}"
        );
        assert!(
            from(&["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"])
                .unwrap()
                .contains("Arc")
        );
        let error = from(&["IDENTITY_ENDPOINT"]).unwrap_err();
        assert_eq!(error.name(), "IDENTITY_HEADER");
    }
}
