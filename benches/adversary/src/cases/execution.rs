//! All the ways to execute a file without saying so.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quell_testkit::Victim;

use crate::attacker::{self, machine_code};
use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched, set_mode};
use crate::observe::{Snapshot, await_until, executing, inode, sha1_of, state_of};
use crate::started::Started;
use crate::tiny::{Tiny, mark};
use crate::tiny_program::forgery;

pub(super) const CASES: [Case; 7] = [
    Case::minimum(
        12,
        "in memory, or never named",
        "stopped, and kept in the vault",
        never_named,
    ),
    Case::minimum(
        13,
        "started by the dynamic loader",
        "stopped by its mapping; the loader and who else uses it go on",
        by_the_loader,
    ),
    Case::further(
        14,
        "forged executable, forged name",
        "stopped by what is mapped; what it pretends to be goes on",
        forged,
    ),
    Case::minimum(
        15,
        "threads without their leader",
        "seen by its threads, and stopped",
        leaderless,
    ),
    Case::minimum(
        16,
        "script under an interpreter",
        "the script's interpreter is stopped, its program is not touched",
        script,
    ),
    Case::further(
        17,
        "script that was read and closed",
        "the file goes, and what may have read it is told",
        sourced,
    ),
    Case::further(
        18,
        "library of many",
        "the file goes; who uses it goes on and is listed",
        library,
    ),
];

fn never_named(ground: &mut Ground) -> Result<String, Gap> {
    let directory = ground.files();
    for role in ["in-memory", "unnamed"] {
        let mut victim = ground.victim(role);
        let sha1 = victim.sha1();
        let path = victim.path().to_owned();
        let path_text = path.to_str().expect("the path is text");
        let mut roles = vec![role, path_text];
        if role == "unnamed" {
            roles.push(directory.to_str().expect("the path is text"));
        }
        let mut runs = Started::of(attacker::command(&roles).stdin(Stdio::null()));
        let link = PathBuf::from(format!("/proc/{}/exe", runs.pid()));
        let wanted = victim.content().to_vec();
        await_until("it runs", || {
            let is_it = fs::metadata(&link).is_ok_and(|stat| stat.len() == wanted.len() as u64);
            is_it && fs::read(&link).is_ok_and(|content| content == wanted)
        });
        fs::remove_file(&path).expect("the file is ours");
        victim = Victim::adopt(&link);
        let told = ground.quarantine(&sha1);
        told.expect_status("Succeeded")?;
        runs.expect_killed(role)?;
        ground.expect_kept(victim.content())?;
        let outcome = &told.files()[0]["outcome"];
        expect(
            outcome == "QuarantinedDeleted",
            format!("told as {outcome}"),
        )?;
    }
    Ok("a memfd and an O_TMPFILE: both stopped, both kept to the byte".to_owned())
}

fn loader() -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let paths = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let found = paths.into_iter().find(|path| path.contains("/ld-"))?;
    Some(found.into())
}

fn by_the_loader(ground: &mut Ground) -> Result<String, Gap> {
    let Some(loader) = loader() else {
        return Err(Gap::NotShown("this program has no loader".to_owned()));
    };
    let before = Snapshot::of(&loader);
    let victim = ground.victim("target");
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let mut loaded = Started::asleep(Command::new(&loader).arg(victim.path()));
    let mut bystander = Started::asleep(Command::new(&loader).arg("/bin/sleep"));
    await_mapping(&loaded, victim.path());
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    loaded.expect_killed("who was started by the loader")?;
    bystander.expect_goes_on("another one started by the loader")?;
    expect_taken(&victim)?;
    expect_untouched(&innocent, 1)?;
    before.expect_unchanged()?;
    Ok("stopped; another program of the loader's runs on".to_owned())
}

fn await_mapping(process: &Started, file: &Path) {
    let maps = format!("/proc/{}/maps", process.pid());
    let path = file.to_str().expect("the path is text");
    await_until("it is mapped", || {
        fs::read_to_string(&maps).is_ok_and(|maps| maps.contains(path))
    });
}

fn forged(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let loader = Tiny::write(&ground.files().join("loader"), &forgery::loader());
    let target = Tiny::write(&ground.files().join("target"), &forgery::forger());
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let open = |path: &Path| Stdio::from(File::open(path).expect("the file is ours"));
    let mut command = Command::new(&loader.path);
    command
        .stdin(open(&target.path))
        .stdout(open(innocent.path()));
    let mut forger = Started::as_is(&mut command);
    let maps = format!("/proc/{}/maps", forger.pid());
    let name = loader.path.to_str().expect("the path is text");
    await_until("it is rid of its loader", || {
        fs::read_to_string(&maps).is_ok_and(|maps| !maps.contains(name))
    });
    let link = format!("/proc/{}/exe", forger.pid());
    let mut refused = None;
    await_until(
        "it names another file as its executable, or is refused",
        || {
            refused = forger.exit_code();
            refused.is_some() || inode(link.as_ref()) == inode(innocent.path())
        },
    );
    if let Some(errno) = refused {
        return Err(Gap::NotShown(format!(
            "the kernel lets nobody here name another executable (error {errno} of PR_SET_MM_MAP)"
        )));
    }
    // And one that only gives itself another name.
    use std::os::unix::process::CommandExt as _;
    let mut pretender = ground.victim("pretender");
    let mut command = Command::new(pretender.path());
    let mut renamed = Started::asleep(command.arg0("[kworker/0:1]"));
    pretender.start();
    let told = ground.quarantine(&sha1_of(&target.content));
    told.expect_status("Succeeded")?;
    forger.expect_killed("who forged its executable")?;
    expect(!target.path.exists(), "the target is still there")?;
    expect(loader.path.exists(), "its loader was taken")?;
    let told = ground.quarantine(&pretender.sha1());
    told.expect_status("Succeeded")?;
    renamed.expect_killed("who called itself a kernel thread")?;
    expect_taken(&pretender)?;
    expect_untouched(&innocent, 1)?;
    let who =
        "who had an innocent file named as its executable, and who called itself a kernel thread";
    Ok(format!("stopped: {who}"))
}

fn leaderless(ground: &mut Ground) -> Result<String, Gap> {
    if !cfg!(target_arch = "x86_64") {
        return Err(Gap::NotShown("its program is for x86-64".to_owned()));
    }
    let target = Tiny::write(&ground.files().join("target"), &machine_code::leader_ends());
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let it = inode(&target.path).expect("it is there");
    let mut command = Command::new(&target.path);
    let mut runs = Started::of(command.stdin(Stdio::null()));
    await_until("its leader has ended", || state_of(runs.pid()) == Some('Z'));
    let is_hidden = fs::read_link(format!("/proc/{}/exe", runs.pid())).is_err();
    assert!(is_hidden, "the process is not hidden");
    expect(executing(it) == [runs.pid()], "no thread runs it")?;
    let told = ground.quarantine(&sha1_of(&target.content));
    told.expect_status("Succeeded")?;
    runs.expect_killed("the process without a leader")?;
    expect(executing(it).is_empty(), "a thread runs on")?;
    expect(!target.path.exists(), "it is still there")?;
    expect_untouched(&innocent, 1)?;
    ground.expect_kept(&target.content)?;
    Ok("/proc/PID/exe was gone, its thread gave it away".to_owned())
}

fn script(ground: &mut Ground) -> Result<String, Gap> {
    let write = |name: &str| {
        let path = ground.files().join(name);
        let text = format!("#!/bin/sh\n{}read word\nread word\n", mark());
        fs::write(&path, text).expect("the directory is ours");
        set_mode(&path, 0o755);
        path
    };
    let (evil, good) = (write("evil"), write("good"));
    let content = fs::read(&evil).expect("it is there");
    let waiting = |command: &mut Command| {
        let started = Started::of(command.stdin(Stdio::piped()));
        await_until("it waits for input", || waits_for_input(started.pid()));
        started
    };
    let mut interpreters = vec!["/bin/sh"];
    interpreters.extend(["/bin/bash"].iter().filter(|path| Path::new(path).exists()));
    let shells: Vec<Snapshot> = interpreters
        .iter()
        .map(|path| Snapshot::of(path.as_ref()))
        .collect();
    let mut stopped: Vec<Started> = interpreters
        .iter()
        .map(|shell| waiting(Command::new(shell).arg(&evil)))
        .collect();
    stopped.push(waiting(&mut Command::new(&evil)));
    let mut innocent = waiting(&mut Command::new(&good));
    let mut reader = waiting(Command::new("cat").arg("-").arg(&evil));
    let told = ground.quarantine(&sha1_of(&content));
    told.expect_status("Succeeded")?;
    for process in &mut stopped {
        process.expect_killed("an interpreter of the script")?;
    }
    innocent.expect_goes_on("the interpreter of another script")?;
    reader.expect_goes_on("who only reads it")?;
    expect(!evil.exists() && good.exists(), "the wrong script is gone")?;
    for shell in &shells {
        shell.expect_unchanged()?;
    }
    ground.expect_kept(&content)?;
    let count = stopped.len();
    Ok(format!(
        "{count} shells stopped; another script and a reader go on"
    ))
}

/// In `read(0, …)`.
fn waits_for_input(pid: u32) -> bool {
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
    call.starts_with("0 0x0 ")
}

fn sourced(ground: &mut Ground) -> Result<String, Gap> {
    if !Path::new("/bin/bash").exists() {
        return Err(Gap::NotShown("there is no bash".to_owned()));
    }
    let library = ground.files().join("library.sh");
    let text = format!("evil=1{}", mark());
    fs::write(&library, &text).expect("the directory is ours");
    let line = ". \"$0\"; echo ready; while read word; do :; done";
    let mut command = Command::new("/bin/bash");
    command
        .args(["-c", line])
        .arg(&library)
        .stdin(Stdio::piped());
    let mut shell = Started::ready(&mut command);
    let told = ground.quarantine(&sha1_of(text.as_bytes()));
    expect(!library.exists(), "it is still there")?;
    ground.expect_kept(text.as_bytes())?;
    shell.expect_goes_on("the shell, of which nothing shows that it has read the file")?;
    told.expect_status("Succeeded")?;
    told.expect_residual("NotAttributable")?;
    // Read, and deleted by the script itself: nobody holds it any more.
    let script = ground.files().join("script.sh");
    let text = format!(
        "rm -- \"$0\"\nexec 255>&-\necho ready\nread word\n# {}",
        mark()
    );
    fs::write(&script, &text).expect("the directory is ours");
    let copy = ground.files().join("copy.sh");
    fs::copy(&script, &copy).expect("the directory is ours");
    let whole = "eval \"$(cat \"$0\")\"";
    let mut command = Command::new("/bin/bash");
    command
        .args(["-c", whole])
        .arg(&script)
        .stdin(Stdio::piped());
    let mut shell = Started::ready(&mut command);
    expect(!script.exists(), "the script has not deleted itself")?;
    let told = ground.quarantine(&sha1_of(text.as_bytes()));
    expect(!copy.exists(), "the copy is still there")?;
    ground.expect_kept(text.as_bytes())?;
    shell.expect_goes_on("the shell that had read the deleted script")?;
    told.expect_residual("NotAttributable")?;
    // Of a program that the kernel itself executes, nobody has read anything unseen.
    let victim = ground.victim("program");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    let is_silent = told.residual("NotAttributable").is_none();
    expect(is_silent, "readers of a program are told")?;
    Ok("the files are gone; who had read them goes on, and NotAttributable says so".to_owned())
}

fn library(ground: &mut Ground) -> Result<String, Gap> {
    let path = ground.files().join("libevil.so");
    let Some(original) = library_of_this_program() else {
        return Err(Gap::NotShown("this program uses no libgcc_s".to_owned()));
    };
    let mut content = fs::read(original).expect("the library can be read");
    content.extend(mark().bytes());
    fs::write(&path, &content).expect("the directory is ours");
    let users = || {
        let mut command = Command::new("/bin/sleep");
        let user = Started::asleep(command.env("LD_PRELOAD", &path));
        await_mapping(&user, &path);
        user
    };
    let mut users = [users(), users(), users()];
    let told = ground.quarantine(&sha1_of(&content));
    expect(!path.exists(), "it is still there")?;
    ground.expect_kept(&content)?;
    for user in &mut users {
        user.expect_goes_on("a user of the library")?;
    }
    let listed = told.processes().iter();
    let listed = listed
        .filter(|process| process["outcome"] == "StillMapped")
        .count();
    expect(listed == 3, format!("{listed} of 3 users are listed"))?;
    told.expect_failure("Incomplete")?;
    Ok("the file is gone, its three users go on and are listed".to_owned())
}

fn library_of_this_program() -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let paths = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let found = paths.into_iter().find(|path| path.contains("/libgcc_s"))?;
    Some(found.into())
}
