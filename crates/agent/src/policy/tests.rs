use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use quell_protocol::Protection;

use super::*;

fn parse(text: &str) -> Result<Policy, SyntaxError> {
    text.parse()
}

fn refused<T>(result: Result<T, Refusal>) -> Refusal {
    match result {
        Ok(_) => panic!("permitted"),
        Err(refusal) => refusal,
    }
}

fn with(force: Force) -> Policy {
    Policy {
        force,
        ..Policy::default()
    }
}

#[test]
fn empty_file_is_the_policy_of_a_machine_without_one() {
    assert_eq!(parse("").unwrap(), Policy::default());
    let usual = Policy::default();
    assert_eq!(usual.actions_per_hour, 20);
    assert_eq!(usual.force, Force::Refuse);
    assert_eq!(
        (usual.blast_radius.paths, usual.blast_radius.processes),
        (20, 50)
    );
}

#[test]
fn every_word_is_understood() {
    let policy = parse(
        r#"
        actions-per-hour = 5
        force = "honor"
        dry-run-only = true
        stop-mappers = true
        roots = ["/srv/", "/home"]
        exclusions = ["/srv/samples"]
        standing-gate-seconds = 60

        [blast-radius]
        paths = 1
        processes = 2
        users = 4

        [protected]
        paths = ["/opt/billing/bin/billingd"]
        hashes = ["87662bc3d60e4200ceaf7aae249d1c343f4b83c9"]

        [vault]
        retention-days = 7
        size-cap-mib = 2
        "#,
    )
    .unwrap();
    let expected = Policy {
        actions_per_hour: 5,
        force: Force::Honor,
        dry_run_only: true,
        stop_mappers: true,
        roots: Some(vec!["/srv".into(), "/home".into()]),
        exclusions: vec!["/srv/samples".into()],
        blast_radius: BlastRadius {
            paths: 1,
            processes: 2,
            users: 4,
        },
        protected: Named {
            paths: vec!["/opt/billing/bin/billingd".into()],
            hashes: vec!["87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap()],
        },
        vault: VaultLimits {
            retention_days: Some(7),
            size_cap_mib: Some(2),
        },
        standing_gate_seconds: 60,
    };
    assert_eq!(policy, expected);
    assert_eq!(policy.retention(), Some(Duration::from_secs(7 * 86_400)));
    assert_eq!(policy.vault_cap(), Some(2 * 1024 * 1024));
    assert_eq!(policy.standing_gate(), Duration::from_secs(60));
}

#[test]
fn example_that_is_shipped_says_what_holds_without_it() {
    let shipped = include_str!("../../../../packaging/policy.toml");
    assert_eq!(parse(shipped).unwrap(), Policy::default());
    let spoken = shipped
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") && !setting.contains(". ") => setting,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n");
    let policy = parse(&spoken).unwrap_or_else(|error| panic!("{error}\n{spoken}"));
    assert_ne!(policy, Policy::default());
    assert!(policy.roots.is_some() && policy.vault.size_cap_mib.is_some());
}

#[test]
fn mistake_is_named_with_its_line() {
    for (text, line, words) in [
        ("\n\nactions-per-day = 3\n", 3, "unknown field"),
        ("force = \"yes\"", 1, "yes"),
        (
            "# a\nexclusions = [\"/a\",\n\"tmp\"]",
            2,
            "tmp is no absolute",
        ),
        ("roots = [\"/a/../b\"]", 1, "absolute"),
        ("actions-per-hour = -1", 1, "-1"),
        ("[protected]\nhashes = [\"d41d\"]", 2, "SHA-1"),
        ("[vault]\n\nretention-days = 0", 3, "at least 1"),
        ("standing-gate-seconds = 86401", 1, "86400"),
        ("[blast-radius]\npath = 1", 2, "unknown field"),
        ("force = \"honor\"\nforce = \"refuse\"", 2, "duplicate"),
        ("force", 1, ""),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.line(), Some(line), "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn force_takes_two_consents_and_the_refusal_names_the_one_that_lacks() {
    let shell = Finding::from(Protection::Shell);
    for (force, ordered, expected) in [
        (Force::Honor, true, None),
        (Force::Honor, false, Some(Lacking::Order)),
        (Force::Refuse, true, Some(Lacking::Policy)),
        (Force::Refuse, false, Some(Lacking::Both)),
    ] {
        let policy = with(force);
        let lacking = match policy.weigh_protected(&shell, ordered) {
            Ok(permit) => {
                assert_eq!(permit, Permit::Forced);
                None
            }
            Err(Refusal::Protected { lacking, .. }) => Some(lacking),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(lacking, expected);
    }
}

#[test]
fn some_things_nobody_may_insist_on() {
    let policy = Policy::unrestrained();
    for protection in [
        Protection::Init,
        Protection::Agent,
        Protection::EmptyFile,
        Protection::LocalPolicy,
        Protection::Other,
    ] {
        let refusal = refused(policy.weigh_protected(&protection.into(), true));
        let Refusal::Protected { lacking, .. } = &refusal else {
            panic!("{refusal}");
        };
        assert_eq!(*lacking, Lacking::Anything);
    }
}

#[test]
fn refusal_names_package_count_and_limit() {
    let policy = with(Force::Honor);
    let finding = Finding {
        protection: Protection::Package,
        package: Some("coreutils".to_owned()),
    };
    let refusal = refused(policy.weigh_protected(&finding, false));
    assert_eq!(
        refusal.to_string(),
        "the file is protected, it is part of an installed package (coreutils); the order does not \
         carry Force, which this machine's policy would honor"
    );
    let mut radius = Radius::default();
    for number in 0..21 {
        radius.add_path(vec![number]);
        radius.add_path(vec![number]);
    }
    let refusal = refused(policy.weigh_radius(&radius, false));
    assert!(
        refusal
            .to_string()
            .starts_with("the order would touch 21 paths, and this machine's policy allows 20; "),
        "{refusal}"
    );
    assert_eq!(policy.weigh_radius(&radius, true), Ok(Permit::Forced));
}

#[test]
fn radius_counts_paths_processes_and_users_up_to_their_limits() {
    let policy = with(Force::Refuse);
    let mut radius = Radius::default();
    for number in 0..19 {
        radius.add_path(vec![number]);
    }
    radius.set_more_paths(1);
    for pid in 0..50 {
        radius.add_process(pid, pid % 3);
    }
    assert_eq!(policy.weigh_radius(&radius, false), Ok(Permit::Plain));
    let measure = |radius: &Radius| match policy.weigh_radius(radius, true) {
        Err(Refusal::BlastRadius { measure, found, .. }) => Some((measure, found)),
        _ => None,
    };
    let mut more = radius.clone();
    more.set_more_paths(2);
    assert_eq!(measure(&more), Some((Measure::Paths, 21)));
    let mut more = radius.clone();
    more.add_process(50, 0);
    assert_eq!(measure(&more), Some((Measure::Processes, 51)));
    radius.add_process(0, 77);
    assert_eq!(measure(&radius), Some((Measure::Users, 4)));
}

#[test]
fn actions_are_allowed_up_to_the_limit() {
    let policy = Policy::default();
    assert_eq!(policy.admit(19), Ok(()));
    assert_eq!(policy.admit(20), Err(Refusal::TooManyActions { limit: 20 }));
    let none = Policy {
        actions_per_hour: 0,
        ..Policy::default()
    };
    assert!(none.admit(0).is_err());
}

#[test]
fn exclusion_ends_at_a_component() {
    let policy = parse("exclusions = [\"/srv/samples\"]").unwrap();
    assert!(policy.excludes(Path::new("/srv/samples/a/b")));
    assert!(policy.excludes(Path::new("/srv/samples")));
    assert!(!policy.excludes(Path::new("/srv/samples2/a")));
    assert!(!policy.excludes(Path::new("/srv")));
}

#[test]
fn roots_are_narrowed_and_never_widened() {
    let roots = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(PathBuf::from).collect() };
    let policy = parse("roots = [\"/srv\", \"/home/a\"]").unwrap();
    assert_eq!(policy.narrow(&roots(&["/"])), roots(&["/home/a", "/srv"]));
    assert_eq!(
        policy.narrow(&roots(&["/srv/x", "/var"])),
        roots(&["/srv/x"])
    );
    assert!(policy.narrow(&roots(&["/var"])).is_empty());
    assert_eq!(Policy::default().narrow(&roots(&["/"])), roots(&["/"]));
}

#[test]
fn file_that_others_could_have_written_is_not_relied_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    let read = || Policy::read(&path);
    assert!(read().unwrap_err().is_absent());
    fs::write(&path, "force = \"honor\"").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(read().unwrap().force, Force::Honor);
    for mode in [0o664, 0o646] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        assert!(
            matches!(read(), Err(PolicyFileError::Open { .. })),
            "{mode:o}"
        );
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(read(), Err(PolicyFileError::Open { .. })));
    fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).unwrap();
    assert!(read().is_ok());
}

#[test]
fn what_is_no_regular_file_is_not_relied_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    let link = directory.path().join("link");
    fs::write(&path, "").unwrap();
    symlink(&path, &link).unwrap();
    let fifo = directory.path().join("fifo");
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, rustix::fs::Mode::RUSR, 0).unwrap();
    for path in [&link, &fifo, &directory.path().to_owned()] {
        let error = Policy::read(path).unwrap_err();
        assert!(matches!(error, PolicyFileError::NoFile(_)), "{error}");
    }
    fs::write(&path, vec![b'#'; 300 * 1024]).unwrap();
    let error = Policy::read(&path).unwrap_err();
    assert!(matches!(error, PolicyFileError::TooLong(_)), "{error}");
}

#[test]
fn policy_that_belongs_to_another_user_is_not_relied_on_as_root() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    fs::write(&path, "").unwrap();
    std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
    let error = Policy::read(&path).unwrap_err();
    assert!(error.to_string().contains("user 12345"), "{error}");
}

fn local(path: &Path) -> LocalPolicy {
    LocalPolicy::open(Some(path))
}

#[test]
fn invalid_file_at_the_start_lets_nothing_be_done_until_it_is_mended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    let refusal = refused(local(&path).rule().policy().cloned());
    assert!(matches!(refusal, Refusal::Unreliable(_)), "{refusal}");
    fs::write(&path, "actions-per-hour = 7\nfroce = \"honor\"").unwrap();
    let policy = local(&path);
    let refusal = refused(policy.rule().policy().cloned()).to_string();
    assert!(refusal.contains("line 2"), "{refusal}");
    fs::write(&path, "actions-per-hour = 7").unwrap();
    policy.reload().unwrap();
    assert_eq!(policy.rule().policy().unwrap().actions_per_hour, 7);
}

#[test]
fn invalid_file_later_leaves_the_policy_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    fs::write(&path, "actions-per-hour = 7").unwrap();
    let policy = local(&path);
    fs::write(&path, "actions-per-hour = many").unwrap();
    assert!(policy.reload().is_err());
    fs::remove_file(&path).unwrap();
    assert!(policy.reload().is_err());
    assert_eq!(policy.rule().policy().unwrap().actions_per_hour, 7);
    fs::write(&path, "actions-per-hour = 8").unwrap();
    assert_eq!(policy.reload().unwrap().actions_per_hour, 8);
    assert_eq!(policy.rule().policy().unwrap().actions_per_hour, 8);
}
