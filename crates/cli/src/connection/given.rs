//! What one source says of who we are, and the identity that it makes.

use std::path::PathBuf;

use quell_terminal::Failure;
use secrecy::SecretString;

use super::flags::{CredentialKind, IdentityFlags};
use super::identity::{Identity, Proof};
use super::settings::Environment;
use super::told::Told;

/// A client secret, read only when it is needed.
#[derive(Debug, Clone)]
pub(crate) enum SecretGiven {
    /// The secret itself, from the environment.
    Text(SecretString),
    /// The file that holds it.
    File(PathBuf),
}

/// What one source says of who we are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) kind: Option<Told<CredentialKind>>,
    pub(crate) tenant_id: Option<Told<String>>,
    pub(crate) client_id: Option<Told<String>>,
    pub(crate) secret: Option<Told<SecretGiven>>,
    pub(crate) certificate: Option<Told<PathBuf>>,
    pub(crate) sends_chain: bool,
    pub(crate) federated_token: Option<Told<PathBuf>>,
    pub(crate) token: Option<Told<PathBuf>>,
    pub(crate) remembers: bool,
}

/// What a source calls what it gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) kind: &'static str,
    pub(crate) tenant_id: &'static str,
    pub(crate) client_id: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) certificate: &'static str,
    pub(crate) sends_chain: &'static str,
    pub(crate) federated_token: &'static str,
    pub(crate) token: &'static str,
}

/// On the command line.
pub(crate) const OPTIONS: Names = Names {
    kind: "--credential",
    tenant_id: "--tenant-id",
    client_id: "--client-id",
    secret: "--client-secret-file",
    certificate: "--client-certificate-file",
    sends_chain: "--send-certificate-chain",
    federated_token: "--federated-token-file",
    token: "--token-file",
};

/// In a profile.
pub(crate) const KEYS: Names = Names {
    kind: "credential",
    tenant_id: "tenant_id",
    client_id: "client_id",
    secret: "client_secret_file",
    certificate: "client_certificate_file",
    sends_chain: "send_certificate_chain",
    federated_token: "federated_token_file",
    token: "token_file",
};

/// In the environment, for a service of one's own.
pub(crate) const QUELL: Names = Names {
    kind: "QUELL_CREDENTIAL",
    tenant_id: "QUELL_TENANT_ID",
    client_id: "QUELL_CLIENT_ID",
    secret: "QUELL_CLIENT_SECRET",
    certificate: "QUELL_CLIENT_CERTIFICATE_PATH",
    sends_chain: "QUELL_CLIENT_SEND_CERTIFICATE_CHAIN",
    federated_token: "QUELL_FEDERATED_TOKEN_FILE",
    token: "QUELL_TOKEN_FILE",
};

/// In the environment, for Microsoft's service: the names that Azure's own SDKs have.
pub(crate) const AZURE: Names = Names {
    kind: "--credential",
    tenant_id: "AZURE_TENANT_ID",
    client_id: "AZURE_CLIENT_ID",
    secret: "AZURE_CLIENT_SECRET",
    certificate: "AZURE_CLIENT_CERTIFICATE_PATH",
    sends_chain: "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    federated_token: "AZURE_FEDERATED_TOKEN_FILE",
    token: "--token-file",
};

impl Given {
    /// What the command line says.
    pub(crate) fn by_flags(flags: &IdentityFlags) -> Self {
        let told = |value: &Option<String>, by| value.clone().map(|value| Told::new(value, by));
        let file = |value: &Option<PathBuf>, by| value.clone().map(|value| Told::new(value, by));
        Self {
            kind: flags.credential.map(|kind| Told::new(kind, OPTIONS.kind)),
            tenant_id: told(&flags.tenant_id, OPTIONS.tenant_id),
            client_id: told(&flags.client_id, OPTIONS.client_id),
            secret: file(&flags.client_secret_file, OPTIONS.secret)
                .map(|told| told.map(SecretGiven::File)),
            certificate: file(&flags.client_certificate_file, OPTIONS.certificate),
            sends_chain: flags.send_certificate_chain,
            federated_token: file(&flags.federated_token_file, OPTIONS.federated_token),
            token: file(&flags.token_file, OPTIONS.token),
            remembers: flags.remember_sign_in,
        }
    }

    /// What the environment says under these names.
    pub(crate) fn by_environment(
        names: &Names,
        environment: Environment<'_>,
    ) -> Result<Self, Failure> {
        let told = |name: &'static str| environment(name).map(|value| Told::new(value, name));
        let file = |name| told(name).map(|told| told.map(PathBuf::from));
        let kind = match told(names.kind) {
            Some(told) => Some(told.try_map(|name| kind(&name))?),
            None => None,
        };
        let sends_chain = environment(names.sends_chain);
        Ok(Self {
            kind,
            tenant_id: told(names.tenant_id),
            client_id: told(names.client_id),
            secret: told(names.secret)
                .map(|told| told.map(|secret| SecretGiven::Text(secret.into()))),
            certificate: file(names.certificate),
            sends_chain: sends_chain.is_some_and(|value| matches!(value.as_str(), "1" | "true")),
            federated_token: file(names.federated_token),
            token: file(names.token),
            remembers: false,
        })
    }

    /// These options over that environment. A proof on the command line puts every proof of the
    /// environment aside: two are never mixed.
    pub(crate) fn over(self, environment: Self) -> Self {
        let tenant_id = self.tenant_id.clone().or(environment.tenant_id.clone());
        let client_id = self.client_id.clone().or(environment.client_id.clone());
        let proofs = if self.proofs().is_empty() {
            environment
        } else {
            self.clone()
        };
        Self {
            kind: self.kind,
            tenant_id,
            client_id,
            remembers: self.remembers,
            ..proofs
        }
    }

    /// The first option that is given, by its name.
    pub(crate) fn first(&self) -> Option<&str> {
        let told = [
            self.kind.as_ref().map(|told| &told.by),
            self.tenant_id.as_ref().map(|told| &told.by),
            self.client_id.as_ref().map(|told| &told.by),
            self.secret.as_ref().map(|told| &told.by),
            self.certificate.as_ref().map(|told| &told.by),
            self.federated_token.as_ref().map(|told| &told.by),
            self.token.as_ref().map(|told| &told.by),
        ];
        told.into_iter().flatten().map(String::as_str).next()
    }

    /// The kinds of proof that are given, in the order in which Azure's SDKs take them.
    fn proofs(&self) -> Vec<CredentialKind> {
        let given = [
            (self.secret.is_some(), CredentialKind::Secret),
            (self.certificate.is_some(), CredentialKind::Certificate),
            (self.federated_token.is_some(), CredentialKind::Workload),
            (self.token.is_some(), CredentialKind::TokenFile),
        ];
        let given = given.into_iter().filter(|(given, _)| *given);
        given.map(|(_, kind)| kind).collect()
    }

    /// The identity that this source describes; `names` are the source's, for what is missing.
    pub(crate) fn identity(self, names: &Names) -> Result<Identity, Failure> {
        let kind = self.kind(names)?;
        let (tenant, client, remembers) = (self.tenant_id, self.client_id, self.remembers);
        if remembers && kind != CredentialKind::DeviceCode {
            let what = "there is a sign-in to remember with the credential device-code only";
            return Err(Failure::usage(what));
        }
        let needed = |told: Option<Told<String>>, name| told.ok_or_else(|| missing(name, kind));
        let proof = match kind {
            CredentialKind::Managed => return Ok(Identity::Managed { client }),
            CredentialKind::TokenFile => {
                let file = self.token.ok_or_else(|| missing(names.token, kind))?;
                return Ok(Identity::Token {
                    file,
                    tenant,
                    client,
                });
            }
            CredentialKind::DeviceCode => {
                return Ok(Identity::Person {
                    tenant: needed(tenant, names.tenant_id)?,
                    client: needed(client, names.client_id)?,
                    remembers,
                });
            }
            CredentialKind::Secret => {
                Proof::Secret(self.secret.ok_or_else(|| missing(names.secret, kind))?)
            }
            CredentialKind::Certificate => Proof::Certificate {
                file: self
                    .certificate
                    .ok_or_else(|| missing(names.certificate, kind))?,
                sends_chain: self.sends_chain,
            },
            CredentialKind::Workload => Proof::Workload(
                self.federated_token
                    .ok_or_else(|| missing(names.federated_token, kind))?,
            ),
        };
        Ok(Identity::Application {
            tenant: needed(tenant, names.tenant_id)?,
            client: needed(client, names.client_id)?,
            proof,
        })
    }

    fn kind(&self, names: &Names) -> Result<CredentialKind, Failure> {
        if let Some(told) = &self.kind {
            return Ok(told.value);
        }
        let proofs = self.proofs();
        match proofs.as_slice() {
            // A secret is what most have: say what is missing of one.
            [] => Ok(CredentialKind::Secret),
            [only] => Ok(*only),
            // Azure's SDKs have an order, and whoever sets these variables sets them for those too.
            [first, ..] if names.secret == AZURE.secret => Ok(*first),
            several => {
                let kinds: Vec<_> = several.iter().map(|kind| kind.name()).collect();
                let what = format!("more than one credential is given: {}", kinds.join(", "));
                Err(Failure::usage(what).next(format!("say with {} which is meant", names.kind)))
            }
        }
    }
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Result<CredentialKind, Failure> {
    use clap::ValueEnum as _;
    CredentialKind::from_str(name, true).map_err(|_| {
        let known = CredentialKind::value_variants().iter();
        let known: Vec<_> = known.map(|kind| kind.name()).collect();
        Failure::usage("there is no kind of credential of this name")
            .next(format!("there are: {}", known.join(", ")))
    })
}

fn missing(name: &str, kind: CredentialKind) -> Failure {
    let failure = Failure::usage(format!(
        "{name} is not given, which the credential {} needs",
        kind.name()
    ));
    match kind {
        CredentialKind::Secret => failure.next(
            "service, application and secret come from one source; other credentials are chosen by --credential, \
             see docs/guide/cli.md",
        ),
        _ => failure.next("service and credential come from one source, see docs/guide/cli.md"),
    }
}
