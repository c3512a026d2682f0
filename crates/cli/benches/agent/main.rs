//! The agent's act, row by row: what was aimed at beside what was measured, in one run.
//!
//! A real server and a real agent as processes of their own, victims and bystanders that this program starts
//! itself, and what an administrator would use instead. What happens is seen from outside: the kernel says when
//! a process is stopped or has ended (waitid), when a file has left its directory and when the agent first writes
//! its journal (inotify), and when the last holder of a pipe is gone. Prints Markdown; `cargo xtask bench agent`
//! writes it into `docs/performance.md`. The agent may touch nothing but what descends from this program.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark stops at the first thing that is not as expected, and prints its table"
)]

mod act;
mod crowd;
mod hashing;
mod idle;
mod peers;
mod processor;
mod reaper;
mod scene;
mod stage;
mod swarm;
mod table;
mod tree;
mod vault;
mod watch;

use std::process::ExitCode;

use crowd::Crowd;
use stage::Stage;
use table::Table;
use tree::Tree;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, program @ ..] = arguments.as_slice()
        && role == reaper::ROLE
    {
        return reaper::play(program);
    }
    let mut stage = Stage::set();
    let crowd = Crowd::gather();
    let of_the_act = act::measure(&mut stage);
    let of_swarms = swarm::measure(&mut stage);
    let of_idleness = idle::measure(&mut stage);
    drop(crowd);
    // One after the other, so that there is never more than a gigabyte on the disk.
    let of_hashing = hashing::measure();
    let of_the_vault = vault::measure();
    let tree = Tree::grow(&stage.files());
    let of_walking = tree::measure(&tree);
    let of_peers = peers::measure(&mut stage, &tree);
    drop(tree);

    let mut table = Table::new();
    table.extend(of_the_act);
    table.extend(of_swarms);
    table.extend(of_hashing);
    table.extend(of_walking);
    table.extend(of_the_vault);
    table.extend(of_idleness);
    println!("{table}");
    println!("{of_peers}");
    println!("{}", stage::privileges());
    ExitCode::SUCCESS
}
