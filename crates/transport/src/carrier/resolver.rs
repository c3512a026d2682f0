//! Names to addresses, with an error that can be told from all others.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The name has no address. The kept cause is the operating system's answer.
#[derive(Debug, thiserror::Error)]
#[error("the name was not resolved")]
pub(super) struct NotResolved(#[source] pub(super) io::Error);

/// The addresses of a name; their ports are the connector's to set.
///
/// `localhost` is loopback without asking anyone (RFC 6761 §6.3): plain http is
/// allowed to it, so no resolver may decide where it leads.
pub(super) async fn resolve(name: &str) -> Result<Vec<SocketAddr>, NotResolved> {
    if name.eq_ignore_ascii_case("localhost") {
        let loopback = [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::from(Ipv6Addr::LOCALHOST),
        ];
        return Ok(loopback.map(|address| SocketAddr::new(address, 0)).to_vec());
    }
    match tokio::net::lookup_host((name, 0)).await {
        Ok(addresses) => Ok(addresses.collect()),
        Err(error) => Err(NotResolved(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_is_loopback() {
        let addresses = resolve("LocalHost").await.unwrap();
        assert!(!addresses.is_empty());
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }
}
