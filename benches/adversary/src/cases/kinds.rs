//! What is no file, and names that are no text.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use quell_testkit::Victim;
use rustix::fs::{CWD, Dev, FileType, Mode, OFlags, mkdirat, mknodat, openat};

use crate::attacker;
use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, set_mode};
use crate::observe::Snapshot;
use crate::started::Started;

pub(super) const CASES: [Case; 3] = [
    Case::minimum(
        32,
        "what is no file",
        "pipes, sockets, devices and directories are never opened, and stay",
        no_files,
    ),
    Case::minimum(
        33,
        "names that are no text",
        "exactly these bytes are acted on, and told",
        no_text,
    ),
    Case::further(
        34,
        "deeper than any path",
        "found, taken and told by its whole path; never a hang",
        depth_bomb,
    ),
];

fn no_files(ground: &mut Ground) -> Result<String, Gap> {
    let files = ground.directory("kinds");
    let victim = Victim::create(&files, "target");
    let at = |name: &str| files.join(name);
    let mut kinds = vec![at("pipe"), at("socket"), at("directory"), at("link")];
    make_node(&kinds[0], FileType::Fifo);
    let _listener = UnixListener::bind(&kinds[1]).expect("a socket can be made");
    fs::create_dir(&kinds[2]).expect("the directory is ours");
    symlink("/dev/zero", &kinds[3]).expect("the directory is ours");
    if ground.is_root {
        kinds.push(at("device"));
        make_node(&kinds[4], FileType::CharacterDevice);
    }
    let before: Vec<Snapshot> = kinds.iter().map(|path| Snapshot::of(path)).collect();
    // A pipe that is a file at one moment and none at the next.
    make_node(&at("swapped"), FileType::Fifo);
    let swapped = Victim::create(&files, "now and then");
    let mut attack =
        attacker::in_directory(&files, false, &["exchange", "swapped", "now and then"]);
    let attacker = Started::ready(&mut attack);
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    let other = ground.quarantine(&swapped.sha1());
    drop(attacker);
    let ended = ["Succeeded", "Failed"].contains(&other.status());
    expect(ended, format!("the second action is {}", other.status()))?;
    expect_taken(&victim)?;
    for snapshot in &before {
        snapshot.expect_unchanged()?;
    }
    let names = ["swapped", "now and then"].map(at);
    let stays = names
        .iter()
        .filter_map(|path| fs::symlink_metadata(path).ok());
    let pipes = stays.filter(|stat| stat.file_type().is_fifo()).count();
    expect(pipes == 1, "the exchanged pipe was taken")?;
    let kinds = before.len();
    Ok(format!(
        "{kinds} kinds untouched, and so is a pipe under exchange"
    ))
}

fn make_node(path: &std::path::Path, kind: FileType) {
    // /dev/null, which harms nobody.
    let device: Dev = rustix::fs::makedev(1, 3);
    mknodat(CWD, path, kind, Mode::RUSR | Mode::WUSR, device).expect("a node can be made");
}

fn no_text(ground: &mut Ground) -> Result<String, Gap> {
    let mut long = vec![b'x'; 253];
    long.extend([0xff, 0xfe]);
    let names: [&[u8]; 4] = [b"not\xfftext", b"line\nbreak\t", &long, b"..."];
    let mut victim = ground.victim("plain");
    let paths = names.map(|name| ground.files().join(OsStr::from_bytes(name)));
    for path in &paths {
        fs::write(path, victim.content()).expect("the directory is ours");
        set_mode(path, 0o755);
    }
    victim.start();
    let mut command = std::process::Command::new(&paths[0]);
    let mut runs = Started::asleep(&mut command);
    // As the first one would be called by who reads names as text.
    let lossy = ground.innocent("not\u{fffd}text");
    let before = Snapshot::of(lossy.path());
    let told = ground.quarantine(&victim.sha1());
    told.expect_status("Succeeded")?;
    expect_taken(&victim)?;
    runs.expect_killed("the process with the odd name")?;
    let left = paths.iter().find(|path| path.symlink_metadata().is_ok());
    expect(left.is_none(), format!("{left:?} is still there"))?;
    before.expect_unchanged()?;
    let told_bytes = told
        .files()
        .iter()
        .filter_map(|file| bytes_of(&file["pathBytes"]));
    let told: Vec<PathBuf> = told_bytes
        .map(|bytes| PathBuf::from(OsString::from_vec(bytes)))
        .collect();
    let not_text = paths.iter().filter(|path| path.to_str().is_none());
    let missing = not_text.into_iter().find(|path| !told.contains(path));
    expect(
        missing.is_none(),
        format!("{missing:?} is not told to the byte"),
    )?;
    Ok("all five names are gone, told to the byte, and the near name stays".to_owned())
}

/// Base64, by coreutils.
fn bytes_of(value: &serde_json::Value) -> Option<Vec<u8>> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let text = value.as_str()?;
    let mut decoding = Command::new("base64")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("coreutils' base64 exists");
    let mut input = decoding.stdin.take().expect("its input is a pipe");
    input.write_all(text.as_bytes()).expect("base64 reads");
    drop(input);
    Some(decoding.wait_with_output().expect("base64 ends").stdout)
}

/// So many directories below each other, each with a name of so many bytes.
const DEPTH: usize = 120;
const WIDTH: usize = 100;

fn depth_bomb(ground: &mut Ground) -> Result<String, Gap> {
    let top = ground.directory("deep");
    let open = OFlags::DIRECTORY | OFlags::RDONLY;
    let mut here = openat(CWD, &top, open, Mode::empty()).expect("the directory is ours");
    let name = "d".repeat(WIDTH);
    for _ in 0..DEPTH {
        mkdirat(&here, &name, Mode::RWXU).expect("the directory is ours");
        here = openat(&here, &name, open, Mode::empty()).expect("the directory is ours");
    }
    let victim = ground.victim("shallow");
    let flags = OFlags::CREATE | OFlags::WRONLY;
    let deep = openat(&here, "target", flags, Mode::RWXU).expect("the directory is ours");
    let written = std::io::Write::write_all(&mut fs::File::from(deep), victim.content());
    written.expect("there is room");
    let told = ground.quarantine(&victim.sha1());
    expect_taken(&victim)?;
    told.expect_status("Succeeded")?;
    let stays = openat(&here, "target", OFlags::PATH, Mode::empty()).is_ok();
    expect(!stays, "the deep file is still there")?;
    let mut path = top;
    path.extend(std::iter::repeat_n(&name, DEPTH));
    path.push("target");
    expect(
        told.file(&path).is_some(),
        "the deep file is not told by its path",
    )?;
    let kept = ground.items(&victim.sha1()).len();
    expect(kept == 2, format!("{kept} items keep two files"))?;
    Ok("taken at the end of 12,000 bytes of path, and told by all of them".to_owned())
}
