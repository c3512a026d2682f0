//! What the disk takes: the time of a write of 4 KiB and its `fdatasync`, in place, as a write-ahead log does it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::latency::Latencies;

const TIMES: u64 = 300;
const BLOCK: [u8; 4096] = [7; 4096];

/// Measures in this directory.
pub fn measure(directory: &Path) -> Latencies {
    let path = directory.join("fsync");
    let file = File::create(&path).expect("the directory is ours");
    for place in 0..TIMES {
        file.write_all_at(&BLOCK, place * 4096)
            .expect("there is room");
    }
    file.sync_all().expect("the file can be synchronised");
    let began = Instant::now();
    let times: Vec<Duration> = (0..TIMES).map(|place| one(&file, place)).collect();
    let elapsed = began.elapsed();
    std::fs::remove_file(path).expect("the file is ours");
    Latencies::new(times, elapsed)
}

fn one(file: &File, place: u64) -> Duration {
    let began = Instant::now();
    file.write_all_at(&BLOCK, place * 4096)
        .and_then(|()| file.sync_data())
        .expect("the file can be synchronised");
    began.elapsed()
}
