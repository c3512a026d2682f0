//! What the vault keeps, refuses and gives back.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use quell_testkit::Outcome;

use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched, set_mode};
use crate::mounted::Mounted;
use crate::observe::{Snapshot, has_program, output, sha1_at};

pub(super) const CASES: [Case; 6] = [
    Case::minimum(
        25,
        "immutable and append-only",
        "taken all the same; a restore sets the flag again",
        flags,
    ),
    Case::never(
        51,
        "more events than the queue holds",
        "searched anew, and told meanwhile",
        "there is no queue to overflow: the agent does not listen to file system events, and will not before it keeps an \
         index of files; until then every action searches its roots itself, and says how far it came",
    ),
    Case::further(
        52,
        "the vault within reach of the search",
        "its own files are never taken, and no action follows from another",
        feedback,
    ),
    Case::further(
        53,
        "vault tampered with, key lost",
        "the restore refuses, and the item stays",
        tampered,
    ),
    Case::minimum(
        54,
        "restore over a file, or through a symbolic link",
        "refused; what is there stays",
        in_the_way,
    ),
    Case::minimum(
        55,
        "restore of set-user-id and capabilities",
        "owner, mode, times, attributes and capabilities exactly",
        metadata,
    ),
];

fn flags(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    for (letter, name) in [("i", "immutable"), ("a", "append-only")] {
        let mut victim = ground.victim(name);
        let innocent = ground.innocent(&format!("innocent-{name}"));
        for path in [victim.path(), innocent.path()] {
            if chattr(&format!("+{letter}"), path).is_err() {
                return Err(Gap::NotShown(format!("chattr +{letter} does nothing here")));
            }
        }
        victim.start();
        let played = take_and_restore(ground, &victim, letter);
        let innocent_kept = lsattr(innocent.path()).contains(letter);
        for path in [victim.path(), innocent.path()] {
            let _ = chattr(&format!("-{letter}"), path);
        }
        played?;
        expect(innocent_kept, "the neighbour has lost its flag")?;
        expect_untouched(&innocent, 0)?;
    }
    Ok("+i and +a: taken, given back with the flag; the neighbour keeps its own".to_owned())
}

fn take_and_restore(
    ground: &Ground,
    victim: &quell_testkit::Victim,
    letter: &str,
) -> Result<(), Gap> {
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(victim)?;
    let item = ground.item_of(victim.content())?;
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    let content = fs::read(victim.path()).ok();
    expect(content.as_deref() == Some(victim.content()), "other bytes")?;
    let is_set = lsattr(victim.path()).contains(letter);
    expect(is_set, format!("restored without +{letter}"))
}

fn chattr(change: &str, path: &Path) -> Result<(), ()> {
    let status = Command::new("chattr").arg(change).arg(path).status();
    status
        .ok()
        .filter(|status| status.success())
        .map(drop)
        .ok_or(())
}

/// The letters of the flags.
fn lsattr(path: &Path) -> String {
    let line = output(Command::new("lsattr").arg("-d").arg(path));
    let line = String::from_utf8_lossy(&line).into_owned();
    line.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn feedback(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let victim = ground.victim("target");
    ground
        .quarantine(&victim.sha1())
        .expect_status("Succeeded")?;
    let item = ground.item_of(victim.content())?;
    let kept = ground.item_file(&item);
    let before = Snapshot::of(&kept);
    // The agent's own state, seen once more below its roots.
    let state = ground.world.agent_state();
    let within = ground.directory("state");
    let source = state.to_str().expect("the path is text");
    let _mounted = Mounted::at(&within, &["--bind", source]);
    let told = ground.quarantine(&sha1_at(&kept));
    before.expect_unchanged()?;
    told.expect_status("Failed")?;
    // Two rounds of the inventory, which looks at the roots again.
    let innocent = ground.victim("another");
    ground
        .quarantine(&innocent.sha1())
        .expect_status("Succeeded")?;
    before.expect_unchanged()?;
    let items = ground.agent(&["vault", "list", "--output", "json"]).json();
    let count = items["items"].as_array().map_or(0, Vec::len);
    expect(count == 2, format!("{count} items after two files"))?;
    ground.expect_kept(victim.content())?;
    Ok(format!(
        "an order for a vault's file failed ({}) and left it; two files, two items",
        told.reason()
    ))
}

fn expect_refused(restored: &Outcome, path: &Path) -> Result<(), Gap> {
    expect(restored.code != 0, "it was restored")?;
    expect(!path.exists(), "there is something at its path")
}

fn tampered(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    ground
        .quarantine(&victim.sha1())
        .expect_status("Succeeded")?;
    let item = ground.item_of(victim.content())?;
    let file = ground.item_file(&item);
    let whole = fs::read(&file).expect("the item is there");
    let step = (whole.len() / 40).max(1);
    let mut refused = 0;
    for at in (0..whole.len()).step_by(step) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        rewrite(&file, &bytes);
        expect_refused(&ground.restore(&item), victim.path())?;
        refused += 1;
    }
    for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
        rewrite(&file, &whole[..cut]);
        expect_refused(&ground.restore(&item), victim.path())?;
        refused += 1;
    }
    expect(file.exists(), "a broken item was removed")?;
    rewrite(&file, &whole);
    lose_the_key(ground, &item, victim.path())?;
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    let content = fs::read(victim.path()).ok();
    expect(content.as_deref() == Some(victim.content()), "other bytes")?;
    Ok(format!(
        "{refused} changed items and a lost key refused; whole again, restored"
    ))
}

fn rewrite(file: &Path, bytes: &[u8]) {
    set_mode(file, 0o600);
    fs::write(file, bytes).expect("the item is ours");
    set_mode(file, 0o400);
}

fn lose_the_key(ground: &mut Ground, item: &str, path: &Path) -> Result<(), Gap> {
    ground.world.take_agent().kill_hard();
    let aside = ground.outside().join("keys");
    fs::create_dir(&aside).expect("the directory is ours");
    let entries = fs::read_dir(ground.vault())
        .expect("the vault is ours")
        .flatten();
    let keys: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "key"))
        .collect();
    expect(!keys.is_empty(), "there is no key to lose")?;
    let away = |key: &Path| aside.join(key.file_name().expect("it has a name"));
    for key in &keys {
        output(Command::new("mv").args([key, &away(key)]));
    }
    expect_refused(&ground.restore(item), path)?;
    expect(ground.item_file(item).exists(), "the item is gone")?;
    for key in &keys {
        output(Command::new("mv").arg("-f").args([&away(key), key]));
    }
    Ok(())
}

fn in_the_way(ground: &mut Ground) -> Result<String, Gap> {
    let directory = ground.directory("home");
    let victim = quell_testkit::Victim::create(&directory, "target");
    ground
        .quarantine(&victim.sha1())
        .expect_status("Succeeded")?;
    let item = ground.item_of(victim.content())?;
    // A newer file has its name by now.
    fs::write(victim.path(), "newer").expect("the directory is ours");
    let newer = Snapshot::of(victim.path());
    expect(
        ground.restore(&item).code != 0,
        "it was restored over another file",
    )?;
    newer.expect_unchanged()?;
    fs::remove_file(victim.path()).expect("the file is ours");
    // So has a link to somebody else's file, and then its directory is one.
    let elsewhere = ground.outside().join("elsewhere");
    fs::create_dir(&elsewhere).expect("the directory is ours");
    symlink(elsewhere.join("target"), victim.path()).expect("the directory is ours");
    expect(
        ground.restore(&item).code != 0,
        "it was restored through a link",
    )?;
    expect(!elsewhere.join("target").exists(), "a link was followed")?;
    fs::remove_file(victim.path()).expect("the link is ours");
    fs::rename(&directory, ground.files().join("away")).expect("the directory is ours");
    symlink(&elsewhere, &directory).expect("the directory is ours");
    expect(
        ground.restore(&item).code != 0,
        "it was restored into a linked directory",
    )?;
    expect(
        !elsewhere.join("target").exists(),
        "a linked directory was followed",
    )?;
    fs::remove_file(&directory).expect("the link is ours");
    fs::rename(ground.files().join("away"), &directory).expect("the directory is ours");
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    let content = fs::read(victim.path()).ok();
    expect(content.as_deref() == Some(victim.content()), "other bytes")?;
    Ok("three times something was in the way and stayed; then it was given back".to_owned())
}

const OWNER: (u32, u32) = (61_236, 61_237);

fn metadata(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let victim = ground.victim("target");
    let path = victim.path();
    chown(path, Some(OWNER.0), Some(OWNER.1)).expect("root gives away");
    set_mode(path, 0o6755);
    let mut shown = vec!["owner", "set-user-id"];
    let setcap = Command::new("setcap")
        .arg("cap_net_raw,cap_net_admin+ep")
        .arg(path)
        .status();
    let has_capabilities = setcap.is_ok_and(|status| status.success()) && has_program("getcap");
    if has_capabilities {
        shown.push("capabilities");
    }
    let label = "a value\0with a zero".as_bytes();
    let set = rustix::fs::setxattr(path, "user.label", label, rustix::fs::XattrFlags::empty());
    if set.is_ok() {
        shown.push("attributes");
    }
    output(
        Command::new("touch")
            .args(["-m", "-d", "2001-02-03 04:05:06.123456789"])
            .arg(path),
    );
    let before = Described::of(path, has_capabilities);
    ground
        .quarantine(&victim.sha1())
        .expect_status("Succeeded")?;
    expect_taken(&victim)?;
    let item = ground.item_of(victim.content())?;
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    let after = Described::of(path, has_capabilities);
    expect(after == before, format!("{after:?} instead of {before:?}"))?;
    let content = fs::read(path).ok();
    expect(content.as_deref() == Some(victim.content()), "other bytes")?;
    Ok(format!(
        "given back exactly: {}, times, bytes",
        shown.join(", ")
    ))
}

/// All that other programs tell of a file.
#[derive(Debug, PartialEq, Eq)]
struct Described {
    owner: (u32, u32),
    mode: u32,
    modified: (i64, i64),
    capabilities: String,
    label: Option<Vec<u8>>,
}

impl Described {
    fn of(path: &Path, has_capabilities: bool) -> Self {
        let stat = fs::metadata(path).expect("it is there");
        let capabilities = match has_capabilities {
            true => String::from_utf8_lossy(&output(Command::new("getcap").arg(path))).into_owned(),
            false => String::new(),
        };
        let mut label = vec![0; 64];
        let length = rustix::fs::getxattr(path, "user.label", &mut label);
        Self {
            owner: (stat.uid(), stat.gid()),
            mode: stat.mode(),
            modified: (stat.mtime(), stat.mtime_nsec()),
            capabilities,
            label: length.ok().map(|length| label[..length].to_vec()),
        }
    }
}
