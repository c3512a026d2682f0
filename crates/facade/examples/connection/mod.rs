//! Where the examples go: what `quell lab` prints for the environment, or Microsoft's service.
//!
//! ```text
//! export QUELL_BASE_URL=… QUELL_TENANT_ID=… QUELL_CLIENT_ID=… QUELL_CLIENT_SECRET=…   # a service of your own
//! export AZURE_TENANT_ID=… AZURE_CLIENT_ID=… AZURE_CLIENT_SECRET=…                    # Microsoft's
//! ```

use std::env;
use std::error::Error;

use quell::{Client, ClientBuilder, ClientSecret, Service};

/// A builder with a credential, for whatever else an example wants to set.
#[allow(dead_code, reason = "not every example connects")]
pub(crate) fn builder() -> Result<ClientBuilder, Box<dyn Error>> {
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let Ok(base_url) = env::var("QUELL_BASE_URL") else {
        let secret = ClientSecret::new(
            variable("AZURE_TENANT_ID")?,
            variable("AZURE_CLIENT_ID")?,
            variable("AZURE_CLIENT_SECRET")?,
        );
        return Ok(Client::builder().credential(secret));
    };
    let authority = env::var("QUELL_AUTHORITY").unwrap_or_else(|_| base_url.clone());
    let service = Service::custom(base_url, authority).client_secret(
        variable("QUELL_TENANT_ID")?,
        variable("QUELL_CLIENT_ID")?,
        variable("QUELL_CLIENT_SECRET")?,
    );
    Ok(Client::builder().service(service))
}

/// An error and its causes in one line.
#[allow(dead_code, reason = "not every example needs it")]
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[allow(clippy::print_stdout, reason = "an example is a program")]
pub(crate) fn show(line: &str) {
    println!("{line}");
}
