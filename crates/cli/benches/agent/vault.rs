//! Into the vault and out of it again.

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::{Duration, Instant};

use quell_agent::engine::{Attributes, ItemDraft, Seal as _};
use quell_agent::hash::{Budget, Hasher};
use quell_agent::vault::{Destination, ItemId, RestoreOptions, Vault};
use quell_model::{ActionId, Timestamp};

use crate::hashing::{rate, write_large};
use crate::processor;
use crate::stage::scratch;
use crate::table::{Row, milliseconds};

const ROUNDS: u32 = 3;
const RESTORES: u32 = 40;
const MEBIBYTE: usize = 1 << 20;

pub(crate) fn measure() -> Vec<Row> {
    vec![keep(), give_back()]
}

fn keep() -> Row {
    let directory = scratch();
    let path = directory.path().join("large");
    write_large(&path);
    let item = draft(&path);
    let before = processor::own();
    let mut took = Duration::ZERO;
    let rates: Vec<f64> = (0..ROUNDS)
        .map(|round| {
            // A vault of its own each time, which is removed: there is never more than one copy.
            let vault = directory.path().join(format!("vault-{round}"));
            let opened = Vault::open(&vault).expect("a vault can be made");
            let file = File::open(&path).expect("the file is there");
            let began = Instant::now();
            opened.seal(&item, file.as_fd()).expect("it is sealed");
            let elapsed = began.elapsed();
            took = processor::own() - before;
            fs::remove_dir_all(&vault).expect("the vault is ours");
            rate(elapsed)
        })
        .collect();
    let each = milliseconds(took / ROUNDS);
    Row::rates(
        "vault, MB/s: encrypted, synchronised and read back, 256 MiB",
        "350",
        &rates,
    )
    .costing(format!("{each} for 256 MiB"))
}

fn give_back() -> Row {
    let directory = scratch();
    let path = directory.path().join("small");
    fs::write(&path, vec![7; MEBIBYTE]).expect("there is room");
    let vault = Vault::open(&directory.path().join("vault")).expect("a vault can be made");
    let file = File::open(&path).expect("the file is there");
    let id = vault
        .seal(&draft(&path), file.as_fd())
        .expect("it is sealed");
    let id: ItemId = id.parse().expect("the vault knows its own ids");
    let options = RestoreOptions::from(Destination::Original);
    let mut took = Duration::ZERO;
    let times: Vec<Duration> = (0..RESTORES)
        .map(|_| {
            fs::remove_file(&path).expect("the file is ours");
            let (began, before) = (Instant::now(), processor::own());
            vault
                .restore(id, &options, Timestamp::UNIX_EPOCH)
                .expect("the place is free");
            took += processor::own() - before;
            began.elapsed()
        })
        .collect();
    let given = fs::read(&path).expect("the file is back");
    assert_eq!(given, vec![7; MEBIBYTE], "it is as it was");
    let each = format!("{} a restore", milliseconds(took / RESTORES));
    Row::times(
        "restore 1 MiB to its path, with its metadata",
        "30 ms",
        &times,
    )
    .costing(each)
}

fn draft(path: &Path) -> ItemDraft {
    let file = File::open(path).expect("the file is there");
    let digests = Hasher::new().digests(&file, &Budget::UNLIMITED);
    let digests = digests.expect("the file can be read");
    let action = ActionId::new("0696c900-b8ce-42ce-96f6-1b68268b7bea");
    ItemDraft {
        id: uuid::Uuid::new_v4(),
        action_id: action.expect("it is well formed"),
        sha1: digests.sha1,
        sha256: digests.sha256,
        size: digests.size,
        paths: vec![path.as_os_str().as_encoded_bytes().to_vec()],
        attributes: Attributes {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            mode: 0o755,
            ..Attributes::default()
        },
        requestor: None,
        comment: "benchmark".to_owned(),
        captured_at: Timestamp::UNIX_EPOCH,
    }
}
