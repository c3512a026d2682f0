//! The records of one package.

use std::collections::HashMap;
use std::io;

use super::super::record::Recorded;
use super::database::Database;
use super::index::Index;

/// A file that a package brought.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it is, diversions heeded.
    pub(super) path: Vec<u8>,
    pub(super) known: Known,
}

/// What is known of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Digest(Recorded),
    /// A configuration file, which administrators change; as the package brought it.
    Configuration(Option<Recorded>),
    /// The package lists it and says no more.
    Nothing,
}

impl Known {
    pub(super) fn digest(self) -> Option<Recorded> {
        match self {
            Self::Digest(digest) => Some(digest),
            Self::Configuration(digest) => digest,
            Self::Nothing => None,
        }
    }
}

/// Reads what the database says of one package now.
pub(super) fn read(database: &Database, stem: &str, index: &Index) -> io::Result<Vec<Entry>> {
    let list = database.of_package(stem, "list")?;
    let sums = match database.of_package(stem, "md5sums") {
        Ok(sums) => sums,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut known: HashMap<Vec<u8>, Known> = HashMap::new();
    for path in listed(&list) {
        known.insert(path.to_vec(), Known::Nothing);
    }
    for (path, digest) in summed(&sums) {
        let absolute = [b"/", path].concat();
        known.insert(absolute, Known::Digest(Recorded::Md5(digest)));
    }
    let name = stem.split(':').next().unwrap_or(stem);
    let configuration = [stem, name]
        .into_iter()
        .find_map(|name| index.configuration.get(name));
    for (path, digest) in configuration.into_iter().flatten() {
        known.insert(path.clone(), Known::Configuration(*digest));
    }
    let diverted = |(path, known): (Vec<u8>, Known)| {
        let path = index.diversions.place(name, &path).to_vec();
        Entry { path, known }
    };
    Ok(known.into_iter().map(diverted).collect())
}

/// The paths of a `.list` file, directories and links among them.
pub(super) fn listed(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"/"))
}

/// The paths, without their first slash, and digests of an `.md5sums` file. Lines that say nothing
/// else are passed over: what they were about is listed, and so it is known that it is not known.
pub(super) fn summed(sums: &[u8]) -> impl Iterator<Item = (&[u8], [u8; 16])> {
    sums.split(|byte| *byte == b'\n').filter_map(|line| {
        let (digits, path) = line.split_at_checked(32)?;
        let path = path.strip_prefix(b"  ").or(path.strip_prefix(b" *"))?;
        let path = path.strip_prefix(b"./").unwrap_or(path);
        match Recorded::parse(digits)? {
            Recorded::Md5(digest) if !path.is_empty() => Some((path, digest)),
            _ => None,
        }
    })
}

/// The configuration files of all packages, from dpkg's `status`.
pub(super) fn configuration_files(
    status: &[u8],
) -> HashMap<String, HashMap<Vec<u8>, Option<Recorded>>> {
    let mut all: HashMap<String, HashMap<Vec<u8>, Option<Recorded>>> = HashMap::new();
    let (mut package, mut in_files) = (String::new(), false);
    for line in status.split(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"Package: ") {
            package = String::from_utf8_lossy(name).trim().to_owned();
        }
        match line.strip_prefix(b" ") {
            Some(file) if in_files => {
                if let Some((path, digest)) = configuration_file(file) {
                    let files = all.entry(package.clone()).or_default();
                    files.insert(path.to_vec(), digest);
                }
            }
            Some(_) => {}
            None => in_files = line == b"Conffiles:",
        }
    }
    all
}

/// One line: the path, which may have blanks, a digest or `newconffile`, and perhaps a mark.
fn configuration_file(line: &[u8]) -> Option<(&[u8], Option<Recorded>)> {
    let line = [&b" obsolete"[..], b" remove-on-upgrade"]
        .iter()
        .find_map(|mark| line.strip_suffix(*mark))
        .unwrap_or(line);
    let blank = line.iter().rposition(|byte| *byte == b' ')?;
    let (path, digest) = (line.get(..blank)?, line.get(blank + 1..)?);
    path.starts_with(b"/")
        .then(|| (path, Recorded::parse(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: [u8; 16] = [0xab; 16];

    #[test]
    fn lines_that_are_no_sums_are_passed_over() {
        let digits = "ab".repeat(16);
        let text = format!(
            "{digits}  usr/bin/a b\n{digits} *./etc/c\n{digits}\n{digits}  \nzz{}  d\n\u{0}\nab",
            &digits[2..]
        );
        let found: Vec<_> = summed(text.as_bytes()).collect();
        assert_eq!(
            found,
            [(&b"usr/bin/a b"[..], DIGEST), (&b"etc/c"[..], DIGEST)]
        );
    }

    #[test]
    fn configuration_files_are_those_of_their_package() {
        let digits = "ab".repeat(16);
        let status = [
            "Package: one",
            "Conffiles:",
            &format!(" /etc/a b {digits}"),
            &format!(" /etc/old {digits} obsolete"),
            " /etc/new newconffile",
            "Description: x",
            &format!(" /etc/no {digits}"),
            "",
            "Package: two",
            " Conffiles:",
            &format!(" /etc/other {digits}"),
        ]
        .join("\n");
        let all = configuration_files(status.as_bytes());
        assert_eq!(all.keys().collect::<Vec<_>>(), ["one"]);
        let one = &all["one"];
        assert_eq!(one.len(), 3);
        assert_eq!(one[&b"/etc/a b"[..]], Some(Recorded::Md5(DIGEST)));
        assert_eq!(one[&b"/etc/old"[..]], Some(Recorded::Md5(DIGEST)));
        assert_eq!(one[&b"/etc/new"[..]], None);
    }
}
