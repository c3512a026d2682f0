//! How often tokens may be asked for: a guard against whoever guesses secrets, or asks for a token with each call.
//!
//! By client *and* address, so that a stranger who asks in a client's name keeps it from nothing; and by address, so
//! that he gains nothing by asking in many names.

use std::net::IpAddr;
use std::time::Duration;

use quell_ratelimit::{Keyed, Moment, TooFast, Window};
use tokio::time::Instant;

use super::attempts::neighborhood;

/// Requests a minute of one client at one address. A token lasts an hour.
const OF_CLIENT: u32 = 120;
/// Requests a minute of one address, behind which there may be many clients.
const OF_ADDRESS: u32 = 1_200;
/// The most clients and addresses that are told apart.
const MAX_KEYS: usize = 50_000;
/// As much of a client's id as tells it apart.
const MAX_ID: usize = 64;

/// The guard.
#[derive(Debug)]
pub(super) struct Guard {
    started: Instant,
    by_client: Keyed<(String, IpAddr)>,
    by_address: Keyed<IpAddr>,
}

impl Guard {
    /// None when a minute could not be counted, which it can.
    pub(super) fn new() -> Option<Self> {
        let minute = |calls| Window::new(calls, Duration::from_secs(60)).ok();
        Some(Self {
            started: Instant::now(),
            by_client: Keyed::new(minute(OF_CLIENT)?, MAX_KEYS),
            by_address: Keyed::new(minute(OF_ADDRESS)?, MAX_KEYS),
        })
    }

    /// Lets a request pass, or says in how many seconds it may come again.
    pub(super) fn check(&self, client_id: &str, address: IpAddr) -> Result<(), u64> {
        let now = Moment::after_epoch(self.started.elapsed());
        let address = neighborhood(address);
        let client = client_id.chars().take(MAX_ID).collect();
        self.by_address
            .check(&address, now)
            .and_then(|()| self.by_client.check(&(client, address), now))
            .map_err(|TooFast { retry_after }| retry_after.as_secs().saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn passing(guard: &Guard, client: impl Fn(u32) -> String, address: IpAddr) -> u32 {
        let passes = |index: &u32| guard.check(&client(*index), address).is_ok();
        (0..5_000).filter(passes).count().try_into().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn guessing_is_slowed_down_and_harms_nobody_elsewhere() {
        let guard = Guard::new().unwrap();
        assert_eq!(passing(&guard, |_| "robot".to_owned(), HERE), OF_CLIENT);
        let retry = guard.check("robot", HERE).unwrap_err();
        assert!((1..=2).contains(&retry), "{retry}");
        assert_eq!(guard.check("robot", THERE), Ok(()));
        tokio::time::advance(Duration::from_secs(retry)).await;
        assert_eq!(guard.check("robot", HERE), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn many_names_are_one_address() {
        let guard = Guard::new().unwrap();
        assert_eq!(passing(&guard, |index| index.to_string(), HERE), OF_ADDRESS);
        assert_eq!(guard.check("robot", THERE), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_of_one_subscriber_are_one() {
        let guard = Guard::new().unwrap();
        let subscriber = 0x2001_0db8_u128 << 96;
        let passed = (0..u128::from(OF_CLIENT) + 1)
            .map(|host| IpAddr::from((subscriber | host).to_be_bytes()))
            .filter(|address| guard.check("robot", *address).is_ok());
        assert_eq!(passed.count(), usize::try_from(OF_CLIENT).unwrap());
    }
}
