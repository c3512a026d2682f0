//! The agent dies, or is asked twice.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use quell_testkit::Victim;

use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched};
use crate::mounted::Mounted;
use crate::observe::{has_program, inode, output};
use crate::started::Started;

pub(super) const CASES: [Case; 5] = [
    Case::minimum(
        41,
        "agent dies between freeze and capture",
        "whoever was stopped goes on; the next start finishes the action",
        after_freeze,
    ),
    Case::minimum(
        42,
        "agent dies between capture and vault",
        "the file is neither lost nor back; the next start finishes the action",
        after_capture,
    ),
    Case::further(
        43,
        "power fails",
        "the disk has the file under its own name or the captured one",
        power_fails,
    ),
    Case::further(
        45,
        "two orders for one file, and a restore meanwhile",
        "one after the other: kept once, and at one place",
        at_the_same_time,
    ),
    Case::further(
        50,
        "permission events are stalled",
        "only who opens the target waits; when the agent dies, nobody does",
        stalled,
    ),
];

fn after_freeze(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("target");
    victim.start();
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    ground.crash_at("after-freeze");
    let order = ground.order(&victim.sha1(), &[]);
    ground.await_crash("after-freeze")?;
    expect(
        victim.any_stopped(),
        "nobody was stopped: the case shows nothing",
    )?;
    expect_untouched(&innocent, 1)?;
    let thawed = ground.agent(&["thaw"]);
    expect(thawed.code == 0, format!("thaw failed: {thawed:?}"))?;
    expect_untouched(&victim, 1)?;
    ground.world.start_agent();
    ground.ended(&order).expect_status("Succeeded")?;
    expect_taken(&victim)?;
    expect_untouched(&innocent, 1)?;
    ground.expect_kept(victim.content())?;
    Ok("thawed without an agent; the next start took the file".to_owned())
}

fn after_capture(ground: &mut Ground) -> Result<String, Gap> {
    for point in ["after-capture", "after-kill", "during-vault"] {
        let mut victim = ground.victim(point);
        victim.start();
        let innocent = ground.innocent("innocent");
        ground.crash_at(point);
        let order = ground.order(&victim.sha1(), &[]);
        ground.await_crash(point)?;
        expect(!victim.path().exists(), "it was not captured")?;
        let copies = captured(ground, victim.content());
        expect(copies == 1, format!("at {point} {copies} files hold it"))?;
        ground.world.start_agent();
        ground.ended(&order).expect_status("Succeeded")?;
        expect_taken(&victim)?;
        let copies = captured(ground, victim.content());
        expect(copies == 0, "it is still held beside the vault")?;
        expect_untouched(&innocent, 0)?;
        ground.expect_kept(victim.content())?;
    }
    Ok("three deaths: held once, then in the vault to the byte".to_owned())
}

/// How many captured files have this content: beside the file, or at the root of its file system.
fn captured(ground: &Ground, content: &[u8]) -> usize {
    let at_the_root = fs::read_dir(mount_of(&ground.files()));
    let at_the_root = at_the_root.into_iter().flatten().flatten();
    let ours = at_the_root.filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with(".quell-capture-")
    });
    let there: usize = ours.map(|entry| holding(&entry.path(), content)).sum();
    there + holding(&ground.files(), content)
}

/// The highest directory of the file system that a path is on.
fn mount_of(path: &Path) -> &Path {
    let device = |path: &Path| inode(path).map(|(device, _)| device);
    let above = path.ancestors();
    let on_it = above.take_while(|above| device(above) == device(path));
    on_it.last().unwrap_or(path)
}

/// How many files below a directory have this content.
fn holding(directory: &Path, content: &[u8]) -> usize {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let counts = entries.map(|entry| {
        let path = entry.path();
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true => holding(&path, content),
            false => usize::from(fs::read(path).is_ok_and(|found| found == content)),
        }
    });
    counts.sum()
}

fn power_fails(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    if !has_program("mkfs.ext4") && !Path::new("/sbin/mkfs.ext4").exists() {
        return Err(Gap::NotShown("there is no mkfs.ext4".to_owned()));
    }
    let image = ground.outside().join("disk");
    let disk = File::create(&image).and_then(|file| file.set_len(32 << 20));
    disk.expect("there is room");
    output(Command::new("mkfs.ext4").arg("-q").arg(&image));
    let at = ground.directory("disk");
    let device = image.to_str().expect("the path is text").to_owned();
    if !can_mount(&image, ground.outside()) {
        return Err(Gap::NotShown("there are no loop devices".to_owned()));
    }
    let mounted = Mounted::at(&at, &["-o", "loop", &device]);
    let points = [
        "during-capture",
        "after-capture",
        "after-kill",
        "during-vault",
    ];
    for point in points {
        let victim = Victim::create(&at, point);
        let innocent = Victim::create(&at, "innocent");
        output(&mut Command::new("sync"));
        ground.crash_at(point);
        let order = ground.order(&victim.sha1(), &[]);
        ground.await_crash(point)?;
        // What was never flushed is not in the image: this is what a disk would hold.
        let kept = contents_after(
            &image,
            ground.outside(),
            &[victim.content(), innocent.content()],
        );
        expect(
            kept == [1, 1],
            format!("at {point}, the disk holds {kept:?}"),
        )?;
        ground.world.start_agent();
        ground.ended(&order).expect_status("Succeeded")?;
        ground.expect_kept(victim.content())?;
        expect_untouched(&innocent, 0)?;
    }
    ground.world.take_agent().kill_hard();
    drop(mounted);
    Ok("cut off at four states: the disk had the file once, each time".to_owned())
}

fn can_mount(image: &Path, scratch: &Path) -> bool {
    let trial = scratch.join("trial");
    fs::create_dir(&trial).expect("the directory is ours");
    let mut mount = Command::new("mount");
    mount
        .args(["-o", "loop"])
        .args([image, &trial])
        .stderr(Stdio::null());
    let mounted = mount.status().is_ok_and(|status| status.success());
    mounted && Command::new("umount").arg(&trial).status().is_ok()
}

/// How often each content is on a copy of the disk, as it is after the power came back.
fn contents_after(image: &Path, scratch: &Path, contents: &[&[u8]]) -> Vec<usize> {
    let (copy, at) = (scratch.join("disk-after"), scratch.join("after"));
    output(
        Command::new("cp")
            .arg("--sparse=always")
            .args([image, &copy]),
    );
    let _ = fs::create_dir(&at);
    let device = copy.to_str().expect("the path is text");
    let mounted = Mounted::at(&at, &["-o", "loop", device]);
    let held = contents
        .iter()
        .map(|content| holding(&at, content))
        .collect();
    drop(mounted);
    held
}

fn at_the_same_time(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("target");
    victim.start();
    let innocent = ground.innocent("innocent");
    let sha1 = victim.sha1();
    let silent =
        |command: &mut Command| Started::of(command.stdin(Stdio::null()).stderr(Stdio::null()));
    let mut orders = [0, 1, 2].map(|_| silent(&mut ground.begin_order(&sha1)));
    for order in &mut orders {
        order.succeeded();
    }
    expect_taken(&victim)?;
    ground.expect_kept(victim.content())?;
    // Given back, and taken again at the same time.
    let item = ground.item_of(victim.content())?;
    for _ in 0..3 {
        let mut order = silent(&mut ground.begin_order(&sha1));
        let restored = ground.restore(&item);
        order.succeeded();
        let is_there = victim.path().exists();
        if is_there {
            let content = fs::read(victim.path()).ok();
            expect(
                content.as_deref() == Some(victim.content()),
                "other bytes were given back",
            )?;
        }
        let kept = ground.items(&sha1);
        expect(!kept.is_empty(), "the vault has lost it")?;
        expect(
            is_there || restored.code != 0 || kept.len() > 1,
            "it is neither back nor kept anew",
        )?;
        ground.quarantine(&sha1);
        expect(!victim.path().exists(), "it stays after the last order")?;
    }
    for item in ground.items(&sha1) {
        let id = item["id"].as_str().unwrap_or_default();
        expect(
            ground.content_of(id) == victim.content(),
            "an item keeps other bytes",
        )?;
    }
    expect_untouched(&innocent, 0)?;
    Ok("three orders at once kept it once; restores and orders took turns".to_owned())
}

fn stalled(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let victim = ground.victim("target");
    let innocent = ground.innocent("innocent");
    ground.crash_at("after-gate");
    let order = ground.order(&victim.sha1(), &[]);
    ground.await_crash("after-gate")?;
    let mut runs = Started::asleep(&mut Command::new(victim.path()));
    runs.expect_goes_on("who started it after the agent's death")?;
    ground.world.start_agent();
    ground.ended(&order).expect_status("Succeeded")?;
    runs.expect_killed("who had started it")?;
    // While the gate still stands over the target, others are opened as ever.
    let link = ground.outside().join("link");
    let again = ground.victim("again");
    fs::hard_link(again.path(), &link).expect("the directory is ours");
    ground.quarantine(&again.sha1());
    expect_untouched(&innocent, 0)?;
    let opened = (0..1000).all(|_| File::open(innocent.path()).is_ok());
    expect(opened, "another file cannot be opened")?;
    let barred = File::open(&link).is_err();
    expect(barred, "the gate does not stand")?;
    ground.world.take_agent().kill_hard();
    expect(File::open(&link).is_ok(), "the gate outlives the agent")?;
    Ok("others are opened as ever; with the agent, the gate is gone".to_owned())
}
