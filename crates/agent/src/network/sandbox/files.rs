//! Closing the file system and the network, by landlock.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// What name resolution reads. A rule holds for the file and not for its name: when one of these is
/// replaced, the executor starts the network half anew.
pub(crate) const READABLE_FILES: [&str; 7] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ld.so.cache",
];
/// Where the C library finds its modules for name resolution, and where a local resolver tells of
/// itself.
const READABLE_DIRECTORIES: [&str; 4] = ["/lib", "/usr/lib", "/lib64", "/run/systemd/resolve"];
/// Name servers are asked over TCP when an answer is long.
const NAME_SERVER: u16 = 53;

/// The newest interface whose every right is handled here.
const NEWEST: ABI = ABI::V6;

pub(super) fn close(port: Option<u16>) -> Result<String, String> {
    match restrict(port).map_err(|error| error.to_string())? {
        RulesetStatus::FullyEnforced => Ok("name resolution's files, the server's port".to_owned()),
        RulesetStatus::PartiallyEnforced => Ok("as far as this kernel's landlock goes".to_owned()),
        RulesetStatus::NotEnforced => Err("this kernel has no landlock".to_owned()),
    }
}

fn restrict(port: Option<u16>) -> Result<RulesetStatus, RulesetError> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile.into();
    let look: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(READABLE_FILES, read))?
        .add_rules(path_beneath_rules(READABLE_DIRECTORIES, look))?;
    for port in port.into_iter().chain([NAME_SERVER]) {
        rules = rules.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
