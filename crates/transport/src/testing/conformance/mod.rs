//! The promises of [`Transport`](crate::Transport), put to the test on loopback.
//!
//! Three lines in a test examine yours:
//!
//! ```
//! # #[cfg(feature = "hyper")] {
//! # use quell_transport::HyperTransport as MyTransport;
//! use quell_transport::testing::conformance;
//!
//! #[tokio::test]
//! async fn it_conforms() -> Result<(), conformance::Broken> {
//!     conformance::run(|options| MyTransport::new(options).unwrap()).await
//! }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(
//! #     conformance::run(|options| MyTransport::new(options).unwrap())).unwrap();
//! # }
//! ```
//!
//! A server on loopback does to it what networks do, and counts what arrives. It
//! speaks HTTP/1.1 in clear text, so the suite needs no certificate; what a transport does
//! in HTTP/2 and TLS is its own to test. The suite needs a tokio runtime with I/O and time
//! enabled, and takes a few seconds, which are spent waiting for timeouts. A case that does
//! not end is given up after a minute.
//!
//! A transport that leaves something out on purpose (a proxy, say) passes
//! [`run_without`] those cases and says so in its documentation. Each [`Case`] says what it
//! promises; by what they ask, they are
//!
//! | | cases |
//! | --- | --- |
//! | What was said arrives | `StatusPassesThrough` … `GzipIsDecoded` |
//! | The way is the one that was told | `ProxyUnused`, `TunnelDenied`, `TunnelCarriesTls`, `ProxyCredentials`, `TunnelTimeout` |
//! | Time and size have limits | `ConnectTimeout` … `BodyCap` |
//! | Proved not sent | `UnusableUri`, `ConnectionRefused`, `NameNotResolved`, `TlsHandshakeFailed`, and with the way and `ConnectTimeout` |
//! | Unknown | `ConnectionReset`, `AnswerCutOff`, `GzipBroken`, `AnswerGarbled` |
//! | At most one arrival | `KeptConnectionReset`, `KeptConnectionResetMeanwhile`, `KeptConnectionClosed`, `NothingIsRepeated`, `DroppedSendStops`, `SideBySide` |
//! | Nothing is told | `SecretsStayOut` |

mod arrival;
mod case;
mod delivery;
mod failure;
mod limits;
mod once;
mod probe;
mod server;
mod wire;

use std::fmt;
use std::time::Duration;

use tokio::time::timeout;

use crate::{SharedTransport, TransportOptions};

pub use case::Case;
use probe::Probe;

/// Twice as long as the longest time-out that a case sets.
const PATIENCE: Duration = Duration::from_secs(60);
const ENDLESS: &str = "no end after 60 s; are the time-outs of the options kept?";

/// Which promises a transport broke, and how.
#[derive(Clone, PartialEq, Eq)]
pub struct Broken {
    examined: usize,
    broken: Vec<(Case, String)>,
}

impl Broken {
    /// The cases that failed.
    pub fn cases(&self) -> impl Iterator<Item = Case> + '_ {
        self.broken.iter().map(|(case, _)| *case)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} promises are broken",
            self.broken.len(),
            self.examined
        )?;
        for (case, what) in &self.broken {
            write!(f, "\n  {case:?}: {what}")?;
        }
        Ok(())
    }
}

/// The same: a test that returns it shows its `Debug`, which is to be read by people.
impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Broken {}

/// Examines a transport in every [`Case`].
///
/// `make` builds one from the options that a case needs; it is called once for
/// each case or more often.
///
/// # Errors
///
/// With all promises that were broken.
pub async fn run<F, T>(make: F) -> Result<(), Broken>
where
    F: Fn(&TransportOptions) -> T + Send + Sync,
    T: Into<SharedTransport>,
{
    run_without(&[], make).await
}

/// Examines a transport in every [`Case`] but these, which stand in its
/// documentation as what it does not do.
///
/// # Errors
///
/// With all promises that were broken.
pub async fn run_without<F, T>(exceptions: &[Case], make: F) -> Result<(), Broken>
where
    F: Fn(&TransportOptions) -> T + Send + Sync,
    T: Into<SharedTransport>,
{
    let cases: Vec<Case> = Case::ALL
        .iter()
        .filter(|case| !exceptions.contains(case))
        .copied()
        .collect();
    run_only(&cases, make).await
}

/// Examines a transport in these cases alone, while one looks for what is wrong.
///
/// # Errors
///
/// With all promises that were broken.
pub async fn run_only<F, T>(cases: &[Case], make: F) -> Result<(), Broken>
where
    F: Fn(&TransportOptions) -> T + Send + Sync,
    T: Into<SharedTransport>,
{
    let make = |options: &TransportOptions| make(options).into();
    let probe = Probe::new(&make);
    let mut broken = Vec::new();
    for case in cases {
        match timeout(PATIENCE, case.examine(&probe)).await {
            Ok(Ok(())) => {}
            Ok(Err(violation)) => broken.push((*case, violation.0)),
            Err(_) => broken.push((*case, ENDLESS.to_owned())),
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Broken {
            examined: cases.len(),
            broken,
        })
    }
}
