//! Which packages may know a file, by its name or its content, for all packages in a few megabytes.

use std::collections::HashMap;

use super::super::record::{Recorded, name_of};
use super::diversions::Diversions;

/// Nominates packages. What it nominates is read and compared, so that two names of one hash cost
/// a reading and nothing else.
#[derive(Debug, Default)]
pub(super) struct Index {
    stems: Vec<Box<str>>,
    /// Hash of a name and number of a package, sorted.
    by_name: Vec<(u32, u32)>,
    /// Beginning of a digest and number of a package, sorted.
    by_digest: Vec<(u32, u32)>,
    /// Configuration files, by the name of their package and their path.
    pub(super) configuration: HashMap<String, HashMap<Vec<u8>, Option<Recorded>>>,
    pub(super) diversions: Diversions,
}

impl Index {
    /// The name of a package's files in the database, without their kind.
    pub(super) fn stem(&self, package: u32) -> &str {
        let package = usize::try_from(package).unwrap_or(usize::MAX);
        self.stems.get(package).map_or("", |stem| stem)
    }

    /// The packages that may have a file with one of these names.
    pub(super) fn naming(&self, names: &[&[u8]]) -> Vec<u32> {
        let mut packages: Vec<u32> = names
            .iter()
            .flat_map(|name| under(&self.by_name, hash(name)))
            .collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }

    /// The packages that may have a file with this content.
    pub(super) fn holding(&self, digest: &[u8; 16]) -> Vec<u32> {
        let mut packages: Vec<u32> = under(&self.by_digest, beginning(digest)).collect();
        packages.dedup();
        packages
    }
}

fn under(rows: &[(u32, u32)], key: u32) -> impl Iterator<Item = u32> + '_ {
    let start = rows.partition_point(|(found, _)| *found < key);
    let rest = rows.get(start..).unwrap_or_default();
    rest.iter()
        .take_while(move |(found, _)| *found == key)
        .map(|(_, package)| *package)
}

/// FNV-1a: short names, spread well enough.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

fn beginning(digest: &[u8; 16]) -> u32 {
    let [a, b, c, d, ..] = *digest;
    u32::from_be_bytes([a, b, c, d])
}

/// Takes package after package.
#[derive(Debug)]
pub(super) struct Builder {
    index: Index,
}

impl Builder {
    pub(super) fn new(
        configuration: HashMap<String, HashMap<Vec<u8>, Option<Recorded>>>,
        diversions: Diversions,
    ) -> Self {
        Self {
            index: Index {
                configuration,
                diversions,
                ..Index::default()
            },
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.stems.len()
    }

    pub(super) fn add<'a>(
        &mut self,
        stem: &str,
        paths: impl Iterator<Item = &'a [u8]>,
        sums: impl Iterator<Item = (&'a [u8], [u8; 16])>,
    ) {
        let number = u32::try_from(self.index.stems.len()).unwrap_or(u32::MAX);
        self.index.stems.push(stem.into());
        let Index {
            by_name,
            by_digest,
            configuration,
            ..
        } = &mut self.index;
        by_name.extend(paths.map(|path| (hash(name_of(path)), number)));
        for (path, digest) in sums {
            by_name.push((hash(name_of(path)), number));
            by_digest.push((beginning(&digest), number));
        }
        let files = configuration.get(stem).into_iter().flatten();
        for digest in files.filter_map(|(_, digest)| *digest) {
            if let Recorded::Md5(digest) = digest {
                by_digest.push((beginning(&digest), number));
            }
        }
    }

    pub(super) fn finish(mut self) -> Index {
        for rows in [&mut self.index.by_name, &mut self.index.by_digest] {
            rows.sort_unstable();
            rows.dedup();
            rows.shrink_to_fit();
        }
        self.index
    }
}
