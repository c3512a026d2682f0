//! From the order to its effects, one file of 1 MiB and ten processes among six hundred.

use std::process::Child;
use std::time::Duration;

use quell_testkit::Victim;

use crate::crowd::{self, bystander, end};
use crate::processor;
use crate::stage::{Stage, directory_in};
use crate::table::{Row, milliseconds};
use crate::watch;

const RUNS: u32 = 40;
const PROCESSES: usize = 10;
const MEBIBYTE: usize = 1 << 20;

/// When things happened, counted from the order's arrival at the agent and from the request.
#[derive(Default)]
struct Samples {
    held: Vec<Duration>,
    gone: Vec<Duration>,
    dead: Vec<Duration>,
    succeeded: Vec<Duration>,
    gone_from_post: Vec<Duration>,
    succeeded_from_post: Vec<Duration>,
}

pub(crate) fn measure(stage: &mut Stage) -> Vec<Row> {
    let mut samples = Samples::default();
    // The first is for what is done only once.
    run(stage, 0, &mut Samples::default());
    let agent = stage.agent_processes();
    let before = processor::of(&agent);
    for number in 1..=RUNS {
        run(stage, number, &mut samples);
    }
    let each = processor::of(&agent).saturating_sub(before) / RUNS;
    rows(&samples, each)
}

fn run(stage: &Stage, number: u32, samples: &mut Samples) {
    let directory = directory_in(&stage.files(), &format!("act-{number}"));
    let victim = Victim::create_of_size(&directory, "victim", MEBIBYTE);
    let sha1 = victim.sha1();
    let mut processes: Vec<Child> = (0..PROCESSES)
        .map(|_| bystander(victim.path(), &["600"]))
        .collect();
    let ends = watch::ends(&processes);
    let departure = watch::departures(&[victim.path().to_owned()]);
    let arrival = watch::arrival(&stage.agent_state());
    let ordered = stage.quarantine(&sha1);
    let arrived = arrival.get();
    let gone = departure.get();
    let (held, dead) = ends.get();
    samples.held.push(held - arrived);
    samples.gone.push(gone - arrived);
    samples.dead.push(dead - arrived);
    samples.succeeded.push(ordered.succeeded - arrived);
    samples.gone_from_post.push(gone - ordered.posted);
    samples
        .succeeded_from_post
        .push(ordered.succeeded - ordered.posted);
    processes.iter_mut().for_each(end);
}

fn rows(samples: &Samples, each: Duration) -> Vec<Row> {
    let held = format!(
        "from the order at the agent to {PROCESSES} processes held, {} others running",
        crowd::SIZE
    );
    let cost = format!("{} an action", milliseconds(each));
    vec![
        Row::times(held, "15 ms", &samples.held),
        Row::times(
            "… the file gone from its path, 1 MiB",
            "50 ms, 150 ms",
            &samples.gone,
        ),
        Row::times("… every process dead", "", &samples.dead),
        Row::times(
            "… vaulted, verified, reported, and seen as Succeeded (polled every 5 ms)",
            "120 ms",
            &samples.succeeded,
        )
        .costing(cost),
        Row::times(
            "from the POST to the file gone from its path",
            "70 ms, 170 ms",
            &samples.gone_from_post,
        ),
        Row::times(
            "from the POST to Succeeded",
            "140 ms",
            &samples.succeeded_from_post,
        ),
    ]
}
