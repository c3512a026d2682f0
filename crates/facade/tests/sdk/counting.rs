//! Counters, from what clients do.

use std::time::Duration;

use quell::transport::TransportErrorKind::Interrupted;
use quell::{Counters, Metrics};

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, action, answer, refusal};

#[tokio::test(start_paused = true)]
async fn attempts_outcomes_refusals_and_waits_are_counted_by_operation() {
    let tenant = Tenant::new()
        .plays([
            refusal(429, "429", "slow").with("retry-after", "9"),
            answer(503, "").with("retry-after", "3"),
            answer(200, action("Pending")),
            Line::Fail(Interrupted),
            refusal(404, "ResourceNotFound", "no"),
        ])
        .taking(Duration::from_millis(40));
    let counters = Counters::default();
    let client = tenant.builder().hooks(counters.clone()).build().unwrap();
    client.action(ACTION).get().await.unwrap();
    client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "x")
        .await
        .unwrap_err();
    client.machine(MACHINE).get().await.unwrap_err();

    let Metrics { operations, .. } = counters.snapshot();
    let read = &operations["GetMachineAction"];
    assert_eq!((read.attempts, read.succeeded, read.refusals), (3, 1, 1));
    assert_eq!(
        read.answers
            .iter()
            .map(|(status, count)| (*status, *count))
            .collect::<Vec<_>>(),
        [(200, 1), (429, 1), (503, 1)]
    );
    assert_eq!(
        (read.latency.count(), read.latency.sum()),
        (3, Duration::from_millis(120))
    );
    assert_eq!(read.waits["retry"].total, Duration::from_secs(3));
    assert_eq!(read.waits["limits"].count, 1);

    let acted = &operations["StopAndQuarantineFile"];
    assert_eq!(
        (acted.attempts, acted.succeeded, acted.unknown_outcomes),
        (1, 0, 1)
    );
    assert_eq!(
        (acted.failures["interrupted"], acted.failed["transport"]),
        (1, 1)
    );
    assert_eq!(operations["GetMachine"].failed["not_found"], 1);
    assert_eq!(operations["GetMachine"].unknown_outcomes, 0);
}
