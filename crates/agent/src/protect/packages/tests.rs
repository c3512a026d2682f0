use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use md5::{Digest as _, Md5};

use super::*;
use crate::find::FileId;

/// A small machine below a directory.
struct Machine {
    directory: tempfile::TempDir,
}

fn md5_hex(content: &[u8]) -> String {
    let digest: [u8; 16] = Md5::digest(content).into();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Machine {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    /// With dpkg, and its directories merged as they are today.
    fn of_debian() -> Self {
        let machine = Self::new();
        machine.write("var/lib/dpkg/status", b"");
        fs::create_dir_all(machine.root().join("var/lib/dpkg/info")).unwrap();
        fs::create_dir_all(machine.root().join("usr/bin")).unwrap();
        symlink("usr/bin", machine.root().join("bin")).unwrap();
        machine
    }

    fn root(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Installs a package whose files are what they are.
    fn install(&self, package: &str, files: &[(&str, &[u8])]) {
        let (mut list, mut sums) = (String::from("/.\n/usr\n"), String::new());
        for (path, content) in files {
            self.write(path, content);
            list.push_str(&format!("/{path}\n"));
            sums.push_str(&format!("{}  {path}\n", md5_hex(content)));
        }
        self.write(
            &format!("var/lib/dpkg/info/{package}.list"),
            list.as_bytes(),
        );
        self.write(
            &format!("var/lib/dpkg/info/{package}.md5sums"),
            sums.as_bytes(),
        );
    }

    fn packages(&self) -> Packages {
        Packages::below(self.root(), &self.root().join("usr/bin/rpm"))
    }

    fn ask(&self, path: &str) -> Option<Ownership> {
        self.ask_again(&self.packages(), path)
    }

    fn ask_again(&self, packages: &Packages, path: &str) -> Option<Ownership> {
        let full = self.root().join(path);
        let content = File::open(&full).unwrap();
        let answers = packages.ownership(&[Examined {
            id: FileId::of(&rustix::fs::fstat(&content).unwrap()),
            paths: vec![full.as_os_str().as_bytes().to_vec()],
            content: content.as_fd(),
        }]);
        assert_eq!(answers.len(), 1);
        answers.into_iter().next().unwrap()
    }
}

fn owned(package: &str, condition: Condition) -> Option<Ownership> {
    Some(Ownership {
        package: Some(package.to_owned()),
        condition,
    })
}

#[test]
fn file_of_a_package_is_known_under_the_path_of_before_the_merge() {
    let machine = Machine::of_debian();
    machine.install("bash:amd64", &[("bin/bash", b"a shell")]);
    assert_eq!(
        machine.ask("usr/bin/bash"),
        owned("bash", Condition::Verified)
    );
    machine.write("tmp/other", b"something else");
    assert_eq!(machine.ask("tmp/other"), None);
}

#[test]
fn file_that_is_not_what_its_package_contained_was_modified() {
    let machine = Machine::of_debian();
    machine.install("bash", &[("bin/bash", b"a shell")]);
    machine.write("usr/bin/bash", b"a trojan horse");
    assert_eq!(
        machine.ask("usr/bin/bash"),
        owned("bash", Condition::Modified)
    );
    // Of the same name, but not at the package's place.
    machine.write("tmp/bash", b"a trojan horse");
    assert_eq!(machine.ask("tmp/bash"), None);
}

#[test]
fn copy_and_hard_link_of_an_installed_file_are_as_good_as_the_file() {
    let machine = Machine::of_debian();
    machine.install("netcat", &[("usr/bin/nc", b"netcat")]);
    machine.write("tmp/copy", b"netcat");
    fs::hard_link(
        machine.root().join("usr/bin/nc"),
        machine.root().join("tmp/link"),
    )
    .unwrap();
    for path in ["tmp/copy", "tmp/link"] {
        assert_eq!(
            machine.ask(path),
            owned("netcat", Condition::Verified),
            "{path}"
        );
    }
    // What is not installed any more, or is something else by now, speaks for no copy.
    fs::remove_file(machine.root().join("tmp/link")).unwrap();
    machine.write("usr/bin/nc", b"trojan");
    assert_eq!(machine.ask("tmp/copy"), None);
}

#[test]
fn link_that_a_package_brought_does_not_speak_for_the_file_behind_it() {
    let machine = Machine::of_debian();
    machine.install("links", &[]);
    machine.write("var/lib/dpkg/info/links.list", b"/usr/bin/tool\n");
    machine.write("opt/tool", b"not packaged");
    symlink("../../opt/tool", machine.root().join("usr/bin/tool")).unwrap();
    assert_eq!(machine.ask("opt/tool"), None);
}

#[test]
fn file_that_is_listed_without_a_sum_cannot_be_verified() {
    let machine = Machine::of_debian();
    machine.install("half", &[("usr/bin/half", b"half")]);
    machine.write("var/lib/dpkg/info/half.md5sums", b"deadbeef  usr/bi");
    assert_eq!(
        machine.ask("usr/bin/half"),
        owned("half", Condition::Unverifiable)
    );
    fs::remove_file(machine.root().join("var/lib/dpkg/info/half.md5sums")).unwrap();
    assert_eq!(
        machine.ask("usr/bin/half"),
        owned("half", Condition::Unverifiable)
    );
}

#[test]
fn configuration_file_is_the_administrators_to_change() {
    let machine = Machine::of_debian();
    machine.install("ssh", &[]);
    machine.write("etc/ssh/config", b"as shipped");
    machine.write("var/lib/dpkg/info/ssh.list", b"/etc/ssh/config\n");
    let status = format!(
        "Package: ssh\nConffiles:\n /etc/ssh/config {}\n",
        md5_hex(b"as shipped")
    );
    machine.write("var/lib/dpkg/status", status.as_bytes());
    assert_eq!(
        machine.ask("etc/ssh/config"),
        owned("ssh", Condition::Verified)
    );
    machine.write("etc/ssh/config", b"changed");
    assert_eq!(machine.ask("etc/ssh/config"), None);
}

#[test]
fn diverted_file_is_known_where_it_is() {
    let machine = Machine::of_debian();
    machine.install("old", &[("usr/bin/tool", b"old")]);
    machine.install("new", &[("usr/bin/tool", b"new")]);
    machine.write("usr/bin/tool.distrib", b"old");
    machine.write(
        "var/lib/dpkg/diversions",
        b"/usr/bin/tool\n/usr/bin/tool.distrib\nnew\n",
    );
    assert_eq!(
        machine.ask("usr/bin/tool"),
        owned("new", Condition::Verified)
    );
    assert_eq!(
        machine.ask("usr/bin/tool.distrib"),
        owned("old", Condition::Verified)
    );
    machine.write("usr/bin/tool.distrib", b"trojan");
    assert_eq!(
        machine.ask("usr/bin/tool.distrib"),
        owned("old", Condition::Modified)
    );
}

#[test]
fn while_packages_are_exchanged_nothing_counts_as_modified() {
    let machine = Machine::of_debian();
    machine.install("bash", &[("usr/bin/bash", b"a shell")]);
    machine.write("usr/bin/bash", b"an upgraded shell");
    let lock = File::create(machine.root().join("var/lib/dpkg/lock")).unwrap();
    rustix::fs::fcntl_lock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    assert_eq!(
        machine.ask("usr/bin/bash"),
        owned("bash", Condition::Unverifiable)
    );
    drop(lock);
    assert_eq!(
        machine.ask("usr/bin/bash"),
        owned("bash", Condition::Modified)
    );
}

#[test]
fn package_that_is_installed_later_is_taken_up() {
    let machine = Machine::of_debian();
    machine.write("usr/bin/tool", b"tool");
    let packages = machine.packages();
    assert_eq!(machine.ask_again(&packages, "usr/bin/tool"), None);
    machine.install("tool", &[("usr/bin/tool", b"tool")]);
    assert_eq!(
        machine.ask_again(&packages, "usr/bin/tool"),
        owned("tool", Condition::Verified)
    );
}

#[test]
fn database_that_cannot_be_read_leaves_the_systems_directories_alone() {
    let machine = Machine::of_debian();
    machine.install("bash", &[("usr/bin/bash", b"a shell")]);
    let list = machine.root().join("var/lib/dpkg/info/bash.list");
    fs::remove_file(&list).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &list,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let packages = machine.packages();
    packages.refresh();
    assert!(
        packages.trouble().unwrap().contains("bash.list"),
        "{:?}",
        packages.trouble()
    );
    let content = tempfile::tempfile().unwrap();
    let ask = |path: &str| {
        let mut told = packages.ownership(&[Examined {
            id: FileId { dev: 1, ino: 1 },
            paths: vec![path.as_bytes().to_vec()],
            content: content.as_fd(),
        }]);
        told.pop().unwrap()
    };
    let unknown = Ownership {
        package: None,
        condition: Condition::Unverifiable,
    };
    assert_eq!(ask("/usr/bin/bash"), Some(unknown));
    assert_eq!(ask("/home/me/malware"), None);
}

#[test]
fn database_that_was_emptied_is_trouble_and_none_at_all_is_not() {
    let machine = Machine::new();
    machine.packages().refresh();
    assert_eq!(machine.packages().trouble(), None);
    fs::create_dir_all(machine.root().join("var/lib/dpkg")).unwrap();
    let packages = machine.packages();
    packages.refresh();
    assert!(packages.trouble().is_some());
}

/// An rpm that is a script: it tells what a recorded answer says.
fn machine_of_rpm(script: &str) -> Machine {
    let machine = Machine::new();
    machine.write("var/lib/rpm/rpmdb.sqlite", b"");
    machine.write("usr/bin/rpm", format!("#!/bin/sh\n{script}\n").as_bytes());
    let rpm = machine.root().join("usr/bin/rpm");
    fs::set_permissions(rpm, fs::Permissions::from_mode(0o755)).unwrap();
    machine
}

/// SHA-256 of "abc".
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn rpm_is_asked_for_the_files_and_told_apart_by_inode() {
    let answer = format!(
        "test \"$1 $2 $4 $5\" = '--query --queryformat --file --' || exit 99\n\
         printf 'tools\\t\\t0\\t/usr/share/doc\\n'\n\
         printf 'tools\\t{ABC}\\t0\\t/usr/bin/tool\\n'\n\
         printf 'tools\\t{ABC}\\t1\\t/etc/tool.conf\\n'\n\
         echo \"file $6 is not owned by any package\"; exit 1"
    );
    let machine = machine_of_rpm(&answer);
    for (path, content, expected) in [
        ("usr/bin/tool", "abc", owned("tools", Condition::Verified)),
        ("usr/bin/tool", "abd", owned("tools", Condition::Modified)),
        ("etc/tool.conf", "abc", owned("tools", Condition::Verified)),
        ("etc/tool.conf", "abd", None),
        ("tmp/tool", "abc", None),
    ] {
        machine.write(path, content.as_bytes());
        assert_eq!(machine.ask(path), expected, "{path} {content}");
    }
}

#[test]
fn rpm_that_fails_leaves_the_systems_directories_alone() {
    let machine = machine_of_rpm("kill -9 $$");
    let packages = machine.packages();
    let content = tempfile::tempfile().unwrap();
    let told = packages.ownership(&["/usr/bin/tool", "/tmp/tool"].map(|path| Examined {
        id: FileId { dev: 1, ino: 1 },
        paths: vec![path.as_bytes().to_vec()],
        content: content.as_fd(),
    }));
    let unknown = Ownership {
        package: None,
        condition: Condition::Unverifiable,
    };
    assert_eq!(told, [Some(unknown), None]);
}
