//! Entra's numbers for its reasons, and what a person does about each.
//!
//! Source: Microsoft's list of `AADSTS` error codes, and answers that were reported in public;
//! `docs/api/SOURCES.md` says which.

/// Why Entra refused, of the reasons for which there is something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalReason {
    /// 7000215: the secret is wrong.
    WrongSecret,
    /// 7000222: the secret has expired.
    ExpiredSecret,
    /// 700016, 7000229: the tenant does not know the application.
    UnknownApplication,
    /// 7000112: the application is disabled.
    DisabledApplication,
    /// 7000218: the application must prove itself, and was asked to sign a person in without proof.
    PublicClientNotAllowed,
    /// 90002, 900023: there is no such tenant.
    UnknownTenant,
    /// 700027: the assertion's signature or certificate is not the application's.
    CertificateNotAccepted,
    /// 700024: the assertion is not valid at this time.
    AssertionNotTimely,
    /// 70021, 700211, 700212, 700213: no federated credential matches the token of the workload.
    FederationMismatch,
    /// 50027: the assertion cannot be read.
    MalformedAssertion,
    /// 5002738: the assertion is signed in a way that Entra does not take, by an elliptic curve.
    UnsupportedAlgorithm,
    /// 500011: the tenant does not know the resource.
    UnknownResource,
    /// 70011, 1002012: the scope is not of the form that is needed.
    InvalidScope,
    /// 65001: nobody has consented to the permissions.
    ConsentMissing,
    /// 50105: the person is not assigned to the application.
    NotAssigned,
    /// 50076, 50079, 50074, 50158: the person must prove more.
    MoreProofNeeded,
    /// 53000 to 53003, 530032: conditional access does not let this through.
    ConditionalAccess,
    /// 50034, 50057: the account does not exist or is disabled.
    UnusableAccount,
    /// 700082, 70008, 70043, 50173: the sign-in is over.
    SignInExpired,
    /// The machine or app has no such managed identity.
    NoSuchIdentity,
}

impl RefusalReason {
    pub(super) const fn of(number: i64) -> Option<Self> {
        Some(match number {
            7_000_215 => Self::WrongSecret,
            7_000_222 => Self::ExpiredSecret,
            700_016 | 7_000_229 => Self::UnknownApplication,
            7_000_112 => Self::DisabledApplication,
            7_000_218 => Self::PublicClientNotAllowed,
            90_002 | 900_023 => Self::UnknownTenant,
            700_027 => Self::CertificateNotAccepted,
            700_024 => Self::AssertionNotTimely,
            70_021 | 700_211 | 700_212 | 700_213 => Self::FederationMismatch,
            50_027 => Self::MalformedAssertion,
            5_002_738 => Self::UnsupportedAlgorithm,
            500_011 => Self::UnknownResource,
            70_011 | 1_002_012 => Self::InvalidScope,
            65_001 => Self::ConsentMissing,
            50_105 => Self::NotAssigned,
            50_074 | 50_076 | 50_079 | 50_158 => Self::MoreProofNeeded,
            53_000..=53_003 | 530_032 => Self::ConditionalAccess,
            50_034 | 50_057 => Self::UnusableAccount,
            70_008 | 70_043 | 50_173 | 700_082 => Self::SignInExpired,
            _ => return None,
        })
    }

    /// What a person does about it.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::WrongSecret => {
                "give the value of the application's secret, not the id that stands beside it"
            }
            Self::ExpiredSecret => "make a new secret for the application",
            Self::UnknownApplication => {
                "check the application's client id, and that the application has been consented to \
                 in this tenant"
            }
            Self::DisabledApplication => "let an administrator enable the application",
            Self::PublicClientNotAllowed => {
                "allow public client flows in the application's registration"
            }
            Self::UnknownTenant => "check the tenant's id or domain name, and the cloud",
            Self::CertificateNotAccepted => {
                "upload this certificate to the application, and check that it has not expired"
            }
            Self::AssertionNotTimely => {
                "check this machine's clock, and that a workload's token is still renewed"
            }
            Self::FederationMismatch => {
                "compare issuer, subject and audience of the workload's token with the \
                 application's federated credential"
            }
            Self::MalformedAssertion => {
                "check that the file holds the workload's token and no more"
            }
            Self::UnsupportedAlgorithm => {
                "let the workload's platform sign its tokens by RSA (RS256, PS256)"
            }
            Self::UnknownResource => {
                "check that the tenant has Defender for Endpoint, and the cloud"
            }
            Self::InvalidScope => "check the audience",
            Self::ConsentMissing => {
                "let an administrator grant the application its permissions in this tenant"
            }
            Self::NotAssigned => "let an administrator assign the person to the application",
            Self::MoreProofNeeded => "sign in again with a second factor",
            Self::ConditionalAccess => {
                "ask an administrator which conditional access policy stops this sign-in"
            }
            Self::UnusableAccount => "check the account",
            Self::SignInExpired => "sign in again",
            Self::NoSuchIdentity => {
                "assign a managed identity to this machine or app, or check the id of the \
                 user-assigned one"
            }
        }
    }
}
