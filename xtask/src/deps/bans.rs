//! What must be nowhere, and what must be there once.

use super::metadata::Metadata;

/// Another TLS than rustls. `openssl-probe` is none: it only knows where systems keep certificates.
const BANNED: [&str; 5] = [
    "openssl",
    "openssl-sys",
    "openssl-src",
    "native-tls",
    "hyper-tls",
];

/// Two packages that link the same library cannot be built into one program.
const ONCE: &str = "sqlite3";

pub(super) fn breaches(metadata: &Metadata) -> Vec<String> {
    let banned = metadata
        .packages
        .iter()
        .filter(|package| BANNED.contains(&package.name.as_str()))
        .map(|package| format!("{} {} is in the lock file", package.name, package.version));
    let linking: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| package.links.as_deref() == Some(ONCE))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    let twice = (linking.len() != 1).then(|| {
        format!(
            "exactly one package must link {ONCE}, these do: [{}]",
            linking.join(", ")
        )
    });
    banned.chain(twice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(named: &[(&str, Option<&str>)]) -> Metadata {
        let packages: Vec<_> = named
            .iter()
            .map(|(name, links)| {
                serde_json::json!({
                    "id": name, "name": name, "version": "1.0.0", "links": links,
                    "dependencies": [], "targets": [],
                })
            })
            .collect();
        let json = serde_json::json!({"packages": packages, "workspace_members": []});
        Metadata::read(&json.to_string()).expect("metadata")
    }

    #[test]
    fn one_sqlite_and_no_other_tls_is_well() {
        let metadata = packages(&[("libsqlite3-sys", Some("sqlite3")), ("openssl-probe", None)]);
        assert!(breaches(&metadata).is_empty());
    }

    #[test]
    fn other_tls_and_a_second_sqlite_are_breaches() {
        let metadata = packages(&[
            ("a", Some("sqlite3")),
            ("b", Some("sqlite3")),
            ("native-tls", None),
        ]);
        assert_eq!(
            breaches(&metadata),
            [
                "native-tls 1.0.0 is in the lock file",
                "exactly one package must link sqlite3, these do: [a 1.0.0, b 1.0.0]"
            ]
        );
    }
}
