//! How much a user takes in with each crate.

use std::collections::BTreeSet;
use std::path::Path;

use super::metadata::{Metadata, cargo};
use crate::failure::Outcome;

/// What a crate may bring along of other people's when built with these flags, on this machine's platform.
struct Budget {
    package: &'static str,
    flags: &'static [&'static str],
    most: Option<usize>,
    without: &'static [&'static str],
}

const BUDGETS: [Budget; 5] = [
    Budget {
        package: "quell-model",
        flags: &[],
        most: Some(14),
        without: &[
            "tokio", "http", "reqwest", "hyper", "rustls", "time", "jiff", "chrono",
        ],
    },
    Budget {
        package: "quell-transport",
        flags: &["--no-default-features"],
        most: None,
        without: &["reqwest", "hyper", "tokio", "rustls", "ring", "aws-lc-rs"],
    },
    Budget {
        package: "quell",
        flags: &[],
        most: Some(130),
        without: &[],
    },
    // A file needs no network.
    Budget {
        package: "quell-state",
        flags: &[],
        most: Some(50),
        without: &["tokio-postgres", "rustls", "aws-lc-rs"],
    },
    // Devices carry nothing that they do not need. Beside what speaks with the server: four crates shut the network
    // half in, six read the machine's policy, nine know what packages recorded and which content collides.
    Budget {
        package: "quell-agent",
        flags: &[],
        most: Some(170),
        without: &["reqwest", "axum", "indicatif", "jsonwebtoken"],
    },
];

/// What was counted, and what of it is too much.
pub(super) struct Counted {
    pub(super) counts: Vec<String>,
    pub(super) breaches: Vec<String>,
}

pub(super) fn count(root: &Path, metadata: &Metadata) -> Outcome<Counted> {
    let ours: Vec<&str> = metadata
        .members()
        .map(|package| package.name.as_str())
        .collect();
    let mut counted = Counted {
        counts: Vec::new(),
        breaches: Vec::new(),
    };
    for budget in &BUDGETS {
        let mut arguments = vec!["tree", "--package", budget.package];
        arguments.extend(budget.flags);
        arguments.extend(["--edges", "normal,build", "--prefix", "none"]);
        let tree = cargo(root, &arguments)?;
        let found = foreign(&tree, &ours);
        counted.counts.push(budget.shown(found.len()));
        counted.breaches.extend(budget.breaches(&found));
    }
    Ok(counted)
}

/// Name and version of every crate in a tree that is not ours.
fn foreign<'a>(tree: &'a str, ours: &[&str]) -> BTreeSet<(&'a str, &'a str)> {
    let all = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    all.filter(|(name, _)| !ours.contains(name)).collect()
}

impl Budget {
    fn build(&self) -> String {
        [&[self.package], self.flags].concat().join(" ")
    }

    fn shown(&self, count: usize) -> String {
        let of = self.most.map(|most| format!(" of {most}"));
        format!("{}: {count}{} crates", self.build(), of.unwrap_or_default())
    }

    fn breaches(&self, found: &BTreeSet<(&str, &str)>) -> Vec<String> {
        let build = self.build();
        let most = self.most.filter(|most| found.len() > *most);
        let too_many =
            most.map(|most| format!("{build} brings {} crates, {most} are allowed", found.len()));
        let unwanted = self
            .without
            .iter()
            .filter(|name| found.iter().any(|(found, _)| found == *name))
            .map(|name| format!("{build} brings {name}"));
        too_many.into_iter().chain(unwanted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [&str; 2] = ["quell", "quell-model"];
    const TREE: &str = "\
quell-model v0.1.0 (/somewhere)
serde v1.0.229
serde_derive v1.0.229 (proc-macro)
syn v3.0.9
syn v2.0.1
serde v1.0.229 (*)
";

    #[test]
    fn each_version_counts_once_and_ours_not_at_all() {
        let found = foreign(TREE, &OURS);
        assert_eq!(found.len(), 4);
        assert!(!found.iter().any(|(name, _)| *name == "quell-model"));
    }

    #[test]
    fn one_too_many_and_one_unwanted_are_breaches() {
        let budget = Budget {
            package: "quell-model",
            flags: &["--no-default-features"],
            most: Some(3),
            without: &["syn", "tokio"],
        };
        assert_eq!(
            budget.breaches(&foreign(TREE, &OURS)),
            [
                "quell-model --no-default-features brings 4 crates, 3 are allowed",
                "quell-model --no-default-features brings syn"
            ]
        );
        let budget = Budget {
            most: Some(4),
            without: &["tokio"],
            ..budget
        };
        assert!(budget.breaches(&foreign(TREE, &OURS)).is_empty());
        assert_eq!(
            budget.shown(4),
            "quell-model --no-default-features: 4 of 4 crates"
        );
    }
}
