//! How much of everything the network half may use.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// One limit each: what, and how much at most.
const LIMITS: [(Resource, u64); 5] = [
    // No memory of it ever lies on a disk.
    (Resource::Core, 0),
    (Resource::Memlock, 0),
    (Resource::Msgqueue, 0),
    (Resource::Nofile, 256),
    (Resource::As, 2 << 30),
];

pub(super) fn lower() -> Result<String, String> {
    for (resource, most) in LIMITS {
        let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Some(most.min(hard));
        let lowered = Rlimit {
            current: limit,
            maximum: limit,
        };
        setrlimit(resource, lowered).map_err(|errno| format!("{resource:?}: {errno}"))?;
    }
    Ok("256 descriptors, 2 GiB of addresses, no core".to_owned())
}
