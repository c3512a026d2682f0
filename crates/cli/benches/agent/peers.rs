//! The agent beside what an administrator would use instead, on the same tree.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::scene::Scene;
use crate::stage::{Stage, scratch};
use crate::table::{median, milliseconds};
use crate::tree::Tree;
use crate::watch;

const RUNS: usize = 3;
/// By then, who was sent a signal has ended, and what was moved has been seen to be.
const SETTLED: Duration = Duration::from_millis(200);

/// What somebody has at hand: `$1` is where to look, `$2` the SHA-1, `$3` where to put it, `$4` the size.
struct Script {
    name: &'static str,
    needs: &'static str,
    text: &'static str,
}

const SCRIPTS: [Script; 3] = [
    Script {
        name: "`find -exec sha1sum`, `pkill -f`, `mv`",
        needs: "pkill",
        text: r#"find "$1" -type f -exec sha1sum {} + | while read -r sum path; do
            [ "$sum" = "$2" ] || continue
            pkill -9 -f "$path"
            mv "$path" "$3"
        done"#,
    },
    Script {
        name: "`osqueryi`, `pkill -f`, `mv`",
        needs: "osqueryi",
        text: r#"osqueryi --csv --header=false "SELECT file.path FROM file JOIN hash USING (path)
            WHERE file.path LIKE '$1/%%' AND hash.sha1 = '$2'" | while read -r path; do
            pkill -9 -f "$path"
            mv "$path" "$3"
        done"#,
    },
    Script {
        name: "`clamscan --move`",
        needs: "clamscan",
        text: r#"echo "$2:$4:wanted" > "$3/wanted.hsb"
            clamscan --recursive --no-summary --database="$3/wanted.hsb" --move="$3" "$1""#,
    },
];

/// What came of one way of doing it.
struct Line {
    name: &'static str,
    /// None where it is not installed.
    seen: Option<Seen>,
}

#[derive(Default)]
struct Seen {
    gone: Vec<Duration>,
    not_gone: usize,
    ended: Vec<Duration>,
    survivors: usize,
    onlookers_killed: usize,
}

/// The comparison, as Markdown.
pub(crate) struct Peers(Vec<Line>);

pub(crate) fn measure(stage: &mut Stage, tree: &Tree) -> Peers {
    let ours = Line {
        name: "quell, from the POST, nothing known of the tree before",
        seen: Some(by_quell(stage, tree)),
    };
    let theirs = SCRIPTS.iter().map(|script| Line {
        name: script.name,
        seen: is_installed(script.needs).then(|| by_script(script, tree)),
    });
    Peers(std::iter::once(ours).chain(theirs).collect())
}

fn by_quell(stage: &Stage, tree: &Tree) -> Seen {
    let mut seen = Seen::default();
    for _ in 0..RUNS {
        let mut scene = Scene::set(tree);
        let sha1 = scene.sha1();
        let departure = watch::departures(&scene.names());
        let ordered = stage.quarantine(&sha1);
        std::thread::sleep(SETTLED);
        seen.gone(ordered.posted, departure.if_by_now());
        seen.ended.push(ordered.succeeded - ordered.posted);
        seen.aftermath(&mut scene);
    }
    seen
}

fn by_script(script: &Script, tree: &Tree) -> Seen {
    let mut seen = Seen::default();
    for _ in 0..RUNS {
        let mut scene = Scene::set(tree);
        let (sha1, size) = (scene.sha1(), scene.size().to_string());
        let taken = scratch();
        let departure = watch::departures(&scene.names());
        let began = Instant::now();
        run(script, tree.path(), &sha1, taken.path(), &size);
        seen.ended.push(began.elapsed());
        std::thread::sleep(SETTLED);
        seen.gone(began, departure.if_by_now());
        seen.aftermath(&mut scene);
    }
    seen
}

fn run(script: &Script, tree: &Path, sha1: &str, taken: &Path, size: &str) {
    let status = Command::new("sh")
        .args(["-c", script.text, "sh"])
        .arg(tree)
        .arg(sha1)
        .arg(taken)
        .arg(size)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // `pkill -f` hits the very sha1sum that names the file, and find complains.
        .stderr(Stdio::null())
        .status();
    // How it ended says little: what it did is looked at.
    status.expect("there is a shell");
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

impl Seen {
    fn gone(&mut self, began: Instant, gone: Option<Instant>) {
        match gone {
            Some(gone) => self.gone.push(gone - began),
            None => self.not_gone += 1,
        }
    }

    fn aftermath(&mut self, scene: &mut Scene) {
        let aftermath = scene.aftermath();
        self.survivors += aftermath.survivors;
        self.onlookers_killed += aftermath.onlookers_killed;
    }
}

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| one content of 1 MiB under two names among 100,000 files, 3 processes, {RUNS} runs \
             | both names gone, p50 | done, p50 | processes left | onlookers killed |"
        )?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: |")?;
        self.0.iter().try_for_each(|line| line.fmt(f))
    }
}

impl Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        let Some(seen) = &self.seen else {
            return writeln!(f, "| {name} | not installed here | | | |");
        };
        let gone = match seen.not_gone {
            0 => milliseconds(median(&seen.gone)),
            some => format!("not in {some} runs"),
        };
        let processes = RUNS * Scene::PROCESSES;
        writeln!(
            f,
            "| {name} | {gone} | {} | {} of {processes} | {} of {RUNS} |",
            milliseconds(median(&seen.ended)),
            seen.survivors,
            seen.onlookers_killed,
        )
    }
}
