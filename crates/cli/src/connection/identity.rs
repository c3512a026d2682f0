//! Who we are, and the SDK's credential for it.

use std::path::PathBuf;

use quell::{
    Certificate, ClientCertificate, ClientSecret, Credential, DeviceCode, ManagedIdentity, Service,
    StaticToken, TokenClaims, UserAssigned, WorkloadIdentity,
};
use quell_terminal::Failure;
use secrecy::{ExposeSecret as _, SecretString};

use super::files;
use super::given::SecretGiven;
use super::sign_in::{self, SignIns};
use super::told::Told;

/// Who we are, all of one source.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// An application that proves itself.
    Application {
        tenant: Told<String>,
        client: Told<String>,
        proof: Proof,
    },
    /// A person, who signs in.
    Person {
        tenant: Told<String>,
        client: Told<String>,
        remembers: bool,
    },
    /// What Azure gives this machine; the client is one of several that were assigned.
    Managed { client: Option<Told<String>> },
    /// Whoever got the token.
    Token {
        file: Told<PathBuf>,
        tenant: Option<Told<String>>,
        client: Option<Told<String>>,
    },
}

/// What proves an application.
#[derive(Debug, Clone)]
pub(crate) enum Proof {
    Secret(Told<SecretGiven>),
    Certificate {
        file: Told<PathBuf>,
        sends_chain: bool,
    },
    /// The file in which a platform keeps its token.
    Workload(Told<PathBuf>),
}

/// Whose calls are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) tenant: String,
    pub(crate) application: String,
}

impl Identity {
    /// The credential for Microsoft's service.
    pub(crate) fn for_microsoft(&self, sign_ins: SignIns) -> Result<Credential, Failure> {
        Ok(match self {
            Self::Application {
                tenant,
                client,
                proof,
            } => {
                let (tenant, client) = (&tenant.value, &client.value);
                match proof {
                    Proof::Secret(given) => {
                        ClientSecret::new(tenant, client, secret(given)?.expose_secret()).into()
                    }
                    Proof::Certificate { file, sends_chain } => {
                        let certificate = certificate(&file.value, *sends_chain)?;
                        ClientCertificate::new(tenant, client, certificate).into()
                    }
                    Proof::Workload(file) => {
                        WorkloadIdentity::new(tenant, client, &file.value).into()
                    }
                }
            }
            Self::Person {
                tenant,
                client,
                remembers,
            } => {
                let person = DeviceCode::new(&tenant.value, &client.value, sign_in::prompt);
                if *remembers {
                    person.cache(sign_ins).into()
                } else {
                    person.into()
                }
            }
            Self::Managed { client } => managed(client.as_ref())?.into(),
            Self::Token { file, .. } => token(&file.value)?.0.into(),
        })
    }

    /// The same for a service of one's own.
    pub(crate) fn for_own(&self, service: Service) -> Result<Service, Failure> {
        Ok(match self {
            Self::Application {
                tenant,
                client,
                proof,
            } => {
                let (tenant, client) = (&tenant.value, &client.value);
                match proof {
                    Proof::Secret(given) => {
                        service.client_secret(tenant, client, secret(given)?.expose_secret())
                    }
                    Proof::Certificate { file, sends_chain } => {
                        let certificate = certificate(&file.value, *sends_chain)?;
                        service.client_certificate(tenant, client, certificate)
                    }
                    Proof::Workload(file) => {
                        service.federated_token_file(tenant, client, &file.value)
                    }
                }
            }
            Self::Person {
                remembers: true, ..
            } => {
                let what = "a sign-in to a service of your own is not remembered";
                return Err(Failure::usage(what).next("leave --remember-sign-in out"));
            }
            Self::Person { tenant, client, .. } => {
                service.device_code(&tenant.value, &client.value, sign_in::prompt)
            }
            Self::Managed { client } => service.managed_identity(managed(client.as_ref())?),
            Self::Token { file, .. } => service.token_source(token(&file.value)?.0),
        })
    }

    /// Whose calls are counted together.
    pub(crate) fn holder(&self) -> Result<Holder, Failure> {
        let (tenant, application) = match self {
            Self::Application { tenant, client, .. } | Self::Person { tenant, client, .. } => {
                (tenant.value.clone(), client.value.clone())
            }
            Self::Managed { client } => {
                let assigned = client.as_ref().map(|told| told.value.clone());
                let application = assigned.unwrap_or_else(|| "system-assigned".to_owned());
                ("managed identity".to_owned(), application)
            }
            Self::Token {
                file,
                tenant,
                client,
            } => {
                let (_, claims) = token(&file.value)?;
                let given = |told: &Option<Told<String>>, claim: Option<&str>| {
                    let told = told.as_ref().map(|told| told.value.clone());
                    told.or_else(|| claim.map(str::to_owned))
                };
                let tenant = given(tenant, claims.as_ref().and_then(TokenClaims::tenant));
                let client = given(client, claims.as_ref().and_then(TokenClaims::application));
                tenant.zip(client).ok_or_else(unknown_holder)?
            }
        };
        // Ids of tenants and applications are the same in either case.
        Ok(Holder {
            tenant: tenant.to_lowercase(),
            application: application.to_lowercase(),
        })
    }

    /// In a sentence: `tenant …, client …`.
    pub(crate) fn sentence(&self) -> String {
        let or_unknown = |told: &Option<Told<String>>| {
            told.as_ref()
                .map_or_else(|| "of the token".to_owned(), |told| told.value.clone())
        };
        match self {
            Self::Application { tenant, client, .. } => {
                format!("tenant {}, client {}", tenant.value, client.value)
            }
            Self::Person { tenant, client, .. } => {
                format!("tenant {}, client {}, a person", tenant.value, client.value)
            }
            Self::Managed { client: None } => "this machine's managed identity".to_owned(),
            Self::Managed {
                client: Some(client),
            } => format!("managed identity {}", client.value),
            Self::Token { tenant, client, .. } => {
                format!(
                    "tenant {}, client {}",
                    or_unknown(tenant),
                    or_unknown(client)
                )
            }
        }
    }
}

fn secret(given: &Told<SecretGiven>) -> Result<SecretString, Failure> {
    match &given.value {
        SecretGiven::Text(secret) => Ok(secret.clone()),
        SecretGiven::File(file) => files::read_secret(file),
    }
}

fn certificate(file: &std::path::Path, sends_chain: bool) -> Result<Certificate, Failure> {
    let read = Certificate::from_pem(files::read_certificate(file)?);
    let certificate = read.map_err(|error| {
        let what = format!("the certificate file {} cannot be used", file.display());
        Failure::usage(what).because(&error)
    })?;
    Ok(if sends_chain {
        certificate.send_chain()
    } else {
        certificate
    })
}

fn managed(client: Option<&Told<String>>) -> Result<ManagedIdentity, Failure> {
    let identity = ManagedIdentity::from_env().map_err(|error| {
        Failure::usage("this machine's managed identity cannot be told").because(&error)
    })?;
    Ok(match client {
        Some(client) => identity.user_assigned(UserAssigned::ClientId(client.value.clone())),
        None => identity,
    })
}

fn token(file: &std::path::Path) -> Result<(StaticToken, Option<TokenClaims>), Failure> {
    let text = files::read_secret(file)?;
    let unusable = |error: quell::MalformedToken| {
        let what = format!("the token file {} cannot be used", file.display());
        Failure::usage(what).because(&error)
    };
    let token = StaticToken::new(text.expose_secret()).map_err(unusable)?;
    let access = quell::AccessToken::new(text.expose_secret()).map_err(unusable)?;
    Ok((token, TokenClaims::read(&access)))
}

fn unknown_holder() -> Failure {
    Failure::usage(
        "the token does not tell its tenant and application, for which calls are counted",
    )
    .next("give --tenant-id and --client-id too, or --state none")
}
