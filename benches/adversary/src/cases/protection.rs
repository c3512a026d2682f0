//! What may not be taken, whoever orders it, and what only seems so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quell_testkit::Victim;

use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched, set_mode};
use crate::mounted::Mounted;
use crate::observe::{Snapshot, output, sha1_at, sha1_of, state_of};
use crate::started::Started;
use crate::told::Told;

pub(super) const CASES: [Case; 4] = [
    Case::further(
        40,
        "a copy where the machine's policy excludes it",
        "the excluded copy stays and is told; every other one goes",
        excluded,
    ),
    Case::minimum(
        46,
        "the hash of a shell, the C library, process 1, the agent",
        "refused; process 1, the agent and the empty file whoever insists; nothing is touched",
        protected,
    ),
    Case::further(
        47,
        "an exchanged file of a package",
        "taken, and the package is named; an unchanged one is refused",
        packages,
    ),
    Case::further(
        48,
        "content that was made to collide",
        "refused, and told as such",
        colliding,
    ),
];

fn excluded(ground: &mut Ground) -> Result<String, Gap> {
    let samples = ground.directory("samples");
    let policy = format!("exclusions = [\"{}\"]\n", samples.display());
    ground.under_policy(&policy);
    let mut victim = ground.victim("target");
    victim.start();
    let sample = samples.join("sample");
    fs::copy(victim.path(), &sample).expect("the directory is ours");
    let before = Snapshot::of(&sample);
    let mut from_there = Started::asleep(&mut Command::new(&sample));
    let told = ground.quarantine(&victim.sha1());
    before.expect_unchanged()?;
    from_there.expect_goes_on("who runs the excluded copy")?;
    expect_taken(&victim)?;
    told.expect_failure("Policy")?;
    told.expect_residual("Excluded")?;
    ground.expect_kept(victim.content())?;
    Ok("the sample and its process stay and are told; the other copy is taken".to_owned())
}

fn protected(ground: &mut Ground) -> Result<String, Gap> {
    let agent = ground.world.quell().path().to_owned();
    let first = fs::read_link("/proc/1/exe").unwrap_or_else(|_| "/sbin/init".into());
    let mut files = vec![PathBuf::from("/bin/sh"), agent, first];
    files.push("/bin/bash".into());
    files.extend(libraries());
    files.retain(|path| path.exists());
    // A shell under another name, where files are taken.
    let copy = ground.files().join("harmless");
    fs::copy("/bin/sh", &copy).expect("the directory is ours");
    set_mode(&copy, 0o755);
    let line = ["-c", "while :; do read word; done"];
    let shell = |path: &Path| Started::of(Command::new(path).args(line).stdin(Stdio::piped()));
    let mut shells = [shell(Path::new("/bin/sh")), shell(&copy)];
    let before: Vec<Snapshot> = files
        .iter()
        .chain([&copy])
        .map(|path| Snapshot::of(path))
        .collect();
    let mut by_server = 0;
    for path in &files {
        // The server refuses what it knows to be protected; who insists comes to the agent.
        for more in [&["--wait"][..], &["--wait", "--force"]] {
            match ground.refused_or_told(&sha1_at(path), more) {
                Ok(told) => expect_nothing_done(&told)?,
                Err(refusal) => {
                    let is_refused = refusal["code"] == "DisallowedOperation";
                    expect(is_refused, format!("no action, and no refusal: {refusal}"))?;
                    by_server += 1;
                }
            }
        }
    }
    for snapshot in &before {
        snapshot.expect_unchanged()?;
    }
    for shell in &mut shells {
        shell.expect_goes_on("a shell")?;
    }
    let never = expect_never(ground)?;
    for shell in &mut shells {
        shell.expect_goes_on("a shell")?;
    }
    let count = files.len() * 2;
    Ok(format!(
        "{count} orders refused, insisting or not ({by_server} by the server already); both shells go on; {never} \
         refused although the machine honors Force"
    ))
}

/// A machine that honors Force, and still touches nothing: whatever it would let through is only told.
const HONORS_FORCE: &str = "force = \"honor\"\ndry-run-only = true\n";

/// Where Force is honored, a shell's protection yields to it, and that of process 1, the agent and the empty file does not.
/// Answers what was refused.
fn expect_never(ground: &mut Ground) -> Result<String, Gap> {
    ground.under_policy(HONORS_FORCE);
    let empty = ground.files().join("empty");
    fs::write(&empty, "").expect("the directory is ours");
    let insisting = ["--wait", "--force"];
    let shell = ground.order(&sha1_at(Path::new("/bin/sh")), &insisting);
    shell.expect_failure("Policy")?;
    let yields = shell.coverage()["protection"].is_null();
    expect(yields, format!("Force is not honored: {}", shell.whole()))?;
    let agent = ground.world.quell().path().to_owned();
    let mut never = vec![("the agent", "Agent", agent)];
    // Nobody but root sees what process 1 executes.
    if let Ok(first) = fs::read_link("/proc/1/exe") {
        never.push(("process 1", "Init", first));
    }
    let mut refused = Vec::new();
    for (who, protection, path) in &never {
        let before = Snapshot::of(path);
        let told = ground.order(&sha1_at(path), &insisting);
        told.expect_failure("Protected")?;
        expect_nothing_done(&told)?;
        let told_as = &told.coverage()["protection"];
        expect(told_as == protection, format!("{who} is told as {told_as}"))?;
        before.expect_unchanged()?;
        refused.push(*who);
    }
    let before = Snapshot::of(&empty);
    match ground.refused_or_told(&sha1_at(&empty), &insisting) {
        Ok(told) => told.expect_failure("Protected")?,
        Err(refusal) => {
            let is_refused = refusal["code"] == "DisallowedOperation";
            expect(is_refused, format!("no action, and no refusal: {refusal}"))?;
        }
    }
    before.expect_unchanged()?;
    refused.push("the empty file");
    let first = state_of(1);
    expect(first != Some('T'), "process 1 was left stopped")?;
    Ok(refused.join(", "))
}

fn expect_nothing_done(told: &Told) -> Result<(), Gap> {
    told.expect_failure("Protected")
        .or_else(|_| told.expect_failure("Policy"))?;
    let mut outcomes = told.processes().iter().map(|process| &process["outcome"]);
    let left_alone = outcomes.all(|outcome| outcome == "LeftAlone");
    expect(
        left_alone,
        format!("processes were dealt with: {}", told.whole()),
    )
}

/// The C library and the loader of this very program.
fn libraries() -> Vec<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let paths = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let wanted = paths.filter(|path| path.contains("/libc.so") || path.contains("/ld-"));
    let mut wanted: Vec<PathBuf> = wanted.map(PathBuf::from).collect();
    wanted.dedup();
    wanted
}

const DPKG: &str = "/var/lib/dpkg";
const STATUS: &str = "Package: quell-victim
Status: install ok installed
Maintainer: Nobody <nobody@example.com>
Architecture: all
Version: 1
Description: two files

";

fn packages(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    if !Path::new(DPKG).is_dir() {
        return Err(Gap::NotShown("there is no dpkg database".to_owned()));
    }
    // Of this program's mounts alone: the machine's own database is not touched.
    let _database = Mounted::tmpfs(Path::new(DPKG), "size=1m,mode=0755");
    let mut exchanged = ground.victim("exchanged");
    let genuine = ground.victim("genuine");
    record(&[(exchanged.path(), None), (genuine.path(), Some(&genuine))]);
    ground.under_policy("");
    exchanged.start();
    let refused = ground.quarantine(&genuine.sha1());
    refused.expect_failure("Protected")?;
    expect_untouched(&genuine, 0)?;
    let told = ground.quarantine(&exchanged.sha1());
    expect_taken(&exchanged)?;
    ground.expect_kept(exchanged.content())?;
    told.expect_residual("PackageFileModified")?;
    let names_it = told
        .residual("PackageFileModified")
        .is_some_and(|one| one.to_string().contains("quell-victim"));
    expect(names_it, "the package is not named")?;
    ground.world.take_agent().kill_hard();
    Ok("the exchanged file is taken and its package named; the genuine one is refused".to_owned())
}

/// Writes a database with one package; who has no content is recorded with another.
fn record(files: &[(&Path, Option<&Victim>)]) {
    let info = Path::new(DPKG).join("info");
    fs::create_dir(&info).expect("the database is ours");
    let (mut list, mut sums) = ("/.\n".to_owned(), String::new());
    for (path, content) in files {
        let path = path.to_str().expect("the path is text");
        let sum = match content {
            Some(victim) => md5_of(victim.path()),
            None => "0123456789abcdef0123456789abcdef".to_owned(),
        };
        list.push_str(&format!("{path}\n"));
        sums.push_str(&format!("{sum}  {}\n", path.trim_start_matches('/')));
    }
    for (name, text) in [("list", &list), ("md5sums", &sums)] {
        let written = fs::write(info.join(format!("quell-victim.{name}")), text);
        written.expect("the database is ours");
    }
    fs::write(Path::new(DPKG).join("status"), STATUS).expect("the database is ours");
}

fn md5_of(path: &Path) -> String {
    let line = output(Command::new("md5sum").arg(path));
    String::from_utf8_lossy(&line).chars().take(32).collect()
}

/// The first 320 bytes of the published collision of 2017.
const COLLIDING: &str = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474\
    682032203020522f4865696768742033203020522f547970652034203020522f537562747970652035203020\
    522f46696c7465722036203020522f436f6c6f7253706163652037203020522f4c656e677468203820302052\
    2f42697473506572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d3120697320\
    646561642121212121852fec092339759c39b1a1c63c4c97e1fffe017f46dc93a6b67e013b029aaa1db2560b\
    45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb76038e972722fe7ad728f0e49\
    04e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514e74ddc0f2cc1a874\
    cd0c78305a21566461309789606bd0bf3f98cda8044629a1";

fn colliding(ground: &mut Ground) -> Result<String, Gap> {
    let digits = COLLIDING.as_bytes().chunks(2);
    let bytes = digits.map(|pair| {
        let pair = std::str::from_utf8(pair).expect("digits are text");
        u8::from_str_radix(pair, 16).expect("they are digits")
    });
    let content: Vec<u8> = bytes.collect();
    let path = ground.files().join("colliding");
    fs::write(&path, &content).expect("the directory is ours");
    let before = Snapshot::of(&path);
    let told = ground.quarantine(&sha1_of(&content));
    before.expect_unchanged()?;
    told.expect_failure("Protected")?;
    let protection = &told.coverage()["protection"];
    expect(
        protection == "HashCollisionSuspected",
        format!("told as {protection}"),
    )?;
    ground.expect_not_kept(&content)?;
    Ok("refused as HashCollisionSuspected; the file is as it was".to_owned())
}
