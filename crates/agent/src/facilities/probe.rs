//! Asking the kernel. What can be tried is tried; a capability is looked up.

use std::fs;
use std::path::PathBuf;

use rustix::fs::{Access, access};
use rustix::thread::{CapabilitySet, capabilities};

use super::Facility;
use crate::sys::kernel;

/// Why this process has not got `facility`; nothing if it has.
pub(super) fn why_not(facility: Facility) -> Option<String> {
    match facility {
        Facility::Root => {
            let is_root = rustix::process::geteuid().is_root();
            (!is_root).then(|| "an ordinary user runs the agent".to_owned())
        }
        Facility::SignalAnyone => without_any_of(&[("CAP_KILL", CapabilitySet::KILL)]),
        Facility::SeeExecutables => {
            without_any_of(&[("CAP_SYS_PTRACE", CapabilitySet::SYS_PTRACE)])
        }
        Facility::SeeMappings => why_no_mappings(),
        Facility::ReachAnyFile => without_any_of(&[
            ("CAP_DAC_OVERRIDE", CapabilitySet::DAC_OVERRIDE),
            ("CAP_DAC_READ_SEARCH", CapabilitySet::DAC_READ_SEARCH),
            ("CAP_FOWNER", CapabilitySet::FOWNER),
        ]),
        Facility::GiveFilesAway => without_any_of(&[
            ("CAP_CHOWN", CapabilitySet::CHOWN),
            ("CAP_SETFCAP", CapabilitySet::SETFCAP),
            ("CAP_FSETID", CapabilitySet::FSETID),
        ]),
        Facility::InodeFlags => {
            without_any_of(&[("CAP_LINUX_IMMUTABLE", CapabilitySet::LINUX_IMMUTABLE)])
        }
        Facility::Lease => without_any_of(&[("CAP_LEASE", CapabilitySet::LEASE)]),
        Facility::OpenGate => refused(kernel::try_permission_events()),
        Facility::CgroupFreeze => why_no_freezer(),
        Facility::Landlock => refused(kernel::landlock_version().map(drop)),
        Facility::SystemCallFilter => refused(kernel::try_system_call_filter()),
    }
}

fn refused(tried: std::io::Result<()>) -> Option<String> {
    tried.err().map(|error| error.to_string())
}

/// Names the first capability that is needed and not there.
fn without_any_of(needed: &[(&str, CapabilitySet)]) -> Option<String> {
    let held = effective();
    let missing = needed.iter().find(|(_, one)| !held.contains(*one));
    missing.map(|(name, _)| format!("{name} is missing"))
}

fn effective() -> CapabilitySet {
    capabilities(None).map_or(CapabilitySet::empty(), |sets| sets.effective)
}

/// Either of two capabilities opens `/proc/PID/map_files`; kernels before 5.9 know only the second.
fn why_no_mappings() -> Option<String> {
    let either = CapabilitySet::CHECKPOINT_RESTORE | CapabilitySet::SYS_ADMIN;
    let has_either = effective().intersects(either);
    (!has_either).then(|| "CAP_CHECKPOINT_RESTORE and CAP_SYS_ADMIN are missing".to_owned())
}

fn why_no_freezer() -> Option<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let Some(mount) = cgroup2_mount(&table) else {
        return Some("control groups of version 2 are not mounted".to_owned());
    };
    let writable = access(&mount, Access::WRITE_OK);
    writable
        .err()
        .map(|errno| format!("{} cannot be written to: {errno}", mount.display()))
}

/// Where control groups of version 2 are mounted, by proc_pid_mountinfo(5).
fn cgroup2_mount(table: &str) -> Option<PathBuf> {
    let line = table.lines().find(|line| line.contains(" - cgroup2 "))?;
    line.split_ascii_whitespace().nth(4).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_of_control_groups_is_found_among_others() {
        let table = "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
                     30 22 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw\n\
                     31 22 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n";
        let found = cgroup2_mount(table);
        assert_eq!(found, Some(PathBuf::from("/sys/fs/cgroup/unified")));
        assert_eq!(cgroup2_mount("22 1 8:1 / / rw - ext4 cgroup2 rw\n"), None);
    }

    #[test]
    fn facilities_of_root_are_not_those_of_others() {
        let is_root = rustix::process::geteuid().is_root();
        assert_eq!(why_not(Facility::Root).is_none(), is_root);
        let none: &[(&str, CapabilitySet)] = &[];
        assert_eq!(without_any_of(none), None);
        let beyond = CapabilitySet::all() - effective();
        if !beyond.is_empty() {
            assert!(
                without_any_of(&[("CAP_X", beyond)])
                    .unwrap()
                    .contains("CAP_X")
            );
        }
    }
}
