//! Putting the sample back after each finished action, so that a client can be tried again and again.

use std::convert::Infallible;
use std::time::Duration;

use quell_terminal::Failure;

use super::PROCESSES;
use crate::linux::sample::Sample;
use crate::linux::stage::Stage;

/// How often the device is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// The shortest time between two returns of the sample.
const PAUSE: Duration = Duration::from_secs(1);

/// Puts the sample back and runs it again whenever an action has ended, at most so many times and not
/// more often than once a second; fails when a process of the stage ends.
///
/// What is put back are the lab's own bytes in the lab's own directory, and what runs dies with the
/// lab. Must run on the main thread, to which the kernel ties the life of the processes.
pub(super) async fn run(
    stage: &mut Stage,
    sample: &Sample,
    mut left: u32,
) -> Result<Infallible, Failure> {
    let aside = stage.directory().join("sample-on-its-way-back");
    loop {
        stage.still_running()?;
        tokio::time::sleep(LOOK).await;
        if left == 0 || is_whole(stage, sample) || stage.has_open_action().await? {
            continue;
        }
        if !sample.path().exists() {
            sample
                .put_back(&aside)
                .map_err(|error| Failure::fault("the sample cannot be put back").because(&error))?;
        }
        stage.start_sample(sample, PROCESSES)?;
        left -= 1;
        tracing::info!(left, "the sample is back");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether there is nothing to put back.
fn is_whole(stage: &mut Stage, sample: &Sample) -> bool {
    stage.still_sampling() == PROCESSES && sample.path().exists()
}
