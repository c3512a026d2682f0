use clap::CommandFactory as _;

use super::*;

fn parses(line: &[&str]) -> bool {
    let line = std::iter::once("quell-agent").chain(line.iter().copied());
    Standalone::try_parse_from(line).is_ok()
}

#[test]
fn the_command_line_is_consistent() {
    Standalone::command().debug_assert();
}

#[test]
fn every_documented_command_is_understood() {
    const ID: &str = "9b2f4c1e-0000-4000-8000-0123456789ab";
    const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
    for line in [
        &["enrol", "--token", "t"][..],
        &[
            "enrol",
            "--token-file",
            "-",
            "--machine-id",
            "m",
            "--state",
            "/s",
        ],
        &["run", "--state", "/s", "--root", "/a", "--root", "/b"],
        &[
            "run",
            "--confine-to-descendants-of",
            "7",
            "--die-with-parent",
            "7",
        ],
        &[
            "run",
            "--die-with-parent",
            "--log-format",
            "json",
            "--inventory-interval",
            "1",
        ],
        &["run", "--policy", "/etc/quell-agent/policy.toml"],
        &["status", "--output", "json", "--policy", "/p"],
        &["find", SHA1, "--policy", "/p"],
        &["policy", "check"],
        &["policy", "check", "/p", "--output", "json"],
        &["find", SHA1, "--root", "/opt"],
        &["vault", "list", "--output", "json", "--state", "/s"],
        &["vault", "--state", "/s", "show", ID],
        &["vault", "restore", ID, "--to", "/tmp/x"],
        &["vault", "remove", ID, "--yes"],
    ] {
        assert!(parses(line), "{line:?}");
    }
}

#[test]
fn wrong_use_is_refused() {
    for line in [
        &[][..],
        &["vault", "show", "../../etc/passwd"],
        &["find", "d41d8cd98f00b204e9800998ecf8427e"],
        &["run", "--inventory-interval", "0"],
        &["run", "--confine-to-descendants-of", "all"],
        &["vault", "list", "--output", "xml"],
        &["policy"],
    ] {
        assert!(!parses(line), "{line:?}");
    }
}
