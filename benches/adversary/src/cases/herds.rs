//! Programs that multiply, hop away, or are started again.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::attacker;
use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_untouched};
use crate::observe::{await_until, executing, inode, sha1_of};
use crate::started::Started;
use crate::tiny::Tiny;
use crate::tiny_program::{bomb, hopper};

/// So many processes the bomb may have.
const BOMB: usize = 300;
/// A user that nobody else is: processes are counted by user.
const USER: &str = "61234";
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
        "the start fails; the supervisor goes on and is named",
        respawn,
    ),
];

/// What may end with its namespace, and be stopped at any moment: in a process namespace of its own.
struct Herd(Child);

impl Herd {
    /// Starts it by a user of its own, who may have only so many processes.
    fn of(program: &Path) -> Self {
        Self::entering(program, "exec \"$@\"")
    }

    /// The same, where a line of shell says what is to be done before.
    fn entering(program: &Path, line: &str) -> Self {
        let own = std::env::current_exe().expect("a program knows where it lies");
        let most = BOMB.to_string();
        let mut unshare = Command::new("unshare");
        unshare.args(["--pid", "--fork", "--kill-child"]);
        // Somebody must be process 1 of the namespace, and reap: what has ended counts until then.
        unshare
            .arg(&own)
            .args([attacker::ROLE, "first", "sh", "-c", line, "sh"]);
        unshare
            .arg(&own)
            .args([attacker::ROLE, "limited", &most, USER])
            .arg(program);
        // The agent is in the group of who started it, and stops no group that it is in itself.
        unshare.process_group(0);
        unshare.stdin(Stdio::null()).stdout(Stdio::null());
        Self(unshare.spawn().expect("unshare of util-linux starts"))
    }
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
    let herd = Herd::of(&target.path);
    await_until("the bomb has gone off", || {
        executing(it).len() > BOMB * 2 / 3
    });
    let told = ground.quarantine(&sha1_of(&target.content));
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
    let group = match leaves.then(ControlGroup::make) {
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
    let herd = match &group {
        None => Herd::of(&target.path),
        Some(group) => {
            let enter = format!("echo 0 > {}/cgroup.procs; exec \"$@\"", group.0.display());
            Herd::entering(&target.path, &enter)
        }
    };
    await_until("it hops", || !executing(it).is_empty());
    let told = ground.quarantine(&sha1_of(&target.content));
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

/// A control group of version 2, with nobody in it.
struct ControlGroup(PathBuf);

impl ControlGroup {
    fn make() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
        let mount = Path::new(line.split(' ').nth(4)?);
        let name = crate::tiny::mark().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let directory = mount.join(format!("quell-adversary{name}"));
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
            std::thread::sleep(std::time::Duration::from_millis(1));
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
    let mut supervisor =
        Started::ready(attacker::command(&["supervise", path]).stdin(Stdio::null()));
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
    Ok("stopped for good; the supervisor goes on and is named as the parent".to_owned())
}
