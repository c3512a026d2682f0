//! What the agent costs while nobody orders anything.

use std::time::{Duration, Instant};

use quell_testkit::Process;

use crate::crowd;
use crate::processor;
use crate::stage::Stage;
use crate::table::Row;

/// What happens at its beginning is over.
const SETTLED: Duration = Duration::from_secs(6);
const WATCHED: Duration = Duration::from_secs(25);

pub(crate) fn measure(stage: &mut Stage) -> Vec<Row> {
    stage.change_agent(|world| {
        let mut command = world.quell().command();
        command
            .args(["agent", "run", "--state"])
            .arg(world.agent_state())
            .arg("--root")
            .arg(world.files())
            .arg("--confine-to-descendants-of")
            .arg(std::process::id().to_string());
        Process::start(
            &mut command,
            &world.agent_state().with_extension("idle.log"),
        )
    });
    std::thread::sleep(SETTLED);
    let agent = stage.agent_processes();
    assert_eq!(agent.len(), 2, "an executor and a network half");
    let (began, before) = (Instant::now(), processor::of(&agent));
    std::thread::sleep(WATCHED);
    let took = processor::of(&agent).saturating_sub(before);
    let of_a_hundred = 100.0 * took.as_secs_f64() / began.elapsed().as_secs_f64();
    let resident = processor::resident(&agent);
    let seconds = WATCHED.as_secs();
    // As it was, for what comes after.
    stage.change_agent(|world| {
        world.start_agent();
        world.take_agent()
    });
    vec![
        Row::single(
            format!(
                "idle for {seconds} s, both processes, {} others running: processor",
                crowd::SIZE
            ),
            "0.1 %",
            format!("{of_a_hundred:.3} %"),
        ),
        Row::single(
            "… resident memory, both",
            "40 MiB",
            format!("{resident:.1} MiB"),
        ),
    ]
}
