//! Unpacks a package and says what is wrong with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Context as _, Outcome};

/// What each package must have: a path, and its mode.
fn wanted(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "quell-server" => &[
            ("./usr/bin/quell", "-rwxr-xr-x"),
            ("./etc/quell/server.toml", "-rw-r-----"),
            (
                "./usr/lib/systemd/system/quell-server.service",
                "-rw-r--r--",
            ),
            ("./usr/share/man/man1/quell-serve.1.gz", "-rw-r--r--"),
            (
                "./usr/share/bash-completion/completions/quell",
                "-rw-r--r--",
            ),
            ("./usr/share/doc/quell-server/copyright", "-rw-r--r--"),
            (
                "./usr/share/doc/quell-server/changelog.Debian.gz",
                "-rw-r--r--",
            ),
        ],
        _ => &[
            ("./usr/bin/quell-agent", "-rwxr-xr-x"),
            ("./etc/quell-agent/policy.toml", "-rw-r--r--"),
            ("./usr/lib/systemd/system/quell-agent.service", "-rw-r--r--"),
            ("./usr/share/man/man1/quell-agent.1.gz", "-rw-r--r--"),
            ("./usr/share/doc/quell-agent/copyright", "-rw-r--r--"),
            (
                "./usr/share/doc/quell-agent/changelog.Debian.gz",
                "-rw-r--r--",
            ),
        ],
    }
}

/// Looks into a package.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn package(name: &str, file: &Path) -> Outcome {
    let listed = output(&["--contents"], file, None)?;
    let control = file.with_extension("control");
    if control.exists() {
        fs::remove_dir_all(&control).context(control.display())?;
    }
    output(&["--control"], file, Some(&control))?;
    let mut faults = faults_of_contents(name, &listed);
    for script in ["postinst", "prerm", "postrm"] {
        let path = control.join(script);
        let text = fs::read_to_string(&path).context(path.display())?;
        faults.extend(faults_of_script(script, &text));
        let syntax = Command::new("sh")
            .arg("-n")
            .arg(&path)
            .status()
            .context("sh")?;
        if !syntax.success() {
            faults.push(format!("{script} is no shell script"));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{name}: {}", faults.join("; ")).into()),
    }
}

fn output(arguments: &[&str], file: &Path, to: Option<&Path>) -> Outcome<String> {
    let output = Command::new("dpkg-deb")
        .args(arguments)
        .arg(file)
        .args(to)
        .output()
        .context("dpkg-deb, which is needed to look into a package")?;
    if !output.status.success() {
        return Err(format!("dpkg-deb cannot read {}", file.display()).into());
    }
    String::from_utf8(output.stdout).context(file.display())
}

/// `dpkg-deb --contents` writes as `ls -l` does.
fn faults_of_contents(name: &str, listed: &str) -> Vec<String> {
    let rows: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let lacks = |(path, mode): &&(&str, &str)| {
        !rows
            .iter()
            .any(|row| row.first() == Some(mode) && row.last() == Some(path))
    };
    let missing = wanted(name).iter().filter(lacks);
    let mut faults: Vec<_> = missing
        .map(|(path, mode)| format!("no {path} of {mode}"))
        .collect();
    let foreign = rows
        .iter()
        .filter(|row| !matches!(row.get(1), Some(&("root/root" | "0/0"))));
    faults.extend(foreign.map(|row| format!("not root's: {}", row.join(" "))));
    faults
}

/// What no script of ours may do: take the data away, or begin what nobody asked for.
fn faults_of_script(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for word in [
        "rm -r",
        "deluser",
        "userdel",
        "enable ",
        "systemctl start",
        " restart ",
    ] {
        if text
            .lines()
            .any(|line| !line.trim_start().starts_with('#') && line.contains(word))
        {
            faults.push(format!("{name} says `{word}`"));
        }
    }
    if !text.starts_with("#!/bin/sh\n") || !text.contains("\nset -e\n") {
        faults.push(format!("{name} does not stop at an error"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
-rwxr-xr-x root/root   1 2026-01-01 00:00 ./usr/bin/quell-agent
-rw-r--r-- root/root   1 2026-01-01 00:00 ./etc/quell-agent/policy.toml
-rw-r--r-- root/root   1 2026-01-01 00:00 ./usr/lib/systemd/system/quell-agent.service
-rw-r--r-- root/root   1 2026-01-01 00:00 ./usr/share/man/man1/quell-agent.1.gz
-rw-r--r-- root/root   1 2026-01-01 00:00 ./usr/share/doc/quell-agent/copyright
-rw-r--r-- root/root   1 2026-01-01 00:00 ./usr/share/doc/quell-agent/changelog.Debian.gz
";

    #[test]
    fn package_without_its_unit_or_with_a_loose_mode_is_faulty() {
        assert!(faults_of_contents("quell-agent", LISTED).is_empty());
        let loose = LISTED.replace("-rwxr-xr-x", "-rwxrwxrwx");
        assert_eq!(faults_of_contents("quell-agent", &loose).len(), 1);
        let foreign = LISTED.replacen("root/root", "user/user", 1);
        assert_eq!(faults_of_contents("quell-agent", &foreign).len(), 1);
        let all = wanted("quell-agent").len();
        assert_eq!(faults_of_contents("quell-agent", "").len(), all);
    }

    #[test]
    fn our_scripts_take_nothing_away_and_begin_nothing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/debian");
        for package in ["server", "agent"] {
            for script in ["postinst", "prerm", "postrm"] {
                let path = root.join(package).join(script);
                let text = fs::read_to_string(&path).unwrap();
                assert_eq!(faults_of_script(script, &text), Vec::<String>::new());
            }
        }
        let bad = "#!/bin/sh\nset -e\nrm -rf /var/lib/quell-agent\nsystemctl enable quell-agent\n";
        assert_eq!(faults_of_script("postrm", bad).len(), 2);
    }

    #[test]
    fn scripts_of_the_trial_are_shell_scripts() {
        let trial = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/debian/trial");
        for script in ["run.sh", "inside.sh", "work.sh", "systemctl"] {
            let script = trial.join(script);
            let syntax = Command::new("sh").arg("-n").arg(&script).status();
            assert!(syntax.unwrap().success(), "{}", script.display());
        }
    }

    #[test]
    fn changelogs_begin_with_the_version_that_is_packed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/debian");
        for (package, name) in [("server", "quell-server"), ("agent", "quell-agent")] {
            let text = fs::read_to_string(root.join(package).join("changelog")).unwrap();
            let packed = format!("{name} ({}-1) ", env!("CARGO_PKG_VERSION"));
            assert!(text.starts_with(&packed), "{text}");
        }
    }

    #[test]
    fn units_are_accepted_by_systemd_where_there_is_one() {
        let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/systemd");
        let scratch = tempfile::tempdir().unwrap();
        for unit in ["quell-server.service", "quell-agent.service"] {
            let text = fs::read_to_string(units.join(unit)).unwrap();
            // What they run is not installed where they are checked.
            let text = text
                .replace("/usr/bin/quell-agent", "/bin/true")
                .replace("/usr/bin/quell", "/bin/true");
            let file = scratch.path().join(unit);
            fs::write(&file, text).unwrap();
            let Ok(verified) = Command::new("systemd-analyze")
                .args(["verify", "--man=no", "--recursive-errors=no"])
                .arg(&file)
                .output()
            else {
                eprintln!("no systemd-analyze: the units were not verified");
                return;
            };
            let said = String::from_utf8_lossy(&verified.stderr);
            assert!(verified.status.success() && !said.contains(unit), "{said}");
        }
    }
}
