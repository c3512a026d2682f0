//! Which network this is, as far as distances depend on it.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// More than any real file of routes or resolvers.
const MOST: u64 = 64 * 1024;

/// A network, told from others by its default route and its resolvers.
///
/// It is a digest: the addresses cannot be read from it by looking at it, though
/// who knows them can recognise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// A fingerprint of one's own making; equal numbers are equal networks.
    #[must_use]
    pub const fn new(digest: u64) -> Self {
        Self(digest)
    }

    /// Of the network that this machine is in now.
    ///
    /// Reads the system's tables (on Linux the routes in `/proc/net/route` and
    /// the resolvers in `/etc/resolv.conf`) and asks which of its own addresses
    /// would be the source towards the internet. Sends nothing.
    #[must_use]
    pub fn of_this_network() -> Self {
        let mut digest = Digest::new();
        for towards in [
            // For documentation, never assigned (RFC 5737, RFC 3849).
            SocketAddr::from(([192, 0, 2, 1], 443)),
            SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 443)),
        ] {
            digest.add(&source_towards(towards).map_or_else(String::new, |ip| ip.to_string()));
        }
        digest.add(&default_routes(&beginning_of("/proc/net/route")));
        digest.add(&resolvers(&beginning_of("/etc/resolv.conf")));
        Self(digest.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(de::Error::custom)
    }
}

/// FNV-1a: the same in every version of this crate, which the standard library's
/// hasher does not promise for itself.
struct Digest(u64);

impl Digest {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Connecting a UDP socket only asks the routing table.
fn source_towards(target: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = if target.is_ipv4() {
        ([0, 0, 0, 0], 0).into()
    } else {
        ([0_u16; 8], 0).into()
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn beginning_of(path: &str) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        // What cannot be read does not tell networks apart.
        let _unread = file.take(MOST).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Interface and gateway of the routes to everywhere; counters beside them change all the time.
fn default_routes(table: &str) -> String {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split_whitespace();
            let (interface, destination, gateway) =
                (columns.next()?, columns.next()?, columns.next()?);
            (destination == "00000000").then(|| format!("{interface} {gateway}\n"))
        })
        .collect()
}

fn resolvers(configuration: &str) -> String {
    configuration
        .lines()
        .filter(|line| line.trim_start().starts_with("nameserver"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\n\
        eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\neth0\t0002A8C0\t00000000\t0001\t0\t0\t100\n";

    #[test]
    fn only_what_leads_out_counts() {
        assert_eq!(default_routes(ROUTES), "eth0 0102A8C0\n");
        assert_eq!(default_routes(""), "");
        let configuration = "# by hand\nsearch corp.example\nnameserver 10.0.0.1\n";
        assert_eq!(resolvers(configuration), "nameserver 10.0.0.1");
    }

    #[test]
    fn a_network_is_itself() {
        assert_eq!(
            Fingerprint::of_this_network(),
            Fingerprint::of_this_network()
        );
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        let digest = |texts: &[&str]| {
            let mut digest = Digest::new();
            texts.iter().for_each(|text| digest.add(text));
            digest.0
        };
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
