// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How often, how many, how long.

use crate::limit::{RateInfo, RateWindow};
use std::time::Duration;

/// every operation without a rate of its own; both windows at once.
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
    concurrent: None,
};

/// asking where an investigation package is; both windows at once.
pub static PACKAGE_URI: RateInfo = RateInfo {
    name: "package-uri",
    windows: &[
        RateWindow {
            calls: 2u32,
            period: Duration::from_secs(60u64),
        },
        RateWindow {
            calls: 120u32,
            period: Duration::from_secs(3600u64),
        },
    ],
    concurrent: None,
};

/// starting a live response.
pub static LIVE_RESPONSE: RateInfo = RateInfo {
    name: "live-response",
    windows: &[RateWindow {
        calls: 10u32,
        period: Duration::from_secs(60u64),
    }],
    concurrent: Some(25u32),
};

/// Every rate.
pub static LIMITS: &[&RateInfo] = &[&STANDARD, &PACKAGE_URI, &LIVE_RESPONSE];

/// In entities: the most that one page of a collection holds, and the most that $top may ask.
pub const PAGE_SIZE: u32 = 10000u32;

/// In seconds: an action that its machine has not picked up after three days is not delivered any more; it ends as TimeOut.
pub const DELIVERY: Duration = Duration::from_secs(259200u64);

/// In hours: how far back the statistics of a file reach at most, and without being asked.
pub const LOOK_BACK: u16 = 720u16;

/// In entities: the most indicators that a tenant can have.
pub const INDICATORS: u32 = 15000u32;

/// In seconds: how long a script of a live response may run.
pub const LIVE_RESPONSE_SCRIPT: Duration = Duration::from_secs(600u64);

/// In seconds: how long the address of a live response's result works; asking again gives a new one.
pub const LIVE_RESPONSE_LINK: Duration = Duration::from_secs(1800u64);

/// In seconds: how long an access token lives, as the issuer's expires_in says.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(3599u64);

/// In seconds: how long a fresh action may be missing from answers.
pub const VISIBILITY: Duration = Duration::from_secs(5u64);

/// In bytes: quell's own server takes no larger request body; Microsoft documents no figure.
pub const REQUEST_BODY: usize = 65536usize;
