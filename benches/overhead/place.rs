//! Which processor client and server run on.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The client has the first of the processors that this program may use.
pub(crate) fn client() {
    let all = sched_getaffinity(None).expect("the processors are known");
    stay_on((0..CpuSet::MAX_CPU).find(|&cpu| all.is_set(cpu)));
}

/// The server has the last one.
pub(crate) fn server() {
    let all = sched_getaffinity(None).expect("the processors are known");
    stay_on((0..CpuSet::MAX_CPU).rev().find(|&cpu| all.is_set(cpu)));
}

fn stay_on(processor: Option<usize>) {
    let mut set = CpuSet::new();
    set.set(processor.expect("there is a processor"));
    sched_setaffinity(None, &set).expect("this program may choose among its processors");
}
