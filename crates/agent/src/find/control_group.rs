//! Where a process runs: its control group, and the container or service that this stands for.

use std::fs;

/// Container runtimes name a group by the container's id: 64 hexadecimal digits.
const CONTAINER_ID: usize = 64;

/// A control group, by its path below the hierarchy's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ControlGroup(String);

impl ControlGroup {
    /// The group of a process; none for the root's, and none when the process is gone.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let table = fs::read(format!("/proc/{pid}/cgroup")).ok()?;
        Self::parse(&String::from_utf8_lossy(&table))
    }

    /// The group at a path that was told by [`Self::path`].
    pub(crate) fn at(path: String) -> Self {
        Self(path)
    }

    /// Its path below the hierarchy's root.
    pub(crate) fn path(&self) -> &str {
        &self.0
    }

    /// The unified hierarchy tells where there is one, else systemd's own, else any other.
    fn parse(table: &str) -> Option<Self> {
        let entries = table.lines().filter_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (hierarchy, path) = rest.split_once(':')?;
            (path != "/").then_some((hierarchy, path))
        });
        let rank = |hierarchy: &str| match hierarchy {
            "" => 0,
            "name=systemd" => 1,
            _ => 2,
        };
        let (_, path) = entries.min_by_key(|(hierarchy, _)| rank(hierarchy))?;
        Some(Self(path.to_owned()))
    }

    /// The container whose group this is: its runtime's id, or the name that LXC or systemd gave it.
    pub(crate) fn container(&self) -> Option<&str> {
        self.steps().find_map(|step| {
            let step = step.strip_suffix(".scope").unwrap_or(step);
            let last = step.rsplit('-').next().unwrap_or(step);
            let is_id = last.len() == CONTAINER_ID && last.bytes().all(|b| b.is_ascii_hexdigit());
            if is_id {
                return Some(last);
            }
            step.strip_prefix("lxc.payload.")
                .or_else(|| step.strip_prefix("machine-"))
        })
    }

    /// The systemd service whose group this is: what starts the program again, if anything does.
    pub(crate) fn unit(&self) -> Option<&str> {
        self.steps().find(|step| step.ends_with(".service"))
    }

    /// The innermost first.
    fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.rsplit('/').filter(|step| !step.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(path: &str) -> ControlGroup {
        ControlGroup::at(path.to_owned())
    }

    #[test]
    fn group_of_a_process_is_the_unified_one_where_it_says_something() {
        let of = |table| ControlGroup::parse(table).map(|group| group.0);
        let both = "9:name=systemd:/a\n0::/system.slice/x.service\n";
        assert_eq!(of(both).unwrap(), "/system.slice/x.service");
        assert_eq!(of("4:memory:/m\n1:name=systemd:/s\n0::/\n").unwrap(), "/s");
        assert_eq!(of("0::/a:b\n").unwrap(), "/a:b");
        assert_eq!(of("0::/\nbroken\n"), None);
    }

    #[test]
    fn container_is_known_by_its_runtimes_names() {
        let id = "c3".repeat(32);
        for path in [
            format!("/docker/{id}"),
            format!("/system.slice/docker-{id}.scope"),
            format!("/kubepods.slice/kubepods-besteffort.slice/cri-containerd-{id}.scope"),
            format!("/machine.slice/libpod-{id}.scope/container"),
        ] {
            assert_eq!(group(&path).container(), Some(id.as_str()), "{path}");
        }
        assert_eq!(
            group("/lxc.payload.web/init.scope").container(),
            Some("web")
        );
        assert_eq!(
            group("/machine.slice/machine-db.scope").container(),
            Some("db")
        );
        for path in [
            "/user.slice/user-0.slice",
            "/docker/short",
            "/system.slice/a.service",
        ] {
            assert_eq!(group(path).container(), None, "{path}");
        }
    }

    #[test]
    fn unit_is_the_innermost_service() {
        let path = "/user.slice/user@1000.service/app.slice/bad.service/sub";
        assert_eq!(group(path).unit(), Some("bad.service"));
        assert_eq!(group("/user.slice/session-3.scope").unit(), None);
    }
}
