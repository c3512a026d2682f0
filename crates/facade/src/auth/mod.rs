//! Who we are to the service: credentials, tokens, and where each may go.

mod access_token;
mod application;
#[cfg(feature = "azure-identity")]
mod azure_identity;
#[cfg(feature = "certificate")]
mod certificate;
mod claims;
#[cfg(feature = "certificate")]
mod client_certificate;
mod client_credentials;
mod client_secret;
mod credential;
mod device_code;
mod exchange;
mod expectation;
mod form;
mod managed_identity;
mod proof;
mod refusal;
mod sign_in;
mod source;
mod static_token;
mod token_error;
mod token_file;
mod tokens;
mod workload_identity;

pub use access_token::{AccessToken, MalformedToken};
pub(crate) use application::Application;
#[cfg(feature = "azure-identity")]
pub use azure_identity::AzureIdentity;
#[cfg(feature = "certificate")]
pub use certificate::{AssertionSignature, Certificate, CertificateError};
pub use claims::TokenClaims;
#[cfg(feature = "certificate")]
pub use client_certificate::ClientCertificate;
pub use client_secret::{ClientSecret, TokenEndpoint};
pub use credential::Credential;
pub(crate) use credential::Identity;
pub use device_code::{DeviceCode, DevicePrompt, RefreshToken, TokenCache, TokenCacheKey};
use exchange::Exchange;
pub(crate) use expectation::{Expectation, Party};
pub use expectation::{MissingPermission, Objection};
pub use managed_identity::{ManagedIdentity, ManagedIdentityError, UserAssigned};
pub use refusal::{Refusal, RefusalReason};
pub use source::{TokenRequest, TokenSource};
pub use static_token::StaticToken;
pub use token_error::TokenError;
pub(crate) use tokens::{Held, Tokens};
pub use workload_identity::{MissingVariable, WorkloadIdentity};
