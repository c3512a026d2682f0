//! Processes that are hard to hit, or that must not be hit.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::attacker::{NOBODY, machine_code};
use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched, set_mode};
use crate::observe::{await_until, executing, has_program, inode, sha1_of, state_of};
use crate::started::Started;
use crate::tiny::Tiny;

pub(super) const CASES: [Case; 6] = [
    Case::minimum(
        22,
        "process ids used again",
        "whoever has a dead target's number is untouched",
        ids_used_again,
    ),
    Case::further(
        23,
        "in one process group with innocents",
        "the target ends, the innocents go on",
        one_group,
    ),
    Case::further(
        24,
        "ignores SIGTERM, stopped, uninterruptible",
        "killed all the same",
        hard_to_kill,
    ),
    Case::further(
        57,
        "set-user-id root, run by a user",
        "killed; no link to it can give anybody root",
        set_user_id,
    ),
    Case::further(
        58,
        "process 1 of a container",
        "stopped, and the container with it",
        first_of_a_container,
    ),
    Case::further(
        59,
        "processes that do not show what they execute",
        "counted, and the result is not clean",
        unreadable,
    ),
];

/// Where the kernel is told which number to give next, in a process namespace.
const LAST_PID: &str = "/proc/sys/kernel/ns_last_pid";

fn ids_used_again(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let mut reused = 0;
    for round in 0..3 {
        let victim = ground.victim(&format!("target-{round}"));
        let innocent = ground.innocent(&format!("innocent-{round}"));
        let mut order = ground.begin_order(&victim.sha1());
        let mut order = Started::as_is(order.stdin(Stdio::null()).stdout(Stdio::null()));
        let mut heirs = Vec::new();
        // Targets come and go while they are looked for, and innocents take their numbers.
        while is_running(&order) && heirs.len() < 200 {
            let Ok(mut target) = Command::new(victim.path()).arg("600").spawn() else {
                break;
            };
            let id = target.id();
            target.kill().expect("it is ours");
            target.wait().expect("it is ours");
            let wished = fs::write(LAST_PID, (id - 1).to_string());
            if wished.is_err() {
                return Err(Gap::NotShown("numbers cannot be wished for".to_owned()));
            }
            let heir = Started::asleep(&mut Command::new(innocent.path()));
            reused += usize::from(heir.pid() == id);
            heirs.push(heir);
        }
        order.succeeded();
        for heir in &mut heirs {
            heir.expect_goes_on("who got a target's number")?;
        }
        expect(!victim.path().exists(), "the target is still there")?;
        expect(innocent.path().exists(), "the innocent file is gone")?;
        ground.expect_kept(victim.content())?;
    }
    expect(reused > 0, "no number was ever used again")?;
    Ok(format!("{reused} innocents with a target's number go on"))
}

fn is_running(process: &Started) -> bool {
    !matches!(state_of(process.pid()), None | Some('Z'))
}

fn one_group(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    let innocent = ground.innocent("innocent");
    let it = inode(victim.path()).expect("it is there");
    let its = inode(innocent.path()).expect("it is there");
    let line = "\"$0\" 600 & \"$1\" 600 & \"$0\" 600 & \"$1\" 600 & while :; do read word; done";
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .arg(victim.path())
        .arg(innocent.path());
    let mut shell = Started::of(command.process_group(0).stdin(Stdio::piped()));
    await_until("all run", || {
        executing(it).len() == 2 && executing(its).len() == 2
    });
    let before = executing(its);
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect(executing(it).is_empty(), "a target runs on")?;
    expect(executing(its) == before, "an innocent was killed")?;
    let stopped = before.iter().any(|pid| state_of(*pid) == Some('T'));
    expect(!stopped, "an innocent was left stopped")?;
    shell.expect_goes_on("their shell")?;
    for pid in before {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::KILL));
    }
    Ok("two targets killed, two innocents and their shell go on".to_owned())
}

fn hard_to_kill(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    let line = "trap '' TERM INT HUP; exec \"$0\" 600";
    let mut deaf = Command::new("sh");
    let mut deaf = Started::of(
        deaf.args(["-c", line])
            .arg(victim.path())
            .stdin(Stdio::null()),
    );
    deaf.await_execution(inode(victim.path()).expect("it is there"));
    let mut stopped = Started::asleep(&mut Command::new(victim.path()));
    let pid = i32::try_from(stopped.pid()).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("it has a number"), Signal::STOP).expect("it is ours");
    await_until("it is stopped", || state_of(stopped.pid()) == Some('T'));
    ground
        .quarantine(&victim.sha1())
        .expect_status("Succeeded")?;
    deaf.expect_killed("who ignores SIGTERM")?;
    stopped.expect_killed("who was stopped")?;
    expect_taken(&victim)?;
    if !cfg!(target_arch = "x86_64") {
        return Ok("deaf and stopped: killed; uninterruptible: not on this processor".to_owned());
    }
    let code = machine_code::uninterruptible();
    let target = Tiny::write(&ground.files().join("uninterruptible"), &code);
    let it = inode(&target.path).expect("it is there");
    let mut waiting = Started::of(Command::new(&target.path).stdin(Stdio::null()));
    await_until("it waits", || {
        state_of(waiting.pid()) == Some('D') && executing(it).len() == 2
    });
    let told = ground.quarantine(&sha1_of(&target.content));
    told.expect_status("Succeeded")?;
    waiting.expect_killed("who waited uninterruptibly")?;
    expect(executing(it).is_empty(), "its child runs on")?;
    expect(!target.path.exists(), "it is still there")?;
    Ok("deaf, stopped, and in state D: all killed".to_owned())
}

fn set_user_id(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    ground.open_to_all();
    let victim = ground.victim("target");
    set_mode(victim.path(), 0o4755);
    let link = ground.outside().join("link");
    fs::hard_link(victim.path(), &link).expect("the directory is ours");
    let mut command = Command::new(victim.path());
    let mut runs = Started::asleep(command.uid(NOBODY).gid(NOBODY));
    let status = fs::read_to_string(format!("/proc/{}/status", runs.pid()));
    let is_raised = status.is_ok_and(|status| status.contains(&format!("Uid:\t{NOBODY}\t0")));
    if !is_raised {
        return Err(Gap::NotShown("set-user-id has no effect here".to_owned()));
    }
    let told = ground.quarantine(&victim.sha1());
    runs.expect_killed("the process with root's powers")?;
    expect(!victim.path().exists(), "it is still there")?;
    let mode = fs::metadata(&link).map(|stat| std::os::unix::fs::MetadataExt::mode(&stat));
    expect(
        mode.is_ok_and(|mode| mode & 0o7777 == 0),
        "the link keeps its bits",
    )?;
    told.expect_residual("ResidualLinks")?;
    let item = ground.item_of(victim.content())?;
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    let mode = fs::metadata(victim.path()).map(|stat| std::os::unix::fs::MetadataExt::mode(&stat));
    expect(
        mode.is_ok_and(|mode| mode & 0o7777 == 0o4755),
        "restored without its bit",
    )?;
    Ok("killed; the link that stays has no bit; the restored file has it again".to_owned())
}

fn first_of_a_container(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let victim = ground.victim("target");
    let mut neighbour = ground.innocent("neighbour");
    neighbour.start();
    let mut container = Command::new("unshare");
    container
        .args(["--pid", "--fork", "--kill-child"])
        .arg(victim.path());
    let mut container = Started::asleep(&mut container);
    let it = inode(victim.path()).expect("it is there");
    await_until("its process 1 runs", || !executing(it).is_empty());
    let first = executing(it)[0];
    let numbers = fs::read_to_string(format!("/proc/{first}/status")).unwrap_or_default();
    let is_first = numbers
        .lines()
        .any(|line| line.starts_with("NSpid:") && line.ends_with("\t1"));
    expect(is_first, "it is no process 1")?;
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect(executing(it).is_empty(), "it runs on")?;
    expect(
        !container.succeeded(),
        "the container did not end by a signal",
    )?;
    expect_taken(&victim)?;
    expect_untouched(&neighbour, 1)?;
    let is_told = told
        .processes()
        .iter()
        .any(|process| process["pid"] == first);
    expect(is_told, "it is not told")?;
    Ok("stopped and told; its container ended".to_owned())
}

/// A user without any power over others.
const OTHER: u32 = 61235;

fn unreadable(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    if !has_program("setpriv") {
        return Err(Gap::NotShown(
            "there is no setpriv of util-linux".to_owned(),
        ));
    }
    ground.open_to_all();
    let mut victim = ground.victim("target");
    let mut hidden = {
        let mut command = Command::new("/bin/sleep");
        Started::asleep(command.uid(OTHER).gid(OTHER))
    };
    victim.start();
    ground.world.take_agent().kill_hard();
    // An agent that may do everything but see what others execute.
    let run = ground.world.agent_run();
    let mut blind = Command::new("setpriv");
    blind.args(["--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"]);
    blind.arg(run.get_program()).args(run.get_args());
    blind.env_clear();
    let set = run
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    blind.envs(set);
    ground.world.start_agent_by(blind.stdin(Stdio::null()));
    let told = ground.quarantine(&victim.sha1());
    let unread = told.coverage()["processesUnreadable"].as_u64();
    expect(
        unread.is_some_and(|unread| unread > 0),
        format!("none is counted: {}", told.whole()),
    )?;
    told.expect_residual("UnknownProcesses")?;
    hidden.expect_goes_on("the process that was not seen")?;
    expect(!victim.path().exists(), "the file is still there")?;
    let count = unread.unwrap_or(0);
    Ok(format!(
        "{count} processes are told as unknown, the action is {}",
        told.status()
    ))
}
