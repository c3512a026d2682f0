//! Which group a process is in.
#![allow(
    unsafe_code,
    reason = "rustix takes it for granted that nobody is in group 0, where the kernel's threads are"
)]

/// The group of a process; 0 for a thread of the kernel, nothing for one that has gone.
pub(crate) fn group_of(pid: u32) -> Option<u32> {
    let pid = libc::pid_t::try_from(pid).ok()?;
    // SAFETY: takes a number and answers one.
    u32::try_from(unsafe { libc::getpgid(pid) }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::process_stat::ProcessStat;

    #[test]
    fn group_is_the_one_that_the_process_table_tells() {
        let own = std::process::id();
        for pid in [own, std::os::unix::process::parent_id(), 1] {
            let told = ProcessStat::of(pid).map(|stat| stat.group);
            assert_eq!(group_of(pid), told, "{pid}");
        }
        assert_eq!(group_of(u32::MAX), None);
    }
}
