//! The configuration file: TOML, of which every key and every value is looked at.

use std::ops::Range;
use std::path::Path;

use quell_terminal::Failure;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Kind};
use super::sources::{Given, Source};
use crate::connection::read_text;

/// Reads the settings of a file.
pub(super) fn read(path: &Path) -> Result<Vec<Given>, Failure> {
    refuse_what_others_write(path)?;
    let text = read_text(path).map_err(|error| {
        Failure::usage(format!(
            "the configuration file {} cannot be read",
            path.display()
        ))
        .because(&error)
    })?;
    parse(path, &text)
}

/// Who writes the file says where the key is and who may come in.
#[cfg(unix)]
fn refuse_what_others_write(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS: u32 = 0o002;
    let loose = path
        .metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & OTHERS != 0);
    match loose {
        false => Ok(()),
        true => Err(Failure::usage(format!(
            "everyone may write the configuration file {}",
            path.display()
        ))
        .next("chmod o-w it")),
    }
}

#[cfg(not(unix))]
fn refuse_what_others_write(_: &Path) -> Result<(), Failure> {
    Ok(())
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<Given>, Failure> {
    let file = File { path, text };
    let table = DeTable::parse(text)
        .map_err(|error| file.refuse(error.span().unwrap_or_default(), error.message()))?;
    let mut found = Vec::new();
    file.gather("", table.get_ref(), &mut found)?;
    Ok(found)
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn gather(
        &self,
        section: &str,
        table: &DeTable<'_>,
        found: &mut Vec<Given>,
    ) -> Result<(), Failure> {
        for (key, value) in table {
            let name = format!("{section}{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(table) if section.is_empty() => {
                    if !is_section(&name) {
                        return Err(self.unknown(&name, key.span()));
                    }
                    self.gather(&format!("{name}."), table, found)?;
                }
                _ => found.push(self.setting(&name, key.span(), value)?),
            }
        }
        Ok(())
    }

    fn setting(
        &self,
        name: &str,
        at: Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Given, Failure> {
        let key = keys::named(name).ok_or_else(|| self.unknown(name, at))?;
        let text = match (key.kind, value.get_ref()) {
            (Kind::Number, DeValue::Integer(number)) if number.radix() == 10 => {
                number.as_str().to_owned()
            }
            (Kind::Number, _) => {
                let advice = format!("{name}: write a whole number, without quotes");
                return Err(self.refuse(value.span(), &advice));
            }
            (Kind::Path, DeValue::String(text)) => self.beside(text),
            (Kind::Text | Kind::Secret, DeValue::String(text)) => text.to_string(),
            (Kind::Text | Kind::Secret | Kind::Path, _) => {
                let advice = format!("{name}: write a text, in quotes");
                return Err(self.refuse(value.span(), &advice));
            }
        };
        let source = Source::File {
            path: self.path.to_owned(),
            line: self.line(value.span().start),
        };
        Ok(Given { key, text, source })
    }

    /// A path as seen from the file's directory.
    fn beside(&self, text: &str) -> String {
        match self.path.parent() {
            Some(directory) if !text.is_empty() => directory.join(text).display().to_string(),
            _ => text.to_owned(),
        }
    }

    fn unknown(&self, name: &str, at: Range<usize>) -> Failure {
        let failure = self.refuse(at, &format!("there is no setting {name}"));
        match keys::nearest(name) {
            Some(meant) => failure.next(format!("write {meant}, if that is what you mean")),
            None => failure.next("the guide to the server lists the settings"),
        }
    }

    fn refuse(&self, at: Range<usize>, what: &str) -> Failure {
        Failure::usage(format!(
            "{}, line {}: {}",
            self.path.display(),
            self.line(at.start),
            what.lines().next().unwrap_or_default()
        ))
    }

    /// The number of the line in which this byte stands.
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        before.filter(|byte| **byte == b'\n').count() + 1
    }
}

fn is_section(name: &str) -> bool {
    keys::KEYS.iter().any(|key| {
        key.name
            .split_once('.')
            .is_some_and(|(section, _)| section == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<(String, String, String)>, String> {
        let given =
            parse(Path::new("/etc/quell/server.toml"), text).map_err(|failure| failure.render())?;
        let shown = |given: &Given| {
            (
                given.key.name.to_owned(),
                given.text.clone(),
                given.source.to_string(),
            )
        };
        Ok(given.iter().map(shown).collect())
    }

    #[test]
    fn settings_are_found_with_their_lines_and_paths_beside_the_file() {
        let text =
            "# a comment\ndata = 'data'\n\n[tls]\nkey = '/k.pem'\n[clients]\nconnections = 1_000\n";
        let mut found = parsed(text).unwrap();
        found.sort();
        let from = |line| format!("/etc/quell/server.toml, line {line}");
        let row = |name: &str, value: &str, line| (name.to_owned(), value.to_owned(), from(line));
        assert_eq!(
            found,
            [
                row("clients.connections", "1000", 7),
                row("data", "/etc/quell/data", 2),
                row("tls.key", "/k.pem", 5),
            ]
        );
    }

    /// The example with every `# key = value` taken at its word.
    fn with_all_lines(example: &str) -> String {
        let line = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if rest.split_once(" = ").is_some_and(|(key, _)| is_word(key)) => {
                rest.to_owned()
            }
            _ => line.to_owned(),
        };
        example.lines().map(|text| line(text) + "\n").collect()
    }

    fn is_word(text: &str) -> bool {
        text.chars()
            .all(|character| character.is_ascii_lowercase() || character == '-')
    }

    #[test]
    fn example_is_read_and_has_every_setting() {
        let example = include_str!("../../../../../packaging/server.toml");
        assert!(!parsed(example).unwrap().is_empty());
        let given = parse(
            Path::new("/etc/quell/server.toml"),
            &with_all_lines(example),
        )
        .unwrap();
        let mut plan = super::super::plan::Plan::default();
        for Given { key, text, .. } in &given {
            (key.set)(&mut plan, text).unwrap();
        }
        let told: Vec<_> = given.iter().map(|given| given.key.name).collect();
        for key in keys::KEYS {
            assert!(told.contains(&key.name), "{}", key.name);
        }
    }

    #[test]
    fn every_slip_is_refused_with_its_line_and_what_would_be_right() {
        for (text, line, says) in [
            ("\nlistn = 'x'\n", 2, "write listen"),
            ("[tls]\ncertficate = 'x'\n", 2, "write tls.certificate"),
            ("[metric]\nlisten = 'x'\n", 1, "there is no setting metric"),
            ("\n\nlisten = 8642\n", 3, "in quotes"),
            ("[clients]\nconnections = '5'\n", 2, "without quotes"),
            ("[clients]\nconnections = 0x10\n", 2, "a whole number"),
            ("data = ['x']\n", 1, "in quotes"),
            ("[tls.more]\nkey = 'x'\n", 1, "there is no setting tls.more"),
            ("a = 1\ndata = \n", 2, "line 2"),
        ] {
            let told = parsed(text).unwrap_err();
            assert!(
                told.contains(&format!("/etc/quell/server.toml, line {line}: ")),
                "{told}"
            );
            assert!(told.contains(says), "{told}");
        }
    }
}
