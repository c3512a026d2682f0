//! Programs that multiply, hop away, or are started again.

use std::fs;
use std::io::{PipeReader, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::attacker;
use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_untouched, set_mode};
use crate::observe::{await_until, executing, inode, sha1_of};
use crate::started::Started;
use crate::tiny::{Tiny, mark};
use crate::tiny_program::{bomb, hopper};
use crate::told::Told;

/// So many processes the bomb may have.
const BOMB: usize = 300;
/// What a policy says that lets an order stop so many.
pub(crate) const MANY_PROCESSES: &str = "[blast-radius]\nprocesses = 100000\n";

pub(super) const CASES: [Case; 3] = [
    Case::minimum(
        19,
        "fork bomb of 300",
        "no survivor; the neighbours go on",
        fork_bomb,
    ),
    Case::minimum(
        20,
        "hopper at 100 us",
        "no survivor, whether or not it leaves its process group",
        hoppers,
    ),
    Case::minimum(
        21,
        "supervisor that starts it again",
        "the start is refused; the supervisor goes on, and is named with its unit",
        respawn,
    ),
];

/// What may end with its namespace, and be stopped at any moment: in a process namespace of its own.
struct Herd(Child);

/// How it is started.
struct Start<'a> {
    program: &'a Path,
    arguments: &'a [&'a str],
    /// How nice its processes are to others. Three hundred that do nothing but fork leave nothing to anybody on a small
    /// machine; what is tried is whether one of them gets away, not how processors are shared.
    nice: i32,
    /// A line of shell that is run before, and then `exec "$@"`.
    before: String,
    output: Stdio,
}

impl<'a> Start<'a> {
    fn of(program: &'a Path) -> Self {
        Self {
            program,
            arguments: &[],
            nice: 0,
            before: String::new(),
            output: Stdio::null(),
        }
    }
}

impl Herd {
    /// Starts it by a user of its own, who may have only so many processes.
    fn of(start: Start<'_>) -> Self {
        let own = std::env::current_exe().expect("a program knows where it lies");
        let line = format!("{} exec \"$@\"", start.before);
        let (most, nice) = (BOMB.to_string(), start.nice.to_string());
        let mut unshare = Command::new("unshare");
        unshare.args(["--pid", "--fork", "--kill-child"]);
        // Somebody must be process 1 of the namespace, and reap: what has ended counts until then.
        unshare
            .arg(&own)
            .args([attacker::ROLE, "first", "sh", "-c", &line, "sh"]);
        unshare
            .arg(&own)
            .args([attacker::ROLE, "limited", &most, &nice, &user_of_this_run()])
            .arg(start.program)
            .args(start.arguments);
        // The agent is in the group of who started it, and stops no group that it is in itself.
        unshare.process_group(0);
        unshare.stdin(Stdio::null()).stdout(start.output);
        // Who begins anew when the file is gone complains.
        unshare.stderr(Stdio::null());
        Self(unshare.spawn().expect("unshare of util-linux starts"))
    }
}

/// A user that nobody else is, not even in another run: processes are counted by user, in all namespaces together.
fn user_of_this_run() -> String {
    let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |stat| stat.ino());
    (61_234_000 + namespace % 1_000_000).to_string()
}

impl Drop for Herd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn fork_bomb(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    ground.under_policy(MANY_PROCESSES);
    let killed = one_fork_bomb(ground)?;
    Ok(format!("{killed} processes killed, 0 survivors"))
}

/// A fork bomb is ordered away; answers how many processes were stopped.
pub(crate) fn one_fork_bomb(ground: &Ground) -> Result<usize, Gap> {
    ground.open_to_all();
    let target = Tiny::write(&ground.files().join("bomb"), &bomb());
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let it = inode(&target.path).expect("it is there");
    let herd = Herd::of(Start {
        nice: 19,
        ..Start::of(&target.path)
    });
    await_until("the bomb has gone off", || {
        executing(it).len() > BOMB * 2 / 3
    });
    let told = ground.quarantine_at_once(&sha1_of(&target.content));
    let survivors = executing(it).len();
    expect(
        survivors == 0,
        format!("{survivors} survivors: {}", told.whole()),
    )?;
    told.expect_status("Succeeded")?;
    expect(!target.path.exists(), "the file is still there")?;
    expect_untouched(&innocent, 1)?;
    drop(herd);
    ground.expect_kept(&target.content)?;
    Ok(told.processes().len())
}

fn hoppers(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    ground.under_policy(MANY_PROCESSES);
    one_hopper(ground, Hops::InItsGroup)?;
    one_swarm(ground)?;
    match one_hopper(ground, Hops::OutOfItsGroup) {
        Ok(()) => Ok("0 survivors, in a process group and out of it".to_owned()),
        Err(Gap::NotShown(why)) => Ok(format!("0 survivors in a process group; out of it: {why}")),
        Err(failed) => Err(failed),
    }
}

/// Where a hopper goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hops {
    InItsGroup,
    /// Into a session of its own at every hop.
    OutOfItsGroup,
}

/// A hopper is ordered away.
pub(crate) fn one_hopper(ground: &Ground, hops: Hops) -> Result<(), Gap> {
    let leaves = hops == Hops::OutOfItsGroup;
    let group = match leaves.then(|| ControlGroup::make("")) {
        None => None,
        Some(Some(group)) => Some(group),
        Some(None) => return Err(Gap::NotShown("no control groups of version 2".to_owned())),
    };
    ground.open_to_all();
    let target = Tiny::write(&ground.files().join("hopper"), &hopper(leaves));
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let it = inode(&target.path).expect("it is there");
    let mut bystander = Started::of(Command::new("sleep").arg("600"));
    if let Some(group) = &group {
        group.take_in(bystander.pid());
    }
    let enter = |group: &ControlGroup| format!("echo 0 > {}/cgroup.procs;", group.0.display());
    let herd = Herd::of(Start {
        before: group.as_ref().map(enter).unwrap_or_default(),
        ..Start::of(&target.path)
    });
    await_until("it hops", || !executing(it).is_empty());
    let told = ground.quarantine_at_once(&sha1_of(&target.content));
    // One look may fall between two generations.
    let survivors = (0..20).map(|_| executing(it).len()).max().unwrap_or(0);
    expect(
        survivors == 0,
        format!("{survivors} survivors: {}", told.whole()),
    )?;
    told.expect_status("Succeeded")?;
    expect(!target.path.exists(), "the file is still there")?;
    expect_untouched(&innocent, 1)?;
    bystander.expect_goes_on("who is in its control group")?;
    let is_frozen = group.as_ref().is_some_and(ControlGroup::is_frozen);
    expect(!is_frozen, "its control group was left frozen")?;
    drop(herd);
    Ok(())
}

/// Chains of shells, each process of which writes a byte, forks the next one and ends, and after fifty begins anew by
/// executing its file again.
const CHAINS: &str = r#"for i in 1 2 3 4; do "$0" -c "$1" "$0" "$1" & done"#;
const CHAIN: &str = r#"n=0
hop() {
    echo; n=$((n+1))
    [ $n -lt 50 ] || exec "$0" -c "$1" "$0" "$1"
    hop "$1" &
}
hop "$1""#;

/// Shells that hand over to one another are ordered away. Each tells with a byte that it lives, so that none is overlooked who is
/// not there when somebody looks.
pub(crate) fn one_swarm(ground: &Ground) -> Result<(), Gap> {
    ground.open_to_all();
    let target = ground.files().join("shell");
    let mut content = fs::read("/bin/sh").expect("there is a shell");
    content.extend(mark().bytes());
    fs::write(&target, &content).expect("the directory is ours");
    set_mode(&target, 0o755);
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let it = inode(&target).expect("it is there");
    let (lives, told_by) = std::io::pipe().expect("there are descriptors");
    let name = target.to_str().expect("the path is text");
    let herd = Herd::of(Start {
        arguments: &["-c", CHAINS, name, CHAIN],
        output: told_by.into(),
        ..Start::of(&target)
    });
    let heard = Heard::listen(lives);
    await_until("it is under way", || heard.count() > 200);
    let told = ground.quarantine_at_once(&sha1_of(&content));
    let survivors = executing(it).len();
    let whole = told.whole();
    expect(survivors == 0, format!("{survivors} survivors: {whole}"))?;
    told.expect_status("Succeeded")?;
    expect(!target.exists(), "the file is still there")?;
    let before = heard.settled();
    expect_untouched(&innocent, 1)?;
    ground.expect_kept(&content)?;
    let more = heard.settled() - before;
    expect(more == 0, format!("{more} forks after the end: {whole}"))?;
    drop(herd);
    Ok(())
}

/// How many bytes came through a pipe.
struct Heard(Arc<AtomicUsize>);

impl Heard {
    /// Listens until nobody can write any more.
    fn listen(mut pipe: PipeReader) -> Self {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = pipe.read(&mut bytes) {
                counted.fetch_add(read, Ordering::Relaxed);
            }
        });
        Self(count)
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// The count when what is in the pipe was read, which takes its reader a moment. While somebody writes, it never settles.
    fn settled(&self) -> usize {
        let mut count = self.count();
        for _ in 0..40 {
            std::thread::sleep(Duration::from_millis(50));
            let before = std::mem::replace(&mut count, self.count());
            if before == count {
                break;
            }
        }
        count
    }
}

/// A control group of version 2, with nobody in it.
struct ControlGroup(PathBuf);

impl ControlGroup {
    /// Its name ends like this.
    fn make(ending: &str) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
        let mount = Path::new(line.split(' ').nth(4)?);
        let name = mark().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let directory = mount.join(format!("quell-adversary{name}{ending}"));
        fs::create_dir(&directory).ok()?;
        Some(Self(directory))
    }

    fn take_in(&self, pid: u32) {
        let entered = fs::write(self.0.join("cgroup.procs"), pid.to_string());
        entered.expect("the control group is ours");
    }

    fn is_frozen(&self) -> bool {
        let events = fs::read_to_string(self.0.join("cgroup.events"));
        events.is_ok_and(|events| events.contains("frozen 1"))
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        let _ = fs::write(self.0.join("cgroup.kill"), "1");
        // It can be removed when the last process has left it.
        let _ = (0..2000).any(|_| {
            std::thread::sleep(Duration::from_millis(1));
            fs::remove_dir(&self.0).is_ok()
        });
    }
}

fn respawn(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    let it = inode(victim.path()).expect("it is there");
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let path = victim.path().to_str().expect("the path is text");
    let diary = ground.outside().join("diary");
    let diary_path = diary.to_str().expect("the path is text");
    let role = ["supervise", path, diary_path];
    let mut supervisor = Started::ready(attacker::command(&role).stdin(Stdio::null()));
    let unit = ControlGroup::make(".service");
    if let Some(unit) = &unit {
        let running = executing(it).into_iter();
        running
            .chain([supervisor.pid()])
            .for_each(|pid| unit.take_in(pid));
    }
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect(executing(it).is_empty(), "it was started again")?;
    expect(!victim.path().exists(), "it is still there")?;
    supervisor.expect_goes_on("the supervisor")?;
    expect_untouched(&innocent, 1)?;
    ground.expect_kept(victim.content())?;
    let named = |process: &serde_json::Value| process["parent"] == supervisor.pid();
    expect(
        told.processes().iter().any(named),
        "the supervisor is not named",
    )?;
    let unit = expect_unit_named(unit.as_ref(), &told)?;
    let why = expect_start_refused(&diary)?;
    Ok(format!(
        "stopped for good, every further start refused ({why}); the supervisor goes on and is named as the parent; {unit}"
    ))
}

/// What systemd would call a service is one by its control group's name.
fn expect_unit_named(unit: Option<&ControlGroup>, told: &Told) -> Result<String, Gap> {
    let Some(unit) = unit else {
        return Ok("no unit, for there are no control groups of version 2".to_owned());
    };
    let name = unit.0.file_name().and_then(|name| name.to_str());
    let name = name.expect("its name is text");
    let is_named = told.processes().iter().any(|one| one["unit"] == name);
    let whole = told.whole();
    expect(is_named, format!("the unit {name} is not named: {whole}"))?;
    Ok("so is its unit".to_owned())
}

/// Barred by the gate (`EPERM`), without permissions (`EACCES`), or gone (`ENOENT`).
const REFUSALS: [(i32, &str); 3] = [(1, "EPERM"), (13, "EACCES"), (2, "ENOENT")];

/// The supervisor started it once, and failed whenever it tried again. Answers how.
fn expect_start_refused(diary: &Path) -> Result<String, Gap> {
    let read = || fs::read_to_string(diary).expect("the supervisor writes it");
    await_until("the supervisor finds nothing to start", || {
        read().lines().last() == Some("2")
    });
    let written = read();
    let (starts, refusals): (Vec<&str>, Vec<&str>) =
        written.lines().partition(|line| *line == "started");
    expect(starts.len() == 1, format!("started anew: {written:?}"))?;
    let named = refusals.iter().map(|line| {
        let errno = line.parse().ok();
        let known = REFUSALS.iter().find(|(known, _)| Some(*known) == errno);
        known.map(|(_, name)| *name)
    });
    let named: Option<Vec<&str>> = named.collect();
    let named = named.ok_or_else(|| Gap::Failed(format!("refused otherwise: {written:?}")))?;
    Ok(named.join(", then "))
}
