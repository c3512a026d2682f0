//! Writers, while the file is read, taken and kept.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, chown};
use std::path::Path;
use std::process::Command;

use crate::attacker::{self, NOBODY, machine_code};
use crate::case::{Case, Gap, expect};
use crate::ground::{Depth, Ground, expect_taken, expect_untouched};
use crate::observe::{await_until, sha1_of};
use crate::started::Started;
use crate::tiny::Tiny;

pub(super) const CASES: [Case; 4] = [
    Case::minimum(
        7,
        "rewritten between reading and taking",
        "what is kept is what was ordered, to the byte; or the file stays and is told",
        rewritten,
    ),
    Case::minimum(
        8,
        "written through a mapping, closed",
        "the writer is found and told; what is kept is what was ordered",
        mapped,
    ),
    Case::further(
        9,
        "written after it was taken",
        "the vault holds the bytes that were verified",
        scribbled,
    ),
    Case::further(
        49,
        "watched and copied anew",
        "a copy with the same bytes is taken in the same action",
        copied_anew,
    ),
];

/// A busy machine may let the writer win all rounds of a short play: then so many more show whether he always does.
const ROUNDS_TO_TAKE_ONE: u32 = 60;

fn rewritten(ground: &mut Ground) -> Result<String, Gap> {
    let least = match ground.depth {
        Depth::Short => 3,
        Depth::Full => 15,
    };
    let (mut rounds, mut taken) = (0, 0);
    while rounds < least || (taken == 0 && rounds < ROUNDS_TO_TAKE_ONE) {
        let round = rounds;
        rounds += 1;
        let directory = ground.directory(&format!("round-{round}"));
        let victim = quell_testkit::Victim::create(&directory, "target");
        let innocent = quell_testkit::Victim::create(&directory, "innocent");
        if ground.is_root {
            chown(victim.path(), Some(NOBODY), None).expect("root gives away");
        }
        let role = ["rewrite", "target", "other bytes in front of it"];
        let mut command = attacker::in_directory(&directory, ground.is_root, &role);
        let mut attacker = Started::ready(&mut command);
        let told = ground.quarantine(&victim.sha1());
        attacker.expect_goes_on("the writer")?;
        drop(attacker);
        expect_untouched(&innocent, 0)?;
        let stays = victim.path().exists();
        match (told.status(), stays) {
            ("Succeeded", false) => {
                ground.expect_kept(victim.content())?;
                taken += 1;
            }
            ("Failed", true) => ground.expect_not_kept(victim.content())?,
            (status, _) => {
                let told = told.whole();
                return Err(Gap::Failed(format!(
                    "{status}, still there: {stays}: {told}"
                )));
            }
        }
    }
    expect(
        taken > 0,
        format!("in {rounds} rounds nothing was ever taken"),
    )?;
    changed_after_reading(ground)?;
    let stayed = rounds - taken;
    Ok(format!(
        "{taken} kept to the byte, {stayed} left and told; one that changed after it was read is back, changed, and told"
    ))
}

/// The agent dies between reading and vault, and its lease with it: whoever writes then is noticed at the next start.
fn changed_after_reading(ground: &mut Ground) -> Result<(), Gap> {
    let victim = ground.victim("changed");
    let writer = File::options().write(true).open(victim.path());
    let writer = writer.expect("it is ours");
    ground.crash_at("after-capture");
    let order = ground.order(&victim.sha1(), &[]);
    ground.await_crash("after-capture")?;
    expect(!victim.path().exists(), "it was not captured")?;
    let other = b"other bytes in front of it";
    writer.write_all_at(other, 0).expect("it is open");
    ground.world.start_agent();
    let told = ground.ended(&order);
    told.expect_failure("ContentChanged")?;
    let changed = [other, &victim.content()[other.len()..]].concat();
    let is_back = fs::read(victim.path()).is_ok_and(|content| content == changed);
    expect(
        is_back,
        format!("what changed is not back: {}", told.whole()),
    )?;
    ground.expect_not_kept(victim.content())?;
    ground.expect_not_kept(&changed)
}

fn mapped(ground: &mut Ground) -> Result<String, Gap> {
    let mapper = Tiny::write(
        &ground.outside().join("mapper"),
        &machine_code::mapping_writer(),
    );
    let victim = ground.victim("target");
    let innocent = ground.innocent("innocent");
    let open = OpenOptions::new()
        .read(true)
        .write(true)
        .open(victim.path());
    let mut command = Command::new(&mapper.path);
    command.stdin(open.expect("it is ours"));
    let mut writer = Started::of(&mut command);
    drop(command);
    let maps = format!("/proc/{}/maps", writer.pid());
    let path = victim.path().to_str().expect("the path is text");
    let maps_it = |line: &str| line.contains("rw-s") && line.ends_with(path);
    await_until("it is mapped", || {
        fs::read_to_string(&maps).is_ok_and(|maps| maps.lines().any(maps_it))
    });
    let input = format!("/proc/{}/fd/0", writer.pid());
    await_until("it is closed", || {
        !Path::new(&input).exists() || fs::read_link(&input).is_err()
    });
    let told = ground.quarantine(&victim.sha1());
    writer.expect_goes_on("the writer")?;
    expect_untouched(&innocent, 0)?;
    told.expect_residual("Writers")?;
    let is_named = told
        .residual("Writers")
        .is_some_and(|one| one["pid"] == writer.pid());
    expect(
        is_named,
        format!("another writer is told: {}", told.whole()),
    )?;
    match victim.path().exists() {
        false => ground.expect_kept(victim.content())?,
        true => told.expect_status("Failed")?,
    }
    Ok(format!(
        "the mapping is found and its process named; the action is {}",
        told.status()
    ))
}

fn scribbled(ground: &mut Ground) -> Result<String, Gap> {
    let victim = ground.victim("target");
    let innocent = ground.innocent("innocent");
    let open = File::options().read(true).write(true).open(victim.path());
    let mut command = attacker::command(&["scribble"]);
    command.stdin(open.expect("it is ours"));
    let mut attacker = Started::ready(&mut command);
    drop(command);
    let told = ground.quarantine(&victim.sha1());
    attacker.expect_goes_on("who writes")?;
    expect_untouched(&innocent, 0)?;
    match (told.status(), victim.path().exists()) {
        (_, false) => ground.expect_kept(victim.content())?,
        ("Failed", true) => ground.expect_not_kept(victim.content())?,
        (status, true) => {
            return Err(Gap::Failed(format!("told {status}, and still there")));
        }
    }
    let at_once = match victim.path().exists() {
        false => "kept as it was verified".to_owned(),
        true => format!("given back and told, {}", told.reason()),
    };
    written_after_the_end(ground)?;
    Ok(format!(
        "whoever writes at once: {at_once}; whoever writes later writes into nothing"
    ))
}

/// Whoever waits with his open file until all is over changes nothing: the vault has bytes of its own.
fn written_after_the_end(ground: &Ground) -> Result<(), Gap> {
    let victim = ground.victim("later");
    let writer = File::options().write(true).open(victim.path());
    let writer = writer.expect("it is ours");
    let told = ground.quarantine(&victim.sha1());
    expect_taken(&victim)?;
    let named = told.residual("Writers");
    let is_named = named.is_some_and(|one| one["pid"] == std::process::id());
    expect(
        is_named,
        format!("the writer is not named: {}", told.whole()),
    )?;
    let zeros = vec![0; victim.content().len()];
    writer.write_all_at(&zeros, 0).expect("it is open");
    let links = writer.metadata().map(|stat| stat.nlink());
    expect(
        links.is_ok_and(|links| links == 0),
        "the file that was open has a name left",
    )?;
    ground.expect_kept(victim.content())
}

fn copied_anew(ground: &mut Ground) -> Result<String, Gap> {
    let mut victim = ground.victim("target");
    victim.start();
    let copy = ground.files().join("copy");
    let [original, anew] = [victim.path(), &copy].map(|path| path.to_str().expect("it is text"));
    let role = ["copy-when-gone", original, anew];
    let mut accomplice = Started::ready(&mut attacker::command(&role));
    let told = ground.quarantine(&victim.sha1());
    accomplice.expect_goes_on("the accomplice, whose own file nobody ordered away")?;
    expect(
        !victim.path().exists() && victim.all_ended(),
        "the original is there",
    )?;
    let kept = ground.items(&sha1_of(victim.content())).len();
    if copy.exists() {
        // It came after the last look: another order takes it.
        let again = ground.quarantine(&victim.sha1());
        again.expect_status("Succeeded")?;
        expect(!copy.exists(), "the copy stays")?;
        return Ok(format!(
            "the copy came after the last look ({}) and went with the next order",
            told.status()
        ));
    }
    told.expect_status("Succeeded")?;
    Ok(format!(
        "the copy was found by the second look: {kept} items"
    ))
}
