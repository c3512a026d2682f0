//! What is protected, as data: one place to read and one place to change.
//!
//! A machine whose shell, loader or sshd is gone cannot be repaired from afar, and an order names
//! a hash, which is easily the wrong one. What is named here is recognised by content, so that a
//! copy under any other name is refused as well.

use quell_protocol::Protection;

/// Programs of one kind.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) protection: Protection,
    /// Whole names.
    pub(super) names: &'static [&'static str],
    /// Names that a version may follow, such as `python3.12`.
    pub(super) families: &'static [&'static str],
}

/// The classes, looked for in [`PROGRAM_DIRECTORIES`].
pub(super) const PROGRAMS: &[Class] = &[
    Class {
        protection: Protection::Init,
        names: &[
            "init",
            "systemd",
            "runit",
            "runit-init",
            "openrc-init",
            "s6-svscan",
            "finit",
        ],
        families: &[],
    },
    Class {
        protection: Protection::Shell,
        names: &[
            "sh", "ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "ksh93", "mksh", "nu",
            "rbash", "tcsh", "toybox", "yash", "zsh",
        ],
        families: &[],
    },
    Class {
        protection: Protection::Interpreter,
        names: &[
            "bun", "deno", "dotnet", "elixir", "erl", "escript", "java", "pwsh", "Rscript",
        ],
        families: &[
            "awk", "gawk", "gjs", "guile", "lua", "luajit", "mawk", "node", "nodejs", "perl",
            "php", "php-fpm", "pypy", "python", "ruby", "tclsh", "wish",
        ],
    },
    Class {
        protection: Protection::RemoteAccess,
        names: &[
            "agetty",
            "doas",
            "dropbear",
            "getty",
            "login",
            "mingetty",
            "pkexec",
            "sshd",
            "sshd-auth",
            "sshd-session",
            "su",
            "sudo",
            "sudo-rs",
            "sulogin",
            "systemd-logind",
            "unix_chkpwd",
        ],
        families: &[],
    },
    Class {
        protection: Protection::SystemService,
        names: &[
            "NetworkManager",
            "dbus-broker",
            "dbus-broker-launch",
            "dbus-daemon",
            "dhclient",
            "dhcpcd",
            "eudev",
            "polkitd",
            "rsyslogd",
            "syslog-ng",
            "systemd-journald",
            "systemd-networkd",
            "systemd-resolved",
            "systemd-udevd",
            "udevadm",
            "udevd",
        ],
        families: &[],
    },
    Class {
        protection: Protection::ContainerRuntime,
        names: &[
            "buildkitd",
            "conmon",
            "containerd",
            "containerd-shim",
            "containerd-shim-runc-v2",
            "crio",
            "crun",
            "docker",
            "docker-init",
            "docker-proxy",
            "dockerd",
            "incusd",
            "k3s",
            "kata-runtime",
            "kubelet",
            "lxc-start",
            "lxd",
            "nerdctl",
            "podman",
            "runc",
            "systemd-nspawn",
            "youki",
        ],
        families: &[],
    },
    Class {
        protection: Protection::PackageManager,
        names: &[
            "apk",
            "apt",
            "apt-get",
            "dnf",
            "dnf5",
            "dnf5daemon-server",
            "dpkg",
            "dpkg-deb",
            "dpkg-query",
            "emerge",
            "flatpak",
            "microdnf",
            "nix",
            "nix-daemon",
            "pacman",
            "rpm",
            "snap",
            "snapd",
            "tdnf",
            "yum",
            "zypper",
        ],
        families: &[],
    },
    Class {
        protection: Protection::SecurityAgent,
        names: &[
            "auditd",
            "auditbeat",
            "cbagentd",
            "clamav-milter",
            "clamd",
            "clamonacc",
            "elastic-agent",
            "elastic-endpoint",
            "falco",
            "falcon-sensor",
            "falcon-sensor-bpf",
            "falcond",
            "fapolicyd",
            "freshclam",
            "kesl",
            "mdatp",
            "osqueryd",
            "osqueryi",
            "ossec-agentd",
            "ossec-syscheckd",
            "quell",
            "quell-agent",
            "sentinelctl",
            "sentinelone-agent",
            "taniumclient",
            "tetragon",
            "velociraptor",
            "wazuh-agentd",
            "wazuh-modulesd",
            "wazuh-syscheckd",
            "wdavdaemon",
            "xagt",
        ],
        families: &[],
    },
];

/// Where programs lie.
pub(super) const PROGRAM_DIRECTORIES: &[&str] = &[
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/lib/NetworkManager",
    "/usr/lib/openssh",
    "/usr/lib/polkit-1",
    "/usr/lib/snapd",
    "/usr/lib/ssh",
    "/usr/lib/systemd",
    "/usr/libexec",
    "/usr/libexec/openssh",
    "/run/current-system/sw/bin",
];

/// Directories that belong to another security product whole.
pub(super) const SECURITY_DIRECTORIES: &[&str] = &[
    "/opt/CrowdStrike",
    "/opt/Elastic/Endpoint",
    "/opt/Tanium/TaniumClient",
    "/opt/carbonblack/psc/bin",
    "/opt/kaspersky/kesl/libexec",
    "/opt/microsoft/mdatp/sbin",
    "/opt/osquery/bin",
    "/opt/sentinelone/bin",
    "/var/ossec/bin",
];

/// Where the loader and the C library lie, where the agent's own mappings do not tell: a static
/// agent maps neither.
pub(super) const LIBRARY_DIRECTORIES: &[&str] = &[
    "/lib",
    "/lib64",
    "/lib/aarch64-linux-gnu",
    "/lib/x86_64-linux-gnu",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
];

/// How the names of loader and C library begin.
pub(super) const LIBRARIES: &[&str] = &[
    "ld-linux",
    "ld-musl-",
    "ld.so",
    "ld-2.",
    "libc.so.6",
    "libc.musl-",
    "libc-2.",
];

/// Why the program with this file name is protected, if it is.
pub(super) fn program(name: &str) -> Option<Protection> {
    let class = PROGRAMS.iter().find(|class| {
        class.names.contains(&name) || class.families.iter().any(|f| is_version_of(f, name))
    })?;
    Some(class.protection)
}

/// Whether the file with this name is a loader or a C library.
pub(super) fn is_library(name: &str) -> bool {
    LIBRARIES.iter().any(|start| name.starts_with(start))
}

fn is_version_of(family: &str, name: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| {
        rest.bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_of_families_are_protected() {
        for (name, expected) in [
            ("bash", Some(Protection::Shell)),
            ("python", Some(Protection::Interpreter)),
            ("python3", Some(Protection::Interpreter)),
            ("python3.12", Some(Protection::Interpreter)),
            ("php-fpm8.2", Some(Protection::Interpreter)),
            ("sshd", Some(Protection::RemoteAccess)),
            ("wdavdaemon", Some(Protection::SecurityAgent)),
            ("systemd", Some(Protection::Init)),
            ("quell", Some(Protection::SecurityAgent)),
            ("systemd-journald", Some(Protection::SystemService)),
            (
                "containerd-shim-runc-v2",
                Some(Protection::ContainerRuntime),
            ),
            ("dpkg", Some(Protection::PackageManager)),
            ("pythonista", None),
            ("python3-config", None),
            ("bash2", None),
            ("sleep", None),
            ("", None),
        ] {
            assert_eq!(program(name), expected, "{name}");
        }
    }

    #[test]
    fn loaders_and_c_libraries_are_recognised() {
        for name in [
            "ld-linux-x86-64.so.2",
            "ld-musl-x86_64.so.1",
            "libc.so.6",
            "libc-2.31.so",
        ] {
            assert!(is_library(name), "{name}");
        }
        for name in ["libcurl.so.4", "libc.a", "libc++.so.1", "ld"] {
            assert!(!is_library(name), "{name}");
        }
    }
}
