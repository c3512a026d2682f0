//! What forks faster than somebody can look: three hundred processes, and a few that never stay.
//!
//! The target is a copy of the shell, in which each process forks its successor and ends. Every one writes a
//! byte into a pipe that all of them hold: the last byte is the last fork, and the end of the pipe the end of the last of
//! them. Neither can be faked by a process that is not where somebody looks.

use std::io::{Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use quell_testkit::Victim;

use crate::crowd::end;
use crate::reaper;
use crate::stage::{Stage, directory_in};
use crate::table::{Row, whole};
use crate::watch::{self, Awaited};

/// One kind of swarm.
struct Kind {
    name: &'static str,
    what: &'static str,
    runs: usize,
    chains: usize,
    /// How many forks are seen before the order is given.
    warm: usize,
    /// How often one of all is let fork; as often as it can without.
    pace: Option<Duration>,
    goal_held: &'static str,
    goal_dead: &'static str,
}

const BOMB: Kind = Kind {
    name: "bomb",
    what: "300 processes that fork in turns, a fork every 500 µs",
    runs: 10,
    chains: 300,
    warm: 400,
    pace: Some(Duration::from_micros(500)),
    goal_held: "",
    goal_dead: "250 ms, no survivor",
};

const HOPPER: Kind = Kind {
    name: "hopper",
    what: "4 processes that fork and end as fast as they can",
    runs: 20,
    chains: 4,
    warm: 200,
    pace: None,
    goal_held: "10 ms, no survivor",
    goal_dead: "",
};

/// Starts the chains; `$0` is the shell, `$1` what each of them is.
const START: &str = r#"exec 3<&0; i=0
while [ $i -lt "$2" ]; do "$0" -c "$1" "$0" "$1" & i=$((i+1)); done"#;
/// A process that waits for its turn, forks its successor, and ends; when there are no turns any more, so does the
/// chain. A shell counts how deep its functions are, so that it has to begin anew before it is tired of that.
const IN_TURNS: &str = r#"n=0
hop() {
    echo; read turn <&3 || exit; n=$((n+1))
    [ $n -lt 500 ] || exec "$0" -c "$1" "$0" "$1"
    hop "$1" &
}
hop "$1""#;
/// The same without turns. When nobody reads what it writes, it ends.
const FREELY: &str = r#"n=0
hop() {
    echo; n=$((n+1))
    [ $n -lt 500 ] || exec "$0" -c "$1" "$0" "$1"
    hop "$1" &
}
hop "$1""#;

pub(crate) fn measure(stage: &mut Stage) -> Vec<Row> {
    [BOMB, HOPPER]
        .iter()
        .flat_map(|kind| measure_kind(stage, kind))
        .collect()
}

fn measure_kind(stage: &Stage, kind: &Kind) -> [Row; 2] {
    let (mut held, mut dead, mut apart) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..kind.runs {
        let directory = directory_in(&stage.files(), &format!("{}-{number}", kind.name));
        let victim = shell(&directory);
        let sha1 = victim.sha1();
        let mut swarm = Swarm::start(kind, victim.path());
        let arrival = watch::arrival(&stage.agent_state());
        stage.quarantine(&sha1);
        let arrived = arrival.get();
        let (last_fork, last_end) = swarm.end.get();
        held.push(last_fork.saturating_duration_since(arrived));
        dead.push(last_end - arrived);
        apart.push(swarm.apart);
        swarm.conclude();
    }
    let apart = crate::table::median(&apart).as_secs_f64() * 1e6;
    let what = match kind.pace {
        Some(_) => kind.what.to_owned(),
        None => format!("{} (here every {} µs)", kind.what, whole(apart)),
    };
    let runs = kind.runs;
    [
        Row::times(
            format!("{what}: to the last fork, {runs} runs"),
            kind.goal_held,
            &held,
        ),
        Row::times("… to none left", kind.goal_dead, &dead)
            .costing(format!("0 survivors in {runs}")),
    ]
}

/// A shell with a content of its own.
fn shell(directory: &Path) -> Victim {
    let path = directory.join("shell");
    let mut content = std::fs::read("/bin/sh").expect("there is a shell");
    content.extend_from_slice(path.as_os_str().as_encoded_bytes());
    std::fs::write(&path, content).expect("there is room");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, mode).expect("the file is ours");
    Victim::adopt(&path)
}

struct Swarm {
    reaper: Child,
    /// When the last of them forked, and when the last of them was gone.
    end: Awaited<(Instant, Instant)>,
    /// From fork to fork, before the order.
    apart: Duration,
}

impl Swarm {
    /// Starts it, and waits until it is warm.
    fn start(kind: &Kind, program: &Path) -> Self {
        let chain = kind.pace.map_or(FREELY, |_| IN_TURNS);
        let this = std::env::current_exe().expect("a program knows where it lies");
        let mut reaper = Command::new(this)
            .arg(reaper::ROLE)
            .arg(program)
            .args(["-c", START])
            .arg(program)
            .args([chain, &kind.chains.to_string()])
            // The agent stops no group that it is in itself, and would be left with one process after the other: some fork
            // on until they begin anew, which the gate does not let them.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Who is not let begin anew complains.
            .stderr(Stdio::null())
            .spawn()
            .expect("this program starts again");
        let turns = reaper.stdin.take().expect("it is piped");
        let forks = reaper.stdout.take().expect("it is piped");
        if let Some(pace) = kind.pace {
            std::thread::spawn(move || give_turns(turns, pace));
        }
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let end = Awaited::on_a_thread(move || count_forks(forks, &counted));
        let began = Instant::now();
        while count.load(Ordering::Relaxed) < kind.warm {
            assert!(
                began.elapsed().as_secs() < 30,
                "the swarm does not get going"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        let warm = u32::try_from(kind.warm).expect("a small number");
        Self {
            reaper,
            end,
            apart: began.elapsed() / warm,
        }
    }

    /// The reaper ends with the last of them.
    fn conclude(&mut self) {
        end(&mut self.reaper);
    }
}

/// Until nobody is left to take one.
fn give_turns(mut turns: ChildStdin, pace: Duration) {
    while turns.write_all(b"\n").is_ok() {
        std::thread::sleep(pace);
    }
}

fn count_forks(mut forks: ChildStdout, count: &AtomicUsize) -> (Instant, Instant) {
    let mut last = Instant::now();
    let mut buffer = [0; 4096];
    loop {
        let read = forks.read(&mut buffer).expect("the pipe is ours");
        let now = Instant::now();
        if read == 0 {
            return (last, now);
        }
        last = now;
        count.fetch_add(read, Ordering::Relaxed);
    }
}
