//! One measurement of all candidates, to be shown.

use std::sync::Arc;

use super::{Candidate, Candidates, Connects, Network, SharedNetwork, Why, measure};

/// What the connects to all candidates came to, and which is chosen by it.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Row>,
    chosen: usize,
    why: Why,
}

/// One candidate's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    candidate: Candidate,
    connects: Connects,
}

impl Row {
    /// Who was connected to.
    #[must_use]
    pub const fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// Three connects, and by [`Connects::score`] their minimum.
    #[must_use]
    pub const fn connects(&self) -> &Connects {
        &self.connects
    }
}

impl Table {
    /// A line for each candidate, in their order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The line of the one that a fresh choice falls on.
    #[must_use]
    pub fn chosen(&self) -> Option<&Row> {
        self.rows.get(self.chosen)
    }

    /// Why it does.
    #[must_use]
    pub const fn why(&self) -> Why {
        self.why
    }
}

/// Connects three times to every candidate and shows what came of it.
///
/// Needs a tokio runtime, takes as long as the slowest connect and no more than
/// five seconds, and neither reads nor writes a cache.
pub async fn probe(candidates: &Candidates, network: impl Network) -> Table {
    let network: SharedNetwork = Arc::new(network);
    let all: Vec<usize> = (0..candidates.len()).collect();
    let measured = measure::connect_to(&all, candidates, &network).await;
    let best = measured
        .iter()
        .filter_map(|(position, connects)| Some((connects.score()?, *position)))
        .min();
    let why = match best {
        _ if candidates.len() == 1 => Why::Named,
        Some(_) => Why::Nearest,
        None => Why::NoneReached,
    };
    let rows = candidates
        .iter()
        .zip(measured)
        .map(|(candidate, (_, connects))| Row {
            candidate: candidate.clone(),
            connects,
        });
    Table {
        rows: rows.collect(),
        chosen: best.map_or(0, |(_, position)| position),
        why,
    }
}
