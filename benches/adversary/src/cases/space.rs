//! Where there is no room.

use std::fs;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use quell_testkit::Victim;

use crate::case::{Case, Gap};
use crate::ground::{Ground, expect_taken, expect_untouched};
use crate::mounted::Mounted;
use crate::observe::{Snapshot, output};

pub(super) const CASES: [Case; 2] = [
    Case::minimum(
        27,
        "full file system",
        "taken all the same: a name needs no room",
        full,
    ),
    Case::further(
        29,
        "no room in the vault",
        "nothing is killed or taken, and told; with room, the next order succeeds",
        no_room_in_the_vault,
    ),
];

fn full(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let full = ground.directory("full");
    let _mounted = Mounted::tmpfs(&full, "size=2m");
    let mut victim = Victim::create(&full, "target");
    let innocent = Victim::create(&full, "innocent");
    victim.start();
    let filled = fs::write(full.join("filler"), vec![1; 4 << 20]);
    assert!(filled.is_err(), "it is not full");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    expect_untouched(&innocent, 0)?;
    ground.expect_kept(victim.content())?;
    Ok("taken from where no byte is free, kept to the byte".to_owned())
}

fn no_room_in_the_vault(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    ground.world.take_agent().kill_hard();
    let vault = ground.vault();
    let aside = ground.outside().join("vault");
    copy(&vault, &aside);
    let mounted = Mounted::tmpfs(&vault, "size=2m,mode=0700");
    copy(&aside.join("."), &vault);
    ground.world.start_agent();
    let mut victim = ground.victim("target");
    let large = Victim::create_of_size(&ground.files(), "large", 8 << 20);
    let mut runs = Victim::adopt(large.path());
    runs.start();
    victim.start();
    let before = Snapshot::of(large.path());
    let told = ground.quarantine(&large.sha1());
    told.expect_failure("VaultUnavailable")?;
    before.expect_unchanged()?;
    expect_untouched(&runs, 1)?;
    expect_untouched(&victim, 1)?;
    mounted.remount("size=64m");
    let told = ground.quarantine(&large.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&runs)?;
    ground.expect_kept(large.content())?;
    ground.world.take_agent().kill_hard();
    Ok("refused and untouched without room; taken when there was some".to_owned())
}

fn copy(from: &Path, to: &Path) {
    output(std::process::Command::new("cp").arg("-a").arg(from).arg(to));
}

/// A file of this size that is nothing but its beginning and its end.
pub(super) fn sparse(path: &Path, size: u64, ends: &[u8]) -> fs::File {
    let file = fs::File::create(path).expect("the directory is ours");
    file.write_all_at(ends, 0).expect("there is room");
    file.set_len(size).expect("a hole needs no room");
    let at = size - ends.len() as u64;
    file.write_all_at(ends, at).expect("there is room");
    file
}

/// What a file takes up, in bytes.
pub(super) fn taken_up(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |stat| stat.blocks() * 512)
}
