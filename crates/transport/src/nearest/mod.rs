//! The nearest of several endpoints, and another one when it fails (feature `nearest`).
//!
//! A service that answers at several hosts is best asked at the near one. What is
//! measured is three connects (TCP and TLS; no request, no token, so that nothing
//! counts against a quota or is logged against a tenant); the score is the shortest.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use quell_transport::TransportOptions;
//! use quell_transport::nearest::{Candidate, Candidates, Nearest, TlsNetwork};
//!
//! let region = |name: &str, host: &str| -> Result<_, quell_transport::EndpointError> {
//!     Ok(Candidate::new("commercial", name, host.parse()?))
//! };
//! let candidates = Candidates::new(
//!     region("global", "https://api.securitycenter.microsoft.com")?,
//!     [
//!         region("us", "https://api-us.securitycenter.microsoft.com")?,
//!         region("eu", "https://api-eu.securitycenter.microsoft.com")?,
//!     ],
//! )?;
//! let network = TlsNetwork::new(&TransportOptions::default())?;
//! let nearest = Nearest::new(candidates, network);
//!
//! let choice = nearest.choose().await;
//! // … send to `choice.endpoint()`, and tell how it went:
//! # let result = Err(quell_transport::TransportError::new(quell_transport::TransportErrorKind::Connect));
//! # let took = std::time::Duration::ZERO;
//! nearest.report(&choice, &result, took);
//! # Ok(())
//! # }
//! ```
//!
//! # The rules
//!
//! 1. The first candidate is home. It is used until something else is known.
//! 2. The first call waits for the first measurement, but for no more than 500 ms.
//! 3. A measurement holds for 24 hours in the network in which it was made, and
//!    survives the process in a [`NearestCache`]. It is renewed in the background.
//! 4. Once chosen, an endpoint is left for a nearer one only if that is nearer by
//!    20%, and at least by 15 ms, in two probes ten minutes apart. Calls that become
//!    slower are a reason to probe, never to move.
//! 5. It is left for the next best after three calls in a row, within 30 seconds, that
//!    met no connection, no TLS, or a 503. Not after a 429 or any other answer, nor
//!    for a call that takes long. It is used again after two good probes ten minutes apart.
//! 6. A region that someone named ([`Candidates::only`]) is never left. Candidates are
//!    of one cloud.
//!
//! A move concerns the next call. A POST whose outcome is unknown is not to be
//! repeated at another endpoint before it is known what became of it.

mod cache;
mod candidate;
mod choice;
mod course;
mod fingerprint;
mod measure;
mod network;
mod table;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use crate::TransportError;
pub use cache::{MemoryCache, NearestCache, Remembered};
pub use candidate::{Candidate, Candidates, CandidatesError};
pub use choice::{Choice, Met, Why};
use course::Course;
pub use fingerprint::Fingerprint;
pub use measure::Connects;
use network::SharedNetwork;
pub use network::{Network, TlsNetwork};
pub use table::{Row, Table, probe};

/// The longest that a call waits because nothing was measured yet.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Chooses among [`Candidates`], see the [module](self).
///
/// Needs a tokio runtime with I/O and time enabled to measure; without one it stays where it is. Clones share
/// what is known. When the last is dropped, a measurement that runs is ended.
#[derive(Clone, Debug)]
pub struct Nearest(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    candidates: Candidates,
    network: SharedNetwork,
    cache: Option<Arc<dyn NearestCache>>,
    known: Mutex<Known>,
    /// Whether the first measurement is over.
    settled: watch::Sender<bool>,
}

#[derive(Debug)]
struct Known {
    course: Course,
    fingerprint: Fingerprint,
    probing: Option<AbortHandle>,
    first_wait_ends: Option<Instant>,
}

impl Nearest {
    /// Chooses among these, and remembers for as long as it lives.
    #[must_use]
    pub fn new(candidates: Candidates, network: impl Network) -> Self {
        Self::start(candidates, Arc::new(network), None)
    }

    /// Chooses among these, and remembers in this cache, which is read now.
    #[must_use]
    pub fn remembering(
        candidates: Candidates,
        network: impl Network,
        cache: Arc<dyn NearestCache>,
    ) -> Self {
        Self::start(candidates, Arc::new(network), Some(cache))
    }

    fn start(
        candidates: Candidates,
        network: SharedNetwork,
        cache: Option<Arc<dyn NearestCache>>,
    ) -> Self {
        let now = Instant::now().into_std();
        let fingerprint = network.fingerprint();
        let remembered = cache.as_ref().and_then(|cache| cache.load());
        let usable =
            remembered.and_then(|known| known.usable(&candidates, fingerprint, unix_time()));
        let course = match usable {
            Some(usable) => Course::resume(usable.scores, usable.preferred, usable.age, now),
            None => Course::new(candidates.len(), now),
        };
        let settled = watch::Sender::new(course.is_measured());
        Self(Arc::new(Inner {
            candidates,
            network,
            cache,
            known: Mutex::new(Known {
                course,
                fingerprint,
                probing: None,
                first_wait_ends: None,
            }),
            settled,
        }))
    }

    /// The endpoint for the next call.
    ///
    /// Returns at once, but for the time before the first measurement is over, when
    /// it waits for no more than 500 ms in all. May be dropped at any time.
    pub async fn choose(&self) -> Choice {
        self.look_around();
        let wait = self.0.known().first_wait_ends;
        self.settled_by(wait).await
    }

    /// The same for a program too short to learn later what it does not wait for: waits this long
    /// at most for the first measurement, and not at all once there is one.
    pub async fn choose_within(&self, wait: Duration) -> Choice {
        self.look_around();
        self.settled_by(Instant::now().checked_add(wait)).await
    }

    async fn settled_by(&self, end: Option<Instant>) -> Choice {
        // A measurement may have been begun by another thread, in a runtime that this one is not in.
        if let (Some(end), Ok(_runtime)) = (end, Handle::try_current()) {
            let mut settled = self.0.settled.subscribe();
            // Whether it is over or takes too long: what is known now decides.
            let _over = timeout_at(end, settled.wait_for(|settled| *settled)).await;
        }
        self.now()
    }

    /// The endpoint that [`choose`](Self::choose) would answer, without waiting or measuring.
    #[must_use]
    pub fn now(&self) -> Choice {
        let known = self.0.known();
        let position = known.course.using();
        Choice {
            candidate: self.0.candidates.at(position).clone(),
            position,
            why: known.course.why(),
        }
    }

    /// Tells how a call to the chosen endpoint went, and how long it took.
    pub fn report(
        &self,
        choice: &Choice,
        result: &Result<Response<Bytes>, TransportError>,
        took: Duration,
    ) {
        let sign = match result {
            Ok(answer) => Met::Answer(answer.status()),
            Err(error) => Met::Failure(error.kind()),
        };
        self.report_met(choice, sign, took);
    }

    /// The same for whoever has kept no more than the status or the kind of the failure.
    pub fn report_met(&self, choice: &Choice, met: Met, took: Duration) {
        let now = Instant::now().into_std();
        let sign = met.sign(took);
        self.0.known().course.report(now, choice.position, sign);
        self.look_around();
    }

    /// Starts a measurement in the background if one is due and none runs.
    fn look_around(&self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let mut known = self.0.known();
        let now = Instant::now();
        let due = known.course.due(now.into_std());
        let runs = known
            .probing
            .as_ref()
            .is_some_and(|task| !task.is_finished());
        if due.is_empty() || runs {
            return;
        }
        if !known.course.is_measured() {
            known.first_wait_ends.get_or_insert(now + FIRST_WAIT);
        }
        let task = runtime.spawn(look(Arc::downgrade(&self.0), due));
        known.probing = Some(task.abort_handle());
    }
}

/// One measurement. It holds nothing of the choice while it waits.
async fn look(choice: Weak<Inner>, due: Vec<usize>) {
    let Some((candidates, network)) = choice.upgrade().map(|inner| {
        (
            inner.candidates.clone(),
            SharedNetwork::clone(&inner.network),
        )
    }) else {
        return;
    };
    let fingerprint = network.fingerprint();
    let measured = measure::connect_to(&due, &candidates, &network).await;
    if let Some(inner) = choice.upgrade() {
        inner.take_in(&measured, fingerprint);
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_in(&self, measured: &[(usize, Connects)], fingerprint: Fingerprint) {
        let scores: Vec<_> = measured
            .iter()
            .map(|(position, connects)| (*position, connects.score()))
            .collect();
        let reached = scores.iter().any(|(_, score)| score.is_some());
        let keep = {
            let mut known = self.known();
            let elsewhere = known.fingerprint != fingerprint;
            let now = Instant::now().into_std();
            known.course.probed(now, &scores, elsewhere);
            if reached {
                // From a network that reaches nothing, nothing was learnt, not even that
                // what is known was measured in it.
                known.fingerprint = fingerprint;
            }
            (reached && known.course.is_measured()).then(|| {
                let course = &known.course;
                let score = |position| course.score(position);
                Remembered::new(
                    fingerprint,
                    unix_time(),
                    &self.candidates,
                    course.preferred(),
                    score,
                )
            })
        };
        let whole = scores.len() == self.candidates.len();
        if let (Some(cache), Some(keep), true) = (&self.cache, keep, whole) {
            cache.store(&keep);
        }
        // Last, so that whoever waited and ends at once has its measurement kept.
        self.settled.send_replace(true);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(task) = self.known().probing.take() {
            task.abort();
        }
    }
}

/// In seconds since 1970; a clock before that is a cache miss.
fn unix_time() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}
