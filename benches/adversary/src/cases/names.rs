//! Names: renamed, linked, pointed at, deleted.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::process::Command;

use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched};
use crate::mounted::Mounted;
use crate::observe::Snapshot;

pub(super) const CASES: [Case; 6] = [
    Case::minimum(
        1,
        "renamed while running",
        "found by its inode, stopped, taken at its new name",
        renamed_while_running,
    ),
    Case::minimum(
        2,
        "hard links",
        "every link goes and is recorded; a restore gives all of them back as links",
        hard_links,
    ),
    Case::further(
        3,
        "a hard link that nobody can find",
        "nobody can execute it, and it is counted in the result",
        hidden_link,
    ),
    Case::further(
        4,
        "symbolic link to the target",
        "the target goes, the link stays as it is",
        symbolic_link,
    ),
    Case::minimum(
        10,
        "deleted but running",
        "stopped; the content is in the vault",
        deleted_but_running,
    ),
    Case::minimum(
        11,
        "a name that ends in \" (deleted)\"",
        "taken as the file that it is; the file without the ending stays",
        named_deleted,
    ),
];

fn renamed_while_running(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("before");
    victim.start();
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let after = ground.files().join("after");
    fs::rename(victim.path(), &after).expect("the file is ours");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect(!after.exists(), "it is still at its new name")?;
    expect_taken(&victim)?;
    expect_untouched(&innocent, 1)?;
    ground.expect_kept(victim.content())?;
    Ok("stopped, gone from its new name, kept to the byte".to_owned())
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
    expect(told.files().len() == 3, "not every link is told")?;
    expect_untouched(&innocent, 0)?;
    let item = ground.item_of(victim.content())?;
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    let given_back = fs::metadata(victim.path()).map(|stat| (stat.ino(), stat.nlink()));
    let (inode, count) = given_back.map_err(|error| Gap::Failed(error.to_string()))?;
    expect(count == 3, format!("{count} links were given back"))?;
    let is_same = |link| fs::metadata(link).is_ok_and(|stat| stat.ino() == inode);
    expect(links.iter().all(is_same), "a link is another file now")?;
    let content = fs::read(victim.path()).ok();
    expect(content.as_deref() == Some(victim.content()), "other bytes")?;
    Ok("all three names went and came back as one file".to_owned())
}

fn hidden_link(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let victim = ground.victim("known");
    let hiding = ground.directory("hiding");
    let link = hiding.join("link");
    fs::hard_link(victim.path(), &link).expect("the directory is ours");
    let over = Mounted::tmpfs(&hiding, "size=1m");
    let told = ground.quarantine(&victim.sha1());
    drop(over);
    expect_taken(&victim)?;
    ground.expect_kept(victim.content())?;
    let mode = fs::metadata(&link).map(|stat| stat.mode() & 0o7777);
    expect(mode.is_ok_and(|mode| mode == 0), "it has permissions left")?;
    let started = Command::new(&link).arg("600").spawn();
    expect(started.is_err(), "the link is executed")?;
    told.expect_residual("ResidualLinks")?;
    let links = told.file(victim.path()).map(|file| &file["residualLinks"]);
    expect(links.is_some_and(|links| *links == 1), "it is not counted")?;
    Ok("execve of the hidden link is refused, even to root; one link is told".to_owned())
}

fn symbolic_link(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    let link = ground.files().join("link");
    symlink(victim.path(), &link).expect("the directory is ours");
    let before = fs::symlink_metadata(&link).expect("the link is there");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    let points_at = fs::read_link(&link).ok();
    let stays = points_at.as_deref() == Some(victim.path());
    expect(stays, "the symbolic link was touched")?;
    let after = fs::symlink_metadata(&link).expect("the link is there");
    expect(before.ino() == after.ino(), "it is another link")?;
    Ok("the target is gone, the link dangles".to_owned())
}

fn deleted_but_running(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("gone");
    victim.start();
    fs::remove_file(victim.path()).expect("the file is ours");
    // Whoever has taken the name since is somebody else.
    let innocent = ground.innocent("gone");
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect(victim.all_ended(), "it still runs")?;
    expect_untouched(&innocent, 0)?;
    ground.expect_kept(victim.content())?;
    let outcome = &told.files()[0]["outcome"];
    expect(outcome == "QuarantinedDeleted", "told as one with a name")?;
    Ok("stopped, kept to the byte, and the file that has its name now is untouched".to_owned())
}

fn named_deleted(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("program (deleted)");
    victim.start();
    let mut innocent = ground.innocent("program");
    innocent.start();
    let before = Snapshot::of(innocent.path());
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    expect_untouched(&innocent, 1)?;
    before.expect_unchanged()?;
    ground.expect_kept(victim.content())?;
    Ok("gone from its path; `program` itself runs on".to_owned())
}
