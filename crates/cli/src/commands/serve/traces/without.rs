//! What stands for the exporter where none is built in.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use quell_server::ContinueTrace;
use quell_terminal::Failure;
use quell_terminal::log::Beside;
use tokio::runtime::Handle;

use super::Collector;

/// There is none.
#[derive(Debug)]
pub(crate) struct Traces(Infallible);

impl Traces {
    pub(in crate::commands::serve) fn to(_: &Collector, _: &Handle) -> Result<Self, Failure> {
        Err(Failure::usage("this quell cannot send traces")
            .next("take traces.endpoint away, or build quell with its feature otlp"))
    }

    pub(crate) fn layer(&self) -> Beside {
        match self.0 {}
    }

    pub(crate) fn parents(&self) -> Arc<dyn ContinueTrace> {
        match self.0 {}
    }

    pub(crate) async fn flush(self, _: Duration) {
        match self.0 {}
    }
}
