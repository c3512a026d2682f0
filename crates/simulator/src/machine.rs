//! What a simulated machine says of itself.

use std::net::Ipv4Addr;

use quell_protocol::MachineFacts;

use crate::profile::Kind;

/// The facts of the machine of this index.
pub(crate) fn facts(kind: &Kind, dns_name: &str, index: usize) -> MachineFacts {
    MachineFacts {
        computer_dns_name: dns_name.to_owned(),
        os_platform: kind.os.clone(),
        version: kind.version.clone(),
        os_architecture: Some("64-bit".to_owned()),
        os_processor: Some("x64".to_owned()),
        ip_addresses: vec![address(index).to_string()],
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        degraded: kind.behavior.degraded(),
    }
}

/// Whether its paths look like Windows'.
pub(crate) fn is_windows(kind: &Kind) -> bool {
    kind.os.starts_with("Windows")
}

/// An address in 10.0.0.0/8, of this machine alone among sixteen millions.
fn address(index: usize) -> Ipv4Addr {
    let host = u32::try_from(index).unwrap_or(u32::MAX).wrapping_add(1) & 0x00ff_ffff;
    Ipv4Addr::from(0x0a00_0000 | host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_private_and_no_two_alike() {
        assert_eq!(address(0).to_string(), "10.0.0.1");
        assert_eq!(address(65_535).to_string(), "10.1.0.0");
        assert!((0..10_000).all(|index| address(index).is_private()));
    }
}
