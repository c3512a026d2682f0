//! The promises of [`Transport`](crate::Transport), put to the test on loopback.
//!
//! ```
//! # #[cfg(feature = "hyper")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use quell_transport::{HyperTransport, testing::conformance};
//!
//! conformance::run(|options| HyperTransport::new(options).expect("options of the suite")).await?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "hyper"))]
//! # fn main() {}
//! ```
//!
//! The suite needs a tokio runtime with I/O and time enabled and takes a few
//! seconds, which are spent waiting for timeouts.

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

use crate::{SharedTransport, TransportOptions};

pub use case::Case;
use probe::Probe;

/// Which promises a transport broke, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(Vec<(Case, String)>);

impl Broken {
    /// The cases that failed.
    pub fn cases(&self) -> impl Iterator<Item = Case> + '_ {
        self.0.iter().map(|(case, _)| *case)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} promises are broken",
            self.0.len(),
            Case::ALL.len()
        )?;
        for (case, what) in &self.0 {
            write!(f, "\n  {case:?}: {what}")?;
        }
        Ok(())
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
    let make = |options: &TransportOptions| make(options).into();
    let probe = Probe::new(&make);
    let mut broken = Vec::new();
    for case in Case::ALL.iter().filter(|case| !exceptions.contains(case)) {
        if let Err(violation) = case.examine(&probe).await {
            broken.push((*case, violation.0));
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Broken(broken))
    }
}
