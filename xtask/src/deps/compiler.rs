//! Whether the compiler that our crates ask for is enough for everything that they bring along. That our own
//! sources keep to it, clippy sees (`incompatible_msrv`).

use super::metadata::Metadata;

/// A release of Rust: `1.89`, or `1.89.0`.
type Release = [u32; 3];

pub(super) fn breaches(metadata: &Metadata) -> Vec<String> {
    let asked = |version: &Option<String>| release(version.as_deref()?);
    let Some(ours) = metadata
        .members()
        .filter_map(|p| asked(&p.rust_version))
        .min()
    else {
        return vec!["no crate of ours says which Rust it needs".to_owned()];
    };
    let newer = metadata.packages.iter().filter_map(|package| {
        let theirs = asked(&package.rust_version).filter(|theirs| *theirs > ours)?;
        Some(format!(
            "{} {} needs Rust {}, ours say {}",
            package.name,
            package.version,
            shown(theirs),
            shown(ours)
        ))
    });
    newer.collect()
}

fn release(version: &str) -> Option<Release> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    let (major, minor) = (numbers.next()??, numbers.next()??);
    Some([major, minor, numbers.next().flatten().unwrap_or(0)])
}

fn shown([major, minor, patch]: Release) -> String {
    format!("{major}.{minor}.{patch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches_of(versions: &[(&str, Option<&str>)]) -> Vec<String> {
        let packages: Vec<_> = versions
            .iter()
            .map(|(name, version)| {
                serde_json::json!({
                    "id": name, "name": name, "version": "1.0.0", "links": null,
                    "rust_version": version, "dependencies": [], "targets": [],
                })
            })
            .collect();
        let json = serde_json::json!({"packages": packages, "workspace_members": ["quell"]});
        breaches(&Metadata::read(&json.to_string()).unwrap())
    }

    #[test]
    fn dependency_may_ask_for_what_we_ask_for_and_no_more() {
        let ours = ("quell", Some("1.89"));
        let fitting = [ours, ("a", Some("1.89.0")), ("b", Some("1.9")), ("c", None)];
        assert!(breaches_of(&fitting).is_empty());
        assert_eq!(
            breaches_of(&[ours, ("a", Some("1.89.1")), ("b", Some("2.0"))]),
            [
                "a 1.0.0 needs Rust 1.89.1, ours say 1.89.0",
                "b 1.0.0 needs Rust 2.0.0, ours say 1.89.0"
            ]
        );
    }

    #[test]
    fn crates_that_do_not_say_what_they_need_are_a_breach() {
        assert_eq!(breaches_of(&[("quell", None)]).len(), 1);
    }
}
