//! Files that lie elsewhere than their packages say, because another package took their place.

use std::collections::HashMap;

use super::super::record::name_of;

/// All diversions, by the path that is diverted.
#[derive(Debug, Default)]
pub(super) struct Diversions {
    by_path: HashMap<Vec<u8>, Diversion>,
}

#[derive(Debug)]
struct Diversion {
    to: Vec<u8>,
    /// The package that the path is left to; none for one that the administrator made.
    by: Option<String>,
}

impl Diversions {
    /// Reads dpkg's file: three lines each, path, path instead, package. What is cut short at its
    /// end is left out.
    pub(super) fn parse(text: &[u8]) -> Self {
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let (triples, _) = lines.as_chunks::<3>();
        let diversion = |[from, to, by]: &[&[u8]; 3]| {
            let by = Some(String::from_utf8_lossy(by).into_owned()).filter(|by| by != ":");
            let to = to.to_vec();
            (from.to_vec(), Diversion { to, by })
        };
        Self {
            by_path: triples.iter().map(diversion).collect(),
        }
    }

    /// Where the file is that `package` brought for `path`.
    pub(super) fn place<'a>(&'a self, package: &str, path: &'a [u8]) -> &'a [u8] {
        match self.by_path.get(path) {
            Some(diversion) if diversion.by.as_deref() != Some(package) => &diversion.to,
            _ => path,
        }
    }

    /// The names, and those by which packages may know the files that have them.
    pub(super) fn names_behind<'a>(&'a self, names: &[&'a [u8]]) -> Vec<&'a [u8]> {
        let mut all = names.to_vec();
        for (from, diversion) in &self.by_path {
            if names.contains(&name_of(&diversion.to)) {
                all.push(name_of(from));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_left_to_the_package_that_diverts_it() {
        let diversions =
            Diversions::parse(b"/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/a\n/usr/bin/b\n:\n/cut\n");
        assert_eq!(diversions.place("dash", b"/bin/sh"), b"/bin/sh");
        assert_eq!(diversions.place("bash", b"/bin/sh"), b"/bin/sh.distrib");
        assert_eq!(diversions.place("x", b"/usr/bin/a"), b"/usr/bin/b");
        assert_eq!(diversions.place("x", b"/cut"), b"/cut");
        assert_eq!(
            diversions.names_behind(&[b"sh.distrib"]),
            [&b"sh.distrib"[..], b"sh"]
        );
    }
}
