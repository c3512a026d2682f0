//! As whom a program calls the lab: applications and a person, added by an operator's commands.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lab::Lab;
use crate::failure::{Context as _, Outcome};

/// What an application may do by itself, or a person by an application.
const MAY: [&str; 2] = ["Machine.Read", "Machine.StopAndQuarantine"];
const BY_ITSELF: [&str; 2] = ["Machine.Read.All", "Machine.StopAndQuarantine"];
/// With what the person signs in.
const NAME: &str = "ana@lab.example";

/// How a program says who it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// An application with the secret that the lab prints.
    Secret,
    /// An application with a certificate.
    Certificate,
    /// A person, who enters a code.
    Person,
}

/// Everybody who may call a lab.
pub(super) struct Identities {
    certificate: PathBuf,
    by_certificate: String,
    public: String,
    password: String,
    python: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    client_id: String,
}

#[derive(Deserialize)]
struct Person {
    password: String,
}

impl Identities {
    /// Adds them to a lab; `python` has requests.
    pub(super) fn add(lab: &Lab, quell: &Path, place: &Path, python: PathBuf) -> Outcome<Self> {
        let certificate = certificate(place)?;
        let operator = Operator { lab, quell };
        let file = certificate.to_string_lossy();
        let by_certificate: Application = operator.adds(
            &["app", "add", "clients", "--certificate", &file],
            "--permission",
            &BY_ITSELF,
        )?;
        let public: Application =
            operator.adds(&["app", "add", "terminal", "--public"], "--scope", &MAY)?;
        let person: Person = operator.adds(&["user", "add", NAME], "--scope", &MAY)?;
        Ok(Self {
            certificate,
            by_certificate: by_certificate.client_id,
            public: public.client_id,
            password: person.password,
            python,
        })
    }

    /// Tells a program who it is.
    pub(super) fn tell(&self, identity: Identity, command: &mut Command) {
        match identity {
            Identity::Secret => {}
            Identity::Certificate => {
                command.env("QUELL_CLIENT_ID", &self.by_certificate);
                command.env("QUELL_CLIENT_CERTIFICATE_PATH", &self.certificate);
                command.env_remove("QUELL_CLIENT_SECRET");
            }
            Identity::Person => {
                command.env("QUELL_CLIENT_ID", &self.public);
                command.env_remove("QUELL_CLIENT_SECRET");
            }
        }
    }

    /// The application by which persons sign in.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// Signs in as the person for whoever shows this code.
    pub(super) fn enter(&self, lab: &Lab, code: &str) -> Outcome {
        let mut browser = Command::new(&self.python)
            .args(["-c", include_str!("person.py")])
            .args([lab.base_url(), code, NAME])
            .envs(lab.environment())
            .stdin(Stdio::piped())
            .spawn()
            .context("the person cannot be played")?;
        let mut keyboard = browser.stdin.take().context("nothing can be entered")?;
        writeln!(keyboard, "{}", self.password).context("the password")?;
        drop(keyboard);
        match browser.wait().context("the person")?.success() {
            true => Ok(()),
            false => Err("the person could not sign in".into()),
        }
    }
}

/// The code that a person is told of in this line, if it is one.
pub(super) fn code_in(line: &str) -> Option<&str> {
    let is_letters = |half: &str| half.len() == 4 && half.bytes().all(|b| b.is_ascii_uppercase());
    line.split([' ', '.', '\n', '\r']).find(|word| {
        word.split_once('-')
            .is_some_and(|(one, other)| is_letters(one) && is_letters(other))
    })
}

/// Who adds them, by the command.
struct Operator<'l> {
    lab: &'l Lab,
    quell: &'l Path,
}

impl Operator<'_> {
    fn adds<T: DeserializeOwned>(
        &self,
        what: &[&str],
        option: &str,
        values: &[&str],
    ) -> Outcome<T> {
        let output = Command::new(self.quell)
            .arg("server")
            .args(what)
            .args(values.iter().flat_map(|value| [option, value]))
            .args(["--output", "json"])
            .envs(self.lab.environment())
            .output()
            .context(self.quell.display())?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("quell server {} failed: {why}", what.join(" ")).into());
        }
        serde_json::from_slice(&output.stdout).context("what quell server says")
    }
}

/// A certificate and its RSA key in one file, made anew.
fn certificate(place: &Path) -> Outcome<PathBuf> {
    let file = place.join("client.pem");
    let status = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-subj", "/CN=clients", "-keyout"])
        .arg(&file)
        .arg("-out")
        .arg(place.join("certificate.pem"))
        .stderr(Stdio::null())
        .status()
        .context("openssl cannot be started")?;
    if !status.success() {
        return Err("openssl made no certificate".into());
    }
    let mut both = super::read(&file)?;
    both.push_str(&super::read(&place.join("certificate.pem"))?);
    std::fs::write(&file, both).context(file.display())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_found_in_what_a_person_is_told() {
        for told in [
            "To sign in, open the page https://127.0.0.1:1/devicelogin in a browser and enter the code BCDF-GHJK.",
            "To sign in, open https://host-name:1/devicelogin in a browser and enter BCDF-GHJK (good for 15 minutes)\n",
        ] {
            assert_eq!(code_in(told), Some("BCDF-GHJK"));
        }
        assert_eq!(
            code_in("state none: limits hold for this PROCESS-alone"),
            None
        );
    }
}
