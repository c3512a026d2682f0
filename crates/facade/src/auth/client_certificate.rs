use super::proof::{ClientIdentity, Proof};
use super::{Application, Certificate, TokenEndpoint};

/// An application's certificate **for Microsoft's authorities**, and for no other.
///
/// The private key never leaves the process: for each token it signs a statement that is
/// valid for ten minutes and for that one token endpoint.
///
/// ```no_run
/// use quell::{Certificate, Client, ClientCertificate};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let certificate = Certificate::from_pem(std::fs::read("quell.pem")?)?;
/// let client = Client::builder()
///     .credential(ClientCertificate::new("contoso.example", "8f7a2a1c-…", certificate))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    application: Application,
    certificate: Certificate,
    endpoint: TokenEndpoint,
}

impl ClientCertificate {
    /// The certificate of an application (its client id) in a tenant (its id, or one of its domains).
    #[must_use]
    pub fn new(
        tenant: impl Into<String>,
        application: impl Into<String>,
        certificate: Certificate,
    ) -> Self {
        Self {
            application: Application::new(tenant, application),
            certificate,
            endpoint: TokenEndpoint::default(),
        }
    }

    /// Asks the other token endpoint; the default is [`TokenEndpoint::V2`].
    #[must_use]
    pub const fn token_endpoint(mut self, endpoint: TokenEndpoint) -> Self {
        self.endpoint = endpoint;
        self
    }
}

impl From<ClientCertificate> for ClientIdentity {
    fn from(credential: ClientCertificate) -> Self {
        Self {
            application: credential.application,
            endpoint: credential.endpoint,
            proof: Proof::Certificate(credential.certificate),
        }
    }
}
