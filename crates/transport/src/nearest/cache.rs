//! What was measured, kept beyond the process that measured it.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::course::FRESH;
use super::{Candidate, Candidates, Fingerprint};

const VERSION: u32 = 1;
const MICROS_AT_MOST: u64 = 60_000_000;

/// A measurement as plain data, to be written anywhere and read back.
///
/// It holds no address but the candidates' own, and none of it is believed: an
/// origin that is not a candidate's, another network, another version or a time
/// outside the last 24 hours make it a cache miss, whoever wrote the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    version: u32,
    network: Fingerprint,
    /// In seconds since 1970.
    measured_at: u64,
    preferred: String,
    scores: Vec<RememberedScore>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RememberedScore {
    cloud: String,
    origin: String,
    /// Absent if it was not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    micros: Option<u64>,
}

/// What a cache hit says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Usable {
    pub(super) scores: Vec<Option<Duration>>,
    pub(super) preferred: usize,
    pub(super) age: Duration,
}

impl Remembered {
    pub(super) fn new(
        network: Fingerprint,
        measured_at: u64,
        candidates: &Candidates,
        preferred: usize,
        score: impl Fn(usize) -> Option<Duration>,
    ) -> Self {
        let micros = |score: Duration| u64::try_from(score.as_micros()).unwrap_or(u64::MAX);
        let scores = candidates
            .iter()
            .enumerate()
            .map(|(position, candidate)| RememberedScore {
                cloud: candidate.cloud().to_owned(),
                origin: candidate.endpoint().to_string(),
                micros: score(position).map(micros),
            });
        Self {
            version: VERSION,
            network,
            measured_at,
            preferred: candidates.at(preferred).endpoint().to_string(),
            scores: scores.collect(),
        }
    }

    /// What of it holds for these candidates in this network now, in seconds since 1970.
    pub(super) fn usable(
        &self,
        candidates: &Candidates,
        network: Fingerprint,
        now: u64,
    ) -> Option<Usable> {
        // A time in the future is a clock that was wrong, then or now.
        let age = Duration::from_secs(now.checked_sub(self.measured_at)?);
        if self.version != VERSION || self.network != network || age >= FRESH {
            return None;
        }
        let scores: Vec<_> = candidates
            .iter()
            .map(|candidate| self.score_of(candidate))
            .collect::<Option<_>>()?;
        let preferred = candidates
            .iter()
            .position(|candidate| candidate.endpoint().to_string() == self.preferred)?;
        scores.get(preferred).copied().flatten()?;
        Some(Usable {
            scores,
            preferred,
            age,
        })
    }

    /// Outer `None`: it was not among those measured.
    fn score_of(&self, candidate: &Candidate) -> Option<Option<Duration>> {
        let origin = candidate.endpoint().to_string();
        let known = self
            .scores
            .iter()
            .find(|score| score.origin == origin && score.cloud == candidate.cloud())?;
        let micros = known.micros.filter(|micros| *micros <= MICROS_AT_MOST);
        Some(micros.map(Duration::from_micros))
    }
}

/// Where a measurement is kept. Both calls are short and may fail silently: a
/// cache that cannot be read or written costs a measurement and nothing else.
pub trait NearestCache: Debug + Send + Sync + 'static {
    /// The last measurement, if there is one.
    fn load(&self) -> Option<Remembered>;

    /// Keeps this one instead.
    fn store(&self, measured: &Remembered);
}

impl<C: NearestCache + ?Sized> NearestCache for Arc<C> {
    fn load(&self) -> Option<Remembered> {
        (**self).load()
    }

    fn store(&self, measured: &Remembered) {
        (**self).store(measured);
    }
}

/// Keeps a measurement for as long as the process lives, for several
/// [`Nearest`](super::Nearest) one after the other.
#[derive(Debug, Default)]
pub struct MemoryCache(Mutex<Option<Remembered>>);

impl NearestCache for MemoryCache {
    fn load(&self) -> Option<Remembered> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn store(&self, measured: &Remembered) {
        let measured = Some(measured.clone());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = measured;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Fingerprint = Fingerprint::new(7);
    const NOW: u64 = 1_800_000_000;

    fn candidates(regions: &[&str]) -> Candidates {
        let candidate = |name: &&str| {
            let endpoint = format!("https://{name}.example").parse().unwrap();
            Candidate::new("commercial", *name, endpoint)
        };
        Candidates::new(candidate(&regions[0]), regions[1..].iter().map(candidate)).unwrap()
    }

    fn measured() -> Remembered {
        let score = |position| (position != 2).then(|| Duration::from_millis(90 - position as u64));
        Remembered::new(HERE, NOW, &candidates(&["a", "b", "c"]), 1, score)
    }

    #[test]
    fn what_is_written_is_read_even_in_another_order() {
        let text = serde_json::to_string(&measured()).unwrap();
        let read: Remembered = serde_json::from_str(&text).unwrap();
        let usable = read.usable(&candidates(&["c", "b", "a"]), HERE, NOW + 60);
        let expected = Usable {
            scores: vec![
                None,
                Some(Duration::from_millis(89)),
                Some(Duration::from_millis(90)),
            ],
            preferred: 1,
            age: Duration::from_secs(60),
        };
        assert_eq!(usable, Some(expected));
    }

    #[test]
    fn what_does_not_hold_here_and_now_is_a_miss() {
        let measured = measured();
        let known = candidates(&["a", "b", "c"]);
        assert!(measured.usable(&known, HERE, NOW).is_some());
        assert_eq!(measured.usable(&known, Fingerprint::new(8), NOW), None);
        assert_eq!(measured.usable(&known, HERE, NOW - 1), None);
        assert_eq!(measured.usable(&known, HERE, NOW + FRESH.as_secs()), None);
        assert_eq!(
            measured.usable(&candidates(&["a", "b", "d"]), HERE, NOW),
            None
        );
        assert_eq!(measured.usable(&candidates(&["a", "c"]), HERE, NOW), None);
        let newer = Remembered {
            version: 2,
            ..measured
        };
        assert_eq!(newer.usable(&known, HERE, NOW), None);
    }

    #[test]
    fn a_forged_file_brings_no_host_of_its_own() {
        let forged = r#"{"version":1,"network":"0000000000000007","measured_at":1800000000,
            "preferred":"https://evil.example/",
            "scores":[{"cloud":"commercial","origin":"https://evil.example/","micros":0}]}"#;
        let forged: Remembered = serde_json::from_str(forged).unwrap();
        assert_eq!(forged.usable(&candidates(&["a", "b"]), HERE, NOW), None);
    }
}
