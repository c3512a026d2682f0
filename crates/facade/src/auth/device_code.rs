//! A person signs in with a code on another device (RFC 8628).

mod authorization;
mod cache;
mod polling;
mod source;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use cache::{RefreshToken, TokenCache, TokenCacheKey};
pub(crate) use source::DeviceSource;

use super::Application;

/// A person, who signs in with a code in a browser of any device, **to Microsoft's authorities**.
///
/// The application must allow public client flows; the person's role and device groups then
/// decide what they may do. After the first sign-in tokens are renewed without the person, as
/// long as the process lives, or longer with a [cache](Self::cache).
///
/// Signing in takes minutes, and a call has a deadline: it fails, the sign-in goes on, and the
/// next call finds it done. To wait for it, call [`Client::sign_in`](crate::Client::sign_in)
/// first.
///
/// ```
/// use quell::{Client, DeviceCode};
///
/// let person = DeviceCode::new("contoso.example", "8f7a2a1c-…", |prompt| {
///     eprintln!("go to {} and enter {}", prompt.verification_uri(), prompt.user_code());
/// });
/// let builder = Client::builder().credential(person);
/// ```
#[derive(Clone)]
pub struct DeviceCode {
    application: Application,
    prompt: Prompt,
    cache: Option<Arc<dyn TokenCache>>,
}

type Prompt = Arc<dyn Fn(&DevicePrompt) + Send + Sync>;

/// What the person is told. All of it is the authority's, on one line each.
#[derive(Clone, PartialEq, Eq)]
pub struct DevicePrompt {
    user_code: String,
    verification_uri: String,
    message: String,
    expires_in: Duration,
}

impl DeviceCode {
    /// An application (its client id) in a tenant (its id, one of its domains, or
    /// `organizations`), and how the person is told where to go.
    ///
    /// The prompt is called from the task that asks for the token; it must not block.
    #[must_use]
    pub fn new(
        tenant: impl Into<String>,
        application: impl Into<String>,
        prompt: impl Fn(&DevicePrompt) + Send + Sync + 'static,
    ) -> Self {
        Self {
            application: Application::new(tenant, application),
            prompt: Arc::new(prompt),
            cache: None,
        }
    }

    /// Keeps the refresh token where a later process finds it.
    #[must_use]
    pub fn cache(mut self, cache: impl TokenCache) -> Self {
        self.cache = Some(Arc::new(cache));
        self
    }

    pub(super) fn tenant(&self) -> &str {
        self.application.tenant()
    }
}

impl DevicePrompt {
    /// The code to enter. It is no secret of ours, but whoever knows it can have somebody
    /// sign in for this process: show it to the person alone.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where to enter it.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// Both in a sentence in the tenant's language; empty if the authority has none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How long the code is valid.
    #[must_use]
    pub const fn expires_in(&self) -> Duration {
        self.expires_in
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("application", &self.application)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DevicePrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevicePrompt")
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
