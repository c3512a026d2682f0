//! Files behind mounts: read-only, of containers, of others, of nobody.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use quell_testkit::Victim;
use rustix::fs::AtFlags;

use crate::attacker::NOBODY;
use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched, set_mode};
use crate::mounted::Mounted;
use crate::observe::{Snapshot, await_until};
use crate::started::Started;

pub(super) const CASES: [Case; 6] = [
    Case::minimum(
        26,
        "read-only file system",
        "its processes end; the file stays and that is told",
        read_only,
    ),
    Case::minimum(
        28,
        "other file systems and bind mounts",
        "taken from each, without leaving anything behind",
        other_file_systems,
    ),
    Case::minimum(
        35,
        "a container's own mount",
        "taken through the process that sees it; what the host has at that path stays",
        |ground| behind_mounts(ground, Container::OfRoot),
    ),
    Case::minimum(
        36,
        "layer of an image",
        "gone for the container; the layer is not touched, and told",
        layer,
    ),
    Case::further(
        37,
        "mounts of a user who is root in his namespace",
        "as a container's own mount",
        |ground| behind_mounts(ground, Container::OfNobody),
    ),
    Case::further(
        38,
        "file system that never answers",
        "passed over and told; the action ends soon",
        hanging,
    ),
];

fn read_only(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let locked = ground.directory("locked");
    let mounted = Mounted::tmpfs(&locked, "size=8m");
    let mut victim = Victim::create(&locked, "target");
    let mut innocent = Victim::create(&locked, "innocent");
    mounted.remount("ro");
    let before = Snapshot::of(victim.path());
    victim.start();
    innocent.start();
    let told = ground.quarantine(&victim.sha1());
    expect(victim.all_ended(), "it still runs")?;
    expect_untouched(&innocent, 1)?;
    let barred = File::open(victim.path()).is_err();
    expect(barred, "what stays can be started again at once")?;
    // Nobody can read it as long as the gate stands.
    ground.world.take_agent().kill_hard();
    before.expect_unchanged()?;
    told.expect_failure("Incomplete")?;
    told.expect_residual("ReadOnly")?;
    let outcome = told.file(victim.path()).map(|file| &file["outcome"]);
    expect(
        outcome.is_some_and(|told| told == "NotRemoved"),
        "not told as it is",
    )?;
    Ok(
        "its process ended; the file is as it was: NotRemoved, ReadOnly, barred for a while"
            .to_owned(),
    )
}

fn other_file_systems(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let (other, bound) = (ground.directory("other"), ground.directory("bound"));
    let source = ground.outside().join("source");
    fs::create_dir(&source).expect("the directory is ours");
    let _other = Mounted::tmpfs(&other, "size=8m");
    let source_path = source.to_str().expect("the path is text");
    let _bound = Mounted::at(&bound, &["--bind", source_path]);
    for (directory, real) in [(&other, &other), (&bound, &source)] {
        let mut victim = Victim::create(directory, "target");
        let innocent = Victim::create(directory, "innocent");
        victim.start();
        let told = ground.quarantine(&victim.sha1());
        told.expect_status("Succeeded")?;
        expect_taken(&victim)?;
        expect_untouched(&innocent, 0)?;
        ground.expect_kept(victim.content())?;
        let left = names(real);
        expect(left == ["innocent"], format!("{left:?} remain"))?;
    }
    Ok("taken from a tmpfs and from below a bind mount; nothing is left behind".to_owned())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory)
        .expect("the directory is ours")
        .flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    OfRoot,
    /// Who is root in a user namespace of his own, and nobody outside.
    OfNobody,
}

fn behind_mounts(ground: &mut Ground, container: Container) -> Result<String, Gap> {
    ground.needs_root()?;
    ground.open_to_all();
    set_mode(ground.outside(), 0o755);
    let source = Victim::create(ground.outside(), "source");
    set_mode(source.path(), 0o755);
    let hidden = ground.directory("hidden");
    // At the very path that the container has, and another file.
    let on_the_host = Victim::create(&hidden, "program");
    let before = Snapshot::of(on_the_host.path());
    let script =
        "mount -t tmpfs tmpfs \"$1\" && cp \"$0\" \"$1/program\" && exec \"$1/program\" 600";
    let mut command = Command::new("unshare");
    if container == Container::OfNobody {
        command
            .args(["--user", "--map-root-user"])
            .uid(NOBODY)
            .gid(NOBODY);
    }
    command.args(["--mount", "--propagation", "private", "sh", "-c", script]);
    command.args([source.path(), &hidden]).stdin(Stdio::null());
    let mut runs = Started::of(&mut command);
    let link = PathBuf::from(format!("/proc/{}/exe", runs.pid()));
    let program = hidden.join("program");
    if !comes_to_execute(&mut runs, &link, &program) {
        return Err(Gap::NotShown(
            "the container cannot be made here".to_owned(),
        ));
    }
    let seen_by_it = format!("/proc/{}/root{}", runs.pid(), hidden.display());
    // Its mounts end with its last process; what is open of them stays.
    let inside = File::open(seen_by_it).expect("root may look");
    let told = ground.quarantine(&source.sha1());
    runs.expect_killed("the container's process")?;
    told.expect_status("Succeeded")?;
    let left = rustix::fs::statat(&inside, "program", AtFlags::SYMLINK_NOFOLLOW);
    expect(left.is_err(), "it is still in the container")?;
    before.expect_unchanged()?;
    expect(
        source.path().exists(),
        "what lies outside of the roots was taken",
    )?;
    ground.expect_kept(source.content())?;
    Ok("stopped and taken in its mounts; the host's file at that path is as it was".to_owned())
}

fn comes_to_execute(runs: &mut Started, link: &Path, program: &Path) -> bool {
    let mut lives = true;
    await_until("the container runs", || {
        lives = runs.expect_goes_on("the container").is_ok();
        !lives || fs::read_link(link).is_ok_and(|path| path == program)
    });
    lives
}

fn layer(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let layer = ground.directory("layer");
    let [upper, work] = ["upper", "work"].map(|name| {
        let path = ground.outside().join(name);
        fs::create_dir(&path).expect("the directory is ours");
        path
    });
    let merged = ground.directory("merged");
    let in_layer = Victim::create(&layer, "target");
    let innocent = Victim::create(&layer, "innocent");
    let before = [in_layer.path(), innocent.path()].map(Snapshot::of);
    let [layer, upper, work] = [&layer, &upper, &work].map(|path| path.display().to_string());
    let options = format!("lowerdir={layer},upperdir={upper},workdir={work}");
    let arguments = ["-t", "overlay", "overlay", "-o", &options];
    let _mounted = Mounted::at(&merged, &arguments);
    let mut program = Command::new(merged.join("target"));
    let mut runs = Started::asleep(&mut program);
    let told = ground.quarantine(&in_layer.sha1());
    runs.expect_killed("the container's process")?;
    expect(
        !merged.join("target").exists(),
        "it is still in the container",
    )?;
    expect(merged.join("innocent").exists(), "another file is gone")?;
    // Nobody can read what stays in the layer as long as the gate stands.
    ground.world.take_agent().kill_hard();
    for snapshot in &before {
        snapshot.expect_unchanged()?;
    }
    told.expect_residual("ImageLayer")?;
    ground.expect_kept(in_layer.content())?;
    Ok("whited out in the container; the layer is as it was: ImageLayer".to_owned())
}

/// An action that does not wait for who never answers ends within this time.
const SOON: Duration = Duration::from_secs(60);

fn hanging(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let open = File::options().read(true).write(true).open("/dev/fuse");
    let Ok(nobody_answers) = open else {
        return Err(Gap::NotShown("there is no /dev/fuse".to_owned()));
    };
    let stuck = ground.directory("stuck");
    let input = nobody_answers
        .try_clone()
        .expect("a descriptor can be doubled");
    let mounted = Command::new("mount")
        .args([
            "-i",
            "-t",
            "fuse",
            "-o",
            "fd=0,rootmode=40000,user_id=0,group_id=0",
            "stuck",
        ])
        .arg(&stuck)
        .stdin(Stdio::from(input))
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        return Err(Gap::NotShown(
            "a file system of a program cannot be mounted".to_owned(),
        ));
    }
    let mut victim = ground.victim("target");
    victim.start();
    let began = Instant::now();
    let told = ground.quarantine(&victim.sha1());
    let took = began.elapsed();
    // Whoever waits for it gets an error now.
    drop(nobody_answers);
    let _ = Command::new("umount").arg("--lazy").arg(&stuck).status();
    expect(took < SOON, format!("it took {} s", took.as_secs()))?;
    expect_taken(&victim)?;
    ground.expect_kept(victim.content())?;
    let unreached = told.coverage()["unreached"].to_string();
    expect(
        unreached.contains("stuck"),
        format!("it is not told: {}", told.coverage()),
    )?;
    Ok(format!(
        "the file beside it is taken; what was passed over is told; {}",
        told.status()
    ))
}
