//! Who exchanges names, again and again.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{RenameFlags, renameat_with};
use rustix::thread::set_thread_res_uid;

use super::ground::{Ground, NOBODY, is_root};

/// At most so many idle turns lie between two exchanges.
const LONGEST_PAUSE: u64 = 1 << 11;

/// The attacker, on a thread of its own.
pub(super) struct Attacker;

impl Attacker {
    /// Attacks for as long as `act` takes; answers how often the names were exchanged.
    pub(super) fn run_while(
        ground: &Ground,
        seed: u64,
        act: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<u64> {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let attack = scope.spawn(|| attack(ground, seed, &over));
            let done = {
                let _over = Over(&over);
                act()
            };
            let exchanges = attack
                .join()
                .map_err(|_| io::Error::other("the attacker panicked"))?;
            done.and(exchanges)
        })
    }
}

/// Ends the attack however the act ends.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn attack(ground: &Ground, seed: u64, over: &AtomicBool) -> io::Result<u64> {
    if is_root() {
        // The kernel keeps the user of each thread apart.
        let nobody = rustix::process::Uid::from_raw(NOBODY);
        set_thread_res_uid(nobody, nobody, nobody)?;
    }
    let [one, other] = ground.exchanged;
    let mut rhythm = seed | 1;
    let mut exchanges = 0;
    while !over.load(Ordering::Relaxed) {
        let directory = ground.exchanged_in();
        let exchanged = renameat_with(&directory, one, &directory, other, RenameFlags::EXCHANGE);
        exchanges += u64::from(exchanged.is_ok());
        for _ in 0..next(&mut rhythm) % LONGEST_PAUSE {
            std::hint::spin_loop();
        }
    }
    Ok(exchanges)
}

/// Marsaglia's xorshift: an even spread is all that is wanted.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}
