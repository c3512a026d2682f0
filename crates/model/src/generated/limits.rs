// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How often, how many, how long.

use crate::limit::{RateInfo, RateWindow};
use std::time::Duration;

/// every operation that quell speaks; both windows at once.
pub static STANDARD: RateInfo = RateInfo {
    name: "standard",
    windows: &[
        RateWindow {
            calls: 100u32,
            period: Duration::from_secs(60u64),
        },
        RateWindow {
            calls: 1500u32,
            period: Duration::from_secs(3600u64),
        },
    ],
};

/// Every rate.
pub static LIMITS: &[&RateInfo] = &[&STANDARD];

/// In entities: the most that one page of a collection holds, and the most that $top may ask.
pub const PAGE_SIZE: u32 = 10000u32;

/// In seconds: an action that its machine has not picked up after three days is not delivered any more; it ends as TimeOut.
pub const DELIVERY: Duration = Duration::from_secs(259200u64);

/// In seconds: how long an access token lives, as the issuer's expires_in says.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(3599u64);

/// In seconds: how long a fresh action may be missing from answers.
pub const VISIBILITY: Duration = Duration::from_secs(5u64);

/// In bytes: quell's own server takes no larger request body; Microsoft documents no figure.
pub const REQUEST_BODY: usize = 65536usize;
