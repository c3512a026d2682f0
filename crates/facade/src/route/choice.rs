use std::time::Duration;

use quell_transport::Endpoint;
use quell_transport::nearest::{self, Choice, Nearest};

use super::Met;

/// The hosts of one cloud, and which of them is the nearest.
#[derive(Debug)]
pub(crate) struct Hosts(pub(crate) Nearest);

impl Hosts {
    pub(super) async fn survey(&self) {
        self.0.choose().await;
    }

    pub(super) fn now(&self) -> Chosen {
        let choice = self.0.now();
        tracing::debug!(region = choice.candidate().name(), why = %choice.why(), "chosen");
        Chosen {
            nearest: self.0.clone(),
            choice,
        }
    }
}

/// The host of one attempt.
#[derive(Debug)]
pub(crate) struct Chosen {
    nearest: Nearest,
    choice: Choice,
}

impl Chosen {
    pub(super) const fn endpoint(&self) -> &Endpoint {
        self.choice.endpoint()
    }

    pub(super) fn report(&self, met: Met, took: Duration) {
        let met = match met {
            Ok(status) => nearest::Met::Answer(status),
            Err(kind) => nearest::Met::Failure(kind),
        };
        self.nearest.report_met(&self.choice, met, took);
    }
}
