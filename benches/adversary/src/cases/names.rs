//! Names: renamed, linked, pointed at, deleted.

use std::fs;
use std::os::unix::fs::symlink;

use crate::case::{Case, Gap, Play, expect};
use crate::ground::{Ground, expect_taken, expect_untouched};

pub(super) const CASES: [Case; 5] = [
    Case {
        number: 1,
        name: "renamed while running",
        expected: "found by its inode, stopped, taken at its new name",
        minimum: true,
        play: Play::On(renamed_while_running),
    },
    Case {
        number: 2,
        name: "hard links",
        expected: "every link goes and is recorded; a restore gives all of them back as links",
        minimum: true,
        play: Play::On(hard_links),
    },
    Case {
        number: 4,
        name: "symbolic link to the target",
        expected: "the target goes, the link stays as it is",
        minimum: false,
        play: Play::On(symbolic_link),
    },
    Case {
        number: 10,
        name: "deleted but running",
        expected: "stopped; the content is in the vault",
        minimum: true,
        play: Play::On(deleted_but_running),
    },
    Case {
        number: 11,
        name: "a name that ends in \" (deleted)\"",
        expected: "taken as the file that it is",
        minimum: true,
        play: Play::On(named_deleted),
    },
];

fn renamed_while_running(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("before");
    victim.start();
    let after = ground.files().join("after");
    fs::rename(victim.path(), &after).expect("the file is ours");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect(!after.exists(), "it is still at its new name")?;
    expect_taken(&victim)?;
    Ok("stopped, and gone from its new name".to_owned())
}

fn hard_links(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("first");
    let links = ["second", "third"].map(|name| ground.files().join(name));
    for link in &links {
        fs::hard_link(victim.path(), link).expect("the directory is ours");
    }
    let innocent = ground.innocent("innocent");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    expect(!links.iter().any(|link| link.exists()), "a link is left")?;
    expect_untouched(&innocent, 0)?;
    Ok("all three names are gone, the neighbour is as it was".to_owned())
}

fn symbolic_link(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    let link = ground.files().join("link");
    symlink(victim.path(), &link).expect("the directory is ours");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    let points_at = fs::read_link(&link).ok();
    let stays = points_at.as_deref() == Some(victim.path());
    expect(stays, "the symbolic link was touched")?;
    Ok("the target is gone, the link dangles".to_owned())
}

fn deleted_but_running(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("gone");
    victim.start();
    fs::remove_file(victim.path()).expect("the file is ours");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    Ok("stopped".to_owned())
}

fn named_deleted(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("program (deleted)");
    victim.start();
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    Ok("stopped, and gone from its path".to_owned())
}
