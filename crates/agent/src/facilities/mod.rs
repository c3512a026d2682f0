//! What the kernel lets this process do, asked once at the start, and what the agent cannot do
//! without it.
//!
//! Every part of the agent that has a lesser way of doing something asks here which way to go, so
//! that what `quell-agent status` says, what a result says and what is done are the same.

mod probe;

use std::fmt;

use serde::Serialize;

/// Something that the agent does better where the kernel lets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Facility {
    /// To be the superuser.
    Root,
    /// Signals to processes of other users (`CAP_KILL`).
    SignalAnyone,
    /// Which file a process of another user executes (`CAP_SYS_PTRACE`).
    SeeExecutables,
    /// Which files a process has mapped (`CAP_CHECKPOINT_RESTORE` or `CAP_SYS_ADMIN`).
    SeeMappings,
    /// Reading and moving files of other users (`CAP_DAC_OVERRIDE`, `CAP_DAC_READ_SEARCH`,
    /// `CAP_FOWNER`).
    ReachAnyFile,
    /// Giving files away and setting their capabilities (`CAP_CHOWN`, `CAP_SETFCAP`, `CAP_FSETID`).
    GiveFilesAway,
    /// Clearing and setting the immutable flag (`CAP_LINUX_IMMUTABLE`).
    InodeFlags,
    /// Leases on files of other users (`CAP_LEASE`).
    Lease,
    /// Deciding about the opening of a file (fanotify permission events, `CAP_SYS_ADMIN`).
    OpenGate,
    /// Freezing a whole control group (version 2, mounted writable).
    CgroupFreeze,
    /// Shutting a process in (landlock).
    Landlock,
    /// Taking system calls away from a process (seccomp).
    SystemCallFilter,
}

impl Facility {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::Root,
        Self::SignalAnyone,
        Self::SeeExecutables,
        Self::SeeMappings,
        Self::ReachAnyFile,
        Self::GiveFilesAway,
        Self::InodeFlags,
        Self::Lease,
        Self::OpenGate,
        Self::CgroupFreeze,
        Self::Landlock,
        Self::SystemCallFilter,
    ];

    /// Whether only other users' processes and files are worse off without it.
    fn concerns_others(self) -> bool {
        let others = [
            Self::SignalAnyone,
            Self::SeeExecutables,
            Self::ReachAnyFile,
            Self::Lease,
        ];
        others.contains(&self)
    }

    /// Two or three words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::SignalAnyone => "signals to anyone",
            Self::SeeExecutables => "others' executables",
            Self::SeeMappings => "mapped files",
            Self::ReachAnyFile => "any file",
            Self::GiveFilesAway => "ownership",
            Self::InodeFlags => "inode flags",
            Self::Lease => "leases",
            Self::OpenGate => "open gate",
            Self::CgroupFreeze => "cgroup freezer",
            Self::Landlock => "landlock",
            Self::SystemCallFilter => "seccomp",
        }
    }

    /// What it means to be without it.
    #[must_use]
    pub fn without(self) -> &'static str {
        match self {
            Self::Root => "other users' processes and files are out of reach",
            Self::SignalAnyone => "other users' processes cannot be stopped",
            Self::SeeExecutables => "it is not seen what other users' processes execute",
            Self::SeeMappings => "processes that only map a file are not recognised for certain",
            Self::ReachAnyFile => "other users' files cannot be read or taken",
            Self::GiveFilesAway => "restored files may not get back their owner or capabilities",
            Self::InodeFlags => "immutable files cannot be taken",
            Self::Lease => "writers of other users' files are not held off while a file is taken",
            Self::OpenGate => "a file can be started again until it is taken away",
            Self::CgroupFreeze => "what multiplies faster than it is stopped may get away",
            Self::Landlock => "the network half could read what its user may read",
            Self::SystemCallFilter => "the network half could use every system call",
        }
    }
}

/// Why a facility is not there, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lack {
    /// What is lacking.
    pub facility: Facility,
    /// Why, as far as is known.
    pub why: String,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, without) = (self.facility.name(), self.facility.without());
        write!(f, "no {name}: {without} ({})", self.why)
    }
}

/// What the kernel lets this process do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facilities {
    lacking: Vec<Lack>,
}

impl Facilities {
    /// Asks the kernel, for the calling thread, and changes nothing: some 50 µs.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self::told(probe::why_not)
    }

    /// What `why_not` says of each facility: nothing where it is there.
    fn told(why_not: impl Fn(Facility) -> Option<String>) -> Self {
        let lack = |facility| why_not(facility).map(|why| Lack { facility, why });
        let lacking = Facility::ALL.into_iter().filter_map(lack).collect();
        Self { lacking }
    }

    /// Whether this is there.
    #[must_use]
    pub fn has(&self, facility: Facility) -> bool {
        self.lack(facility).is_none()
    }

    /// Why this is not there.
    #[must_use]
    pub fn lack(&self, facility: Facility) -> Option<&Lack> {
        self.lacking.iter().find(|lack| lack.facility == facility)
    }

    /// All that is not there, and why.
    #[must_use]
    pub fn lacking(&self) -> &[Lack] {
        &self.lacking
    }

    /// The protections that are off, in words. What concerns other users alone goes without saying
    /// where nothing of theirs can be reached anyway.
    #[must_use]
    pub fn degraded(&self) -> Vec<String> {
        let is_root = self.has(Facility::Root);
        let told = self.lacking.iter();
        told.filter(|lack| is_root || !lack.facility.concerns_others())
            .map(ToString::to_string)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacking(lacking: &[Facility]) -> Facilities {
        Facilities::told(|facility| lacking.contains(&facility).then(|| "because".to_owned()))
    }

    #[test]
    fn what_lacks_is_told_with_what_it_means() {
        let facilities = lacking(&[Facility::Lease, Facility::OpenGate]);
        assert!(facilities.has(Facility::Root) && !facilities.has(Facility::Lease));
        assert_eq!(facilities.lack(Facility::Lease).unwrap().why, "because");
        assert_eq!(
            facilities.degraded(),
            [
                "no leases: writers of other users' files are not held off while a file is taken (because)",
                "no open gate: a file can be started again until it is taken away (because)",
            ]
        );
        assert!(lacking(&[]).degraded().is_empty());
    }

    #[test]
    fn who_is_not_root_is_told_once_of_others_and_all_that_his_own_files_lack() {
        let told = lacking(&Facility::ALL).degraded();
        let names: Vec<_> = told
            .iter()
            .filter_map(|one| one.split(':').next())
            .collect();
        let expected = [
            "no root",
            "no mapped files",
            "no ownership",
            "no inode flags",
            "no open gate",
            "no cgroup freezer",
            "no landlock",
            "no seccomp",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn every_facility_is_listed_once_and_has_words_of_its_own() {
        let mut names = Facility::ALL.map(Facility::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn asking_the_kernel_twice_gives_the_same_answer() {
        assert_eq!(Facilities::of_this_process(), Facilities::of_this_process());
    }
}
