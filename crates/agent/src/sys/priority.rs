//! Stepping back behind everybody else's work.
#![allow(unsafe_code, reason = "rustix has no I/O priorities")]

/// As much as `nice` gives way.
const NICE: i32 = 10;
/// `IOPRIO_WHO_PROCESS`: a thread, by its id; 0 is the one that asks.
const A_THREAD: libc::c_int = 1;
/// `IOPRIO_CLASS_IDLE`, where the kernel expects the class: the disk when nobody else wants it.
const IDLE: libc::c_int = 3 << 13;

/// Lets the calling thread, and those that it starts, have the processor after others and the disk
/// when nobody else wants it, as far as the kernel goes along: not every I/O scheduler knows
/// priorities.
pub(crate) fn step_back() {
    // On Linux this is the priority of the calling thread alone.
    if let Err(errno) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%errno, "the processor is not given way for");
    }
    // SAFETY: takes three numbers and answers one.
    let answer = unsafe { libc::syscall(libc::SYS_ioprio_set, A_THREAD, 0, IDLE) };
    if answer != 0 {
        let error = std::io::Error::last_os_error();
        tracing::debug!(%error, "the disk is not given way for");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priorities() -> (i32, i64) {
        let nice = rustix::process::getpriority_process(None).unwrap();
        // SAFETY: takes two numbers and answers one.
        let disk = unsafe { libc::syscall(libc::SYS_ioprio_get, A_THREAD, 0) };
        (nice, disk)
    }

    #[test]
    fn thread_that_steps_back_does_so_alone() {
        let before = priorities();
        let stepped_back = std::thread::spawn(|| {
            step_back();
            priorities()
        });
        let (nice, disk) = stepped_back.join().unwrap();
        assert_eq!((nice, disk >> 13), (NICE.max(before.0), 3));
        assert_eq!(priorities(), before);
    }
}
