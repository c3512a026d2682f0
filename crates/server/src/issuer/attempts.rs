//! What strangers may try, and how often: passwords and user codes.
//!
//! Every attempt counts, the good ones too, and for names that nobody has: so neither the answer nor
//! its time says who is known here.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use quell_ratelimit::{Keyed, Moment, QuotaError, Window};
use tokio::time::Instant;

use crate::core::TenantId;
use crate::secret::sha256;

const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);
/// The most names and addresses that are counted one by one.
const MAX_KEYS: usize = 50_000;

/// Too many attempts. It does not say of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Too many attempts. Try again in some minutes.")]
pub(super) struct TooMany;

/// The SHA-256 of a name in lower case: what strangers send as a name may be long.
type Name = [u8; 32];

/// Counts attempts.
#[derive(Debug)]
pub(super) struct Attempts {
    started: Instant,
    passwords_of_name_from_address: Keyed<(TenantId, Name, IpAddr)>,
    passwords_of_name: Keyed<(TenantId, Name)>,
    passwords_from_address: Keyed<IpAddr>,
    codes_from_address: Keyed<IpAddr>,
    codes: Keyed<()>,
}

impl Attempts {
    pub(super) fn new() -> Result<Self, QuotaError> {
        let per_five_minutes = |limit| Window::new(limit, FIVE_MINUTES);
        Ok(Self {
            started: Instant::now(),
            passwords_of_name_from_address: Keyed::new(per_five_minutes(10)?, MAX_KEYS),
            passwords_of_name: Keyed::new(per_five_minutes(50)?, MAX_KEYS),
            passwords_from_address: Keyed::new(per_five_minutes(100)?, MAX_KEYS),
            codes_from_address: Keyed::new(per_five_minutes(30)?, MAX_KEYS),
            // 20^8 codes, each good for a quarter of an hour: whoever has every address there is
            // tries 3,000 in that time, and hits one of a thousand that wait once in 8,000 tries.
            codes: Keyed::new(per_five_minutes(1000)?, 1),
        })
    }

    /// Counts a password.
    pub(super) fn password(
        &self,
        tenant: TenantId,
        name: &str,
        from: IpAddr,
    ) -> Result<(), TooMany> {
        let (now, from) = (self.now(), neighborhood(from));
        let name = sha256(name.to_lowercase().as_bytes());
        let both = (tenant, name, from);
        let passed = self.passwords_from_address.check(&from, now).is_ok()
            && self
                .passwords_of_name_from_address
                .check(&both, now)
                .is_ok()
            && self.passwords_of_name.check(&(tenant, name), now).is_ok();
        passed.then_some(()).ok_or(TooMany)
    }

    /// Counts a user code.
    pub(super) fn user_code(&self, from: IpAddr) -> Result<(), TooMany> {
        let now = self.now();
        let passed = self
            .codes_from_address
            .check(&neighborhood(from), now)
            .is_ok()
            && self.codes.check(&(), now).is_ok();
        passed.then_some(()).ok_or(TooMany)
    }

    fn now(&self) -> Moment {
        Moment::after_epoch(self.started.elapsed())
    }
}

/// Whoever has one address of IPv6 has the 2^64 beside it.
pub(super) fn neighborhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn name_is_tried_so_often_from_one_place_and_from_all() {
        let attempts = Attempts::new().unwrap();
        let tenant = TenantId::fresh();
        let one = address("192.0.2.1");
        for _ in 0..10 {
            attempts.password(tenant, "ana", one).unwrap();
        }
        assert_eq!(attempts.password(tenant, "ANA", one), Err(TooMany));
        attempts.password(tenant, "bea", one).unwrap();
        for last in 2..42_u8 {
            let from = IpAddr::from([192, 0, 2, last]);
            attempts.password(tenant, "ana", from).unwrap();
        }
        let fresh = address("198.51.100.1");
        assert_eq!(attempts.password(tenant, "ana", fresh), Err(TooMany));
        tokio::time::advance(FIVE_MINUTES).await;
        attempts.password(tenant, "ana", fresh).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn network_of_one_subscriber_is_one_place() {
        let attempts = Attempts::new().unwrap();
        for last in 0..30 {
            attempts
                .user_code(address(&format!("2001:db8::{last}")))
                .unwrap();
        }
        assert_eq!(attempts.user_code(address("2001:db8::ffff")), Err(TooMany));
        attempts.user_code(address("2001:db8:0:1::1")).unwrap();
        attempts.user_code(address("::ffff:192.0.2.1")).unwrap();
    }
}
