//! Files that are large, or that are many.

use std::fs;
use std::time::Instant;

use crate::case::{Case, Gap, expect};
use crate::cases::space::{sparse, taken_up};
use crate::ground::{Depth, Ground, expect_taken, expect_untouched};
use crate::mounted::Mounted;
use crate::observe::{sha1_at, sha1_of};
use crate::tiny::mark;

pub(super) const CASES: [Case; 3] = [
    Case::minimum(
        30,
        "large and hollow",
        "taken, small in the vault, and given back with its holes",
        hollow,
    ),
    Case::further(
        31,
        "larger than can be read",
        "passed over with the reason, at once",
        unreadably_large,
    ),
    Case::further(
        39,
        "a thousand copies",
        "every one is taken, told and kept",
        thousand,
    ),
];

const MIB: u64 = 1 << 20;

fn hollow(ground: &mut Ground) -> Result<String, Gap> {
    let size = match ground.depth {
        Depth::Short => 256 * MIB,
        Depth::Full => 10 * 1024 * MIB,
    };
    let path = ground.files().join("hollow");
    drop(sparse(&path, size, mark().as_bytes()));
    let before = taken_up(&path);
    if before > MIB {
        return Err(Gap::NotShown("this file system keeps no holes".to_owned()));
    }
    let innocent = ground.innocent("innocent");
    let sha1 = sha1_at(&path);
    let began = Instant::now();
    let told = ground.quarantine(&sha1);
    let took = began.elapsed().as_secs();
    told.expect_status("Succeeded")?;
    expect(!path.exists(), "it is still there")?;
    expect_untouched(&innocent, 0)?;
    let items = ground.items(&sha1);
    expect(items.len() == 1, format!("{} items keep it", items.len()))?;
    let item = items[0]["id"].as_str().unwrap_or_default().to_owned();
    let kept = taken_up(&ground.item_file(&item));
    expect(kept < MIB, format!("the vault took up {kept} bytes for it"))?;
    let restored = ground.restore(&item);
    expect(restored.code == 0, format!("not restored: {restored:?}"))?;
    expect(sha1_at(&path) == sha1, "other bytes were given back")?;
    let length = fs::metadata(&path).map_or(0, |stat| stat.len());
    expect(length == size, "another size was given back")?;
    expect(taken_up(&path) < MIB, "its holes were filled")?;
    let mib = size / MIB;
    Ok(format!(
        "{mib} MiB with holes: {took} s, {kept} bytes in the vault, holes and all given back"
    ))
}

fn unreadably_large(ground: &mut Ground) -> Result<String, Gap> {
    ground.needs_root()?;
    let directory = ground.directory("huge");
    let _mounted = Mounted::tmpfs(&directory, "size=8m");
    let huge = directory.join("huge");
    let size = i64::MAX.cast_unsigned();
    let file = fs::File::create(&huge).expect("the directory is ours");
    if file.set_len(size).is_err() {
        return Err(Gap::NotShown("no file can be so large here".to_owned()));
    }
    drop(file);
    let mut victim = ground.victim("target");
    victim.start();
    let began = Instant::now();
    ground
        .quarantine(&victim.sha1())
        .expect_status("Succeeded")?;
    let took = began.elapsed().as_secs();
    expect_taken(&victim)?;
    let length = fs::metadata(&huge).map_or(0, |stat| stat.len());
    expect(length == size, "the huge file is gone")?;
    // Of the victim the size was known; of this one nothing is, and every file has to be read.
    let began = Instant::now();
    let unknown = ground.quarantine(&sha1_of(mark().as_bytes()));
    let searched = began.elapsed().as_secs();
    unknown.expect_status("Failed")?;
    // For its size, and not because the time was over.
    let why = &unknown.coverage()["endedBy"];
    expect(
        why == &serde_json::json!(["FileSize"]),
        format!("not told: {}", unknown.whole()),
    )?;
    Ok(format!(
        "8 EiB passed over: {took} s beside a target, {searched} s in a search for an unknown hash, and told"
    ))
}

fn thousand(ground: &mut Ground) -> Result<String, Gap> {
    const COPIES: usize = 1000;
    ground.under_policy("[blast-radius]\npaths = 100000\n");
    let victim = ground.victim("original");
    let innocent = ground.innocent("innocent");
    for number in 1..COPIES {
        let directory = ground.files().join(format!("d{}", number % 20));
        let _ = fs::create_dir(&directory);
        let copied = fs::copy(victim.path(), directory.join(number.to_string()));
        copied.expect("there is room");
    }
    let began = Instant::now();
    let told = ground.quarantine(&victim.sha1());
    let took = began.elapsed().as_secs();
    told.expect_status("Succeeded")?;
    expect_untouched(&innocent, 0)?;
    let left = count_files(&ground.files());
    expect(
        left == 1,
        format!("{} copies are left", left.saturating_sub(1)),
    )?;
    let kept = ground.items(&victim.sha1()).len();
    expect(kept == COPIES, format!("{kept} items keep {COPIES} files"))?;
    let listed = told.files().len();
    expect(
        listed == COPIES,
        format!("{listed} of {COPIES} paths are told"),
    )?;
    Ok(format!("{COPIES} paths gone, told and kept in {took} s"))
}

fn count_files(directory: &std::path::Path) -> usize {
    let entries = fs::read_dir(directory)
        .expect("the directory is ours")
        .flatten();
    let counts = entries.map(|entry| match entry.path().is_dir() {
        true => count_files(&entry.path()),
        false => 1,
    });
    counts.sum()
}
