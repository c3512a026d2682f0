//! What the machine says of itself. What it cannot find out it leaves out.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};

use quell_protocol::MachineFacts;

/// The facts as they are now; `degraded` names protections that are off, in words.
#[must_use]
pub fn machine_facts(degraded: Vec<String>) -> MachineFacts {
    let system = rustix::system::uname();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let platform = release_field(&release, "NAME").unwrap_or_else(|| "Linux".to_owned());
    MachineFacts {
        computer_dns_name: system.nodename().to_string_lossy().into_owned(),
        os_platform: platform,
        version: release_field(&release, "VERSION_ID"),
        os_architecture: Some(format!("{}-bit", usize::BITS)),
        os_processor: Some(processor(&system.machine().to_string_lossy()).to_owned()),
        ip_addresses: addresses(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        degraded,
    }
}

/// One field of os-release(5).
fn release_field(release: &str, name: &str) -> Option<String> {
    let value = release
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    let value = value.trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// The API's word for the processor; the kernel's where it has none.
fn processor(machine: &str) -> &str {
    match machine {
        "x86_64" => "x64",
        "i386" | "i486" | "i586" | "i686" => "x86",
        "aarch64" => "arm64",
        other => other,
    }
}

fn addresses() -> Vec<String> {
    let trie = fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let table = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let mut addresses: Vec<String> = ipv4(&trie)
        .map(|address| address.to_string())
        .chain(ipv6(&table).map(|address| address.to_string()))
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// The machine's own addresses in the routing table: a line `|-- address`, then `/32 host LOCAL`.
fn ipv4(trie: &str) -> impl Iterator<Item = Ipv4Addr> {
    trie.lines()
        .zip(trie.lines().skip(1))
        .filter_map(|(address, kind)| {
            let address: Ipv4Addr = address.trim().strip_prefix("|-- ")?.parse().ok()?;
            let is_own = kind.trim() == "/32 host LOCAL";
            (is_own && !address.is_loopback()).then_some(address)
        })
}

/// The addresses of the interfaces: 32 hexadecimal digits at the beginning of each line.
fn ipv6(table: &str) -> impl Iterator<Item = Ipv6Addr> {
    table.lines().filter_map(|line| {
        let digits = line.split_ascii_whitespace().next()?;
        let address = Ipv6Addr::from(u128::from_str_radix(digits, 16).ok()?);
        (!address.is_loopback()).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_is_read_with_and_without_quotes() {
        let release = "PRETTY_NAME=\"Debian 12\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\nID=debian\nX=\n";
        assert_eq!(
            release_field(release, "NAME").as_deref(),
            Some("Debian GNU/Linux")
        );
        assert_eq!(release_field(release, "VERSION_ID").as_deref(), Some("12"));
        assert_eq!(release_field(release, "ID").as_deref(), Some("debian"));
        assert_eq!(release_field(release, "X"), None);
    }

    #[test]
    fn own_addresses_are_read_and_loopback_and_networks_are_not() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.0\n        /24 link UNICAST\n     |-- 10.0.0.7\n        /32 host LOCAL\n     |-- 127.0.0.1\n        /32 host LOCAL\n";
        assert_eq!(ipv4(trie).collect::<Vec<_>>(), [Ipv4Addr::new(10, 0, 0, 7)]);
        let table = "00000000000000000000000000000001 01 80 10 80       lo\nfe800000000000000000000000000007 02 40 20 80     eth0\nx\n";
        assert_eq!(
            ipv6(table).collect::<Vec<_>>(),
            ["fe80::7".parse::<Ipv6Addr>().unwrap()]
        );
    }

    #[test]
    fn this_machine_says_something_of_itself() {
        let facts = machine_facts(vec!["no root".to_owned()]);
        assert!(!facts.computer_dns_name.is_empty() && !facts.os_platform.is_empty());
        assert_eq!(facts.degraded, ["no root"]);
    }
}
