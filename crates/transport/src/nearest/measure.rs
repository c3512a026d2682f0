//! What three connects say about an endpoint.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::{Candidates, SharedNetwork};
use crate::TransportErrorKind;

/// How often an endpoint is connected to for one measurement. The minimum of
/// three is blind to a stall that meets one connect in three; their mean and
/// median are not, see the crate's simulation.
pub(super) const CONNECTS: usize = 3;

/// A connect that takes longer says all that there is to know.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the connects to one endpoint came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connects(Vec<Result<Duration, TransportErrorKind>>);

impl Connects {
    /// From the time that each connect took, or why it failed.
    #[must_use]
    pub fn new(results: impl IntoIterator<Item = Result<Duration, TransportErrorKind>>) -> Self {
        Self(results.into_iter().collect())
    }

    /// Each connect: how long it took, or why it failed.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Duration, TransportErrorKind>> + '_ {
        self.0.iter().copied()
    }

    /// The shortest of them, unless two failed: an endpoint that is reached by
    /// luck is no candidate, however near.
    #[must_use]
    pub fn score(&self) -> Option<Duration> {
        let failed = self.0.iter().filter(|connect| connect.is_err()).count();
        if failed >= 2 {
            return None;
        }
        self.0.iter().flatten().min().copied()
    }
}

/// Connects three times to each of these candidates, all at once.
pub(super) async fn connect_to(
    positions: &[usize],
    candidates: &Candidates,
    network: &SharedNetwork,
) -> Vec<(usize, Connects)> {
    let mut connecting = JoinSet::new();
    for &position in positions {
        for _ in 0..CONNECTS {
            let network = SharedNetwork::clone(network);
            let endpoint = candidates.at(position).endpoint().clone();
            connecting.spawn(async move {
                let start = Instant::now();
                let connected = timeout(PATIENCE, network.connect(&endpoint)).await;
                let result = match connected {
                    Ok(Ok(())) => Ok(start.elapsed()),
                    Ok(Err(error)) => Err(error.kind()),
                    Err(_) => Err(TransportErrorKind::Timeout),
                };
                (position, result)
            });
        }
    }
    let mut measured: Vec<_> = positions
        .iter()
        .map(|&position| (position, Connects(Vec::with_capacity(CONNECTS))))
        .collect();
    while let Some(joined) = connecting.join_next().await {
        // A network that panics has not connected; its place stays empty.
        let Ok((position, result)) = joined else {
            continue;
        };
        let place = measured.iter_mut().find(|(known, _)| *known == position);
        if let Some((_, connects)) = place {
            connects.0.push(result);
        }
    }
    measured
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransportErrorKind::Connect;

    fn ms(millis: u64) -> Result<Duration, TransportErrorKind> {
        Ok(Duration::from_millis(millis))
    }

    #[test]
    fn the_score_is_the_minimum_and_two_failures_are_out() {
        let score = |connects: [_; 3]| Connects::new(connects).score();
        assert_eq!(
            score([ms(300), ms(20), ms(25)]),
            Some(Duration::from_millis(20))
        );
        assert_eq!(
            score([ms(0), ms(20), Err(Connect)]),
            Some(Duration::ZERO),
            "no distance is a distance"
        );
        assert_eq!(score([Err(Connect), ms(1), Err(Connect)]), None);
        assert_eq!(Connects::new([]).score(), None);
    }
}
