//! Which of our crates may import which.

use std::collections::BTreeSet;

use super::metadata::Metadata;

/// A crate, and those of ours that it may import. Development dependencies are free: a test may
/// stand anywhere.
const ALLOWED: [(&str, &[&str]); 17] = [
    ("quell-model", &[]),
    ("quell-terminal", &[]),
    ("quell-ratelimit", &[]),
    ("quell-transport", &[]),
    ("quell-protocol", &["quell-model"]),
    ("quell-state", &["quell-ratelimit"]),
    (
        "quell",
        &["quell-transport", "quell-ratelimit", "quell-model"],
    ),
    ("quell-campaign", &["quell", "quell-state"]),
    (
        "quell-server",
        &[
            "quell-protocol",
            "quell-ratelimit",
            "quell-transport",
            "quell-model",
            "quell-state",
        ],
    ),
    (
        "quell-agent",
        &[
            "quell-protocol",
            "quell-transport",
            "quell-model",
            "quell-terminal",
        ],
    ),
    (
        "quell-simulator",
        &["quell-protocol", "quell-transport", "quell-model"],
    ),
    (
        "quell-cli",
        &[
            "quell",
            "quell-agent",
            "quell-campaign",
            "quell-model",
            "quell-protocol",
            "quell-ratelimit",
            "quell-server",
            "quell-simulator",
            "quell-state",
            "quell-terminal",
            "quell-transport",
        ],
    ),
    (
        "quell-testkit",
        &[
            "quell",
            "quell-agent",
            "quell-campaign",
            "quell-cli",
            "quell-model",
            "quell-protocol",
            "quell-ratelimit",
            "quell-server",
            "quell-simulator",
            "quell-state",
            "quell-terminal",
            "quell-transport",
        ],
    ),
    ("quell-overhead", &[]),
    ("quell-adversary", &["quell-agent", "quell-testkit"]),
    ("quell-load", &["quell-testkit"]),
    ("xtask", &[]),
];

pub(super) fn breaches(metadata: &Metadata) -> Vec<String> {
    let ours: BTreeSet<&str> = metadata
        .members()
        .map(|package| package.name.as_str())
        .collect();
    let mut breaches = Vec::new();
    for package in metadata.members() {
        let name = package.name.as_str();
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            breaches.push(format!("{name} has no place in xtask/src/deps/arrows.rs"));
            continue;
        };
        let imports: BTreeSet<&str> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
            .map(|dependency| dependency.name.as_str())
            .filter(|import| ours.contains(import) && !allowed.contains(import))
            .collect();
        breaches.extend(
            imports
                .into_iter()
                .map(|import| format!("{name} must not import {import}")),
        );
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate's name, and what it imports by which kind of dependency.
    type Imports<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

    fn workspace(crates: &[Imports<'_>]) -> Metadata {
        let packages: Vec<_> = crates
            .iter()
            .map(|(name, imports)| {
                let dependencies: Vec<_> = imports
                    .iter()
                    .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind}))
                    .collect();
                serde_json::json!({
                    "id": name, "name": name, "version": "0.1.0", "links": null,
                    "dependencies": dependencies, "targets": [],
                })
            })
            .collect();
        let members: Vec<_> = crates.iter().map(|(name, _)| name).collect();
        let json = serde_json::json!({"packages": packages, "workspace_members": members});
        Metadata::read(&json.to_string()).expect("metadata")
    }

    #[test]
    fn downward_is_allowed_and_tests_are_free() {
        let metadata = workspace(&[
            (
                "quell-model",
                &[("serde", None), ("quell-testkit", Some("dev"))],
            ),
            ("quell-protocol", &[("quell-model", None)]),
            ("quell-testkit", &[("quell-model", None)]),
        ]);
        assert!(breaches(&metadata).is_empty());
    }

    #[test]
    fn upward_and_sideways_are_breaches_even_when_building() {
        let metadata = workspace(&[
            ("quell-model", &[("quell-ratelimit", None)]),
            ("quell-ratelimit", &[("quell", Some("build"))]),
            ("quell", &[]),
        ]);
        assert_eq!(
            breaches(&metadata),
            [
                "quell-model must not import quell-ratelimit",
                "quell-ratelimit must not import quell"
            ]
        );
    }

    #[test]
    fn crate_without_a_place_is_a_breach() {
        let found = breaches(&workspace(&[("quell-utils", &[])]));
        assert_eq!(
            found,
            ["quell-utils has no place in xtask/src/deps/arrows.rs"]
        );
    }
}
