//! Who we are to the service: credentials, tokens, and where each may go.

mod access_token;
mod client_secret;
mod credential;
mod grant;
mod source;
mod static_token;
mod token_error;
mod tokens;

pub use access_token::{AccessToken, MalformedToken};
pub use client_secret::{ClientSecret, TokenEndpoint};
pub use credential::Credential;
pub(crate) use credential::Identity;
pub(crate) use grant::Grant;
pub use source::{TokenRequest, TokenSource};
pub use static_token::StaticToken;
pub use token_error::TokenError;
pub(crate) use tokens::{Held, Tokens};
