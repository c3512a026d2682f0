//! How many connections an address has: one that takes them all would shut everyone else out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The most connections of an address when nothing else is said: a proxy or a network behind one address
/// has hundreds.
const MOST: usize = 1_000;

/// Counts connections by address.
#[derive(Clone, Debug)]
pub(super) struct Doors {
    /// None: [`MOST`], and from loopback any number, for that is this machine's own proxy.
    most: Option<usize>,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// An open connection, counted until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    address: IpAddr,
    doors: Doors,
}

impl Doors {
    pub(super) fn new(most: Option<usize>) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// Lets a connection in, unless its address has as many as it may.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Seat> {
        let address = network(address);
        let most = match self.most {
            Some(most) => most,
            None if address.is_loopback() => usize::MAX,
            None => MOST,
        };
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat {
            address,
            doors: self.clone(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.doors.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// Whoever has one address of an IPv6 network has all 2⁶⁴ of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let prefix = u128::from(address) >> 64 << 64;
            Ipv6Addr::from(prefix).into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn address_has_so_many_and_others_have_theirs() {
        let doors = Doors::new(Some(2));
        let seats = [
            doors.enter(ip("192.0.2.1")),
            doors.enter(ip("::ffff:192.0.2.1")),
        ];
        assert!(seats.iter().all(Option::is_some));
        assert!(doors.enter(ip("192.0.2.1")).is_none());
        let other = doors.enter(ip("192.0.2.2"));
        assert!(other.is_some());
        drop(seats);
        assert!(doors.enter(ip("192.0.2.1")).is_some());
        drop(other);
        assert!(doors.lock().is_empty());
    }

    #[test]
    fn network_of_ipv6_is_one_address() {
        let doors = Doors::new(Some(1));
        let _seat = doors.enter(ip("2001:db8::1")).unwrap();
        assert!(doors.enter(ip("2001:db8::ffff:1")).is_none());
        assert!(doors.enter(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn own_machine_is_not_counted_unless_a_number_is_given() {
        let seats = |doors: &Doors, address: &str| {
            let seats: Vec<_> = (0..=MOST).map(|_| doors.enter(ip(address))).collect();
            seats.iter().flatten().count()
        };
        assert_eq!(seats(&Doors::new(None), "127.0.0.1"), MOST + 1);
        assert_eq!(seats(&Doors::new(None), "::1"), MOST + 1);
        assert_eq!(seats(&Doors::new(None), "192.0.2.1"), MOST);
        assert_eq!(seats(&Doors::new(Some(3)), "127.0.0.1"), 3);
    }
}
