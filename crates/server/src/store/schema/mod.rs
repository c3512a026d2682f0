//! The tables, step by step: one step a version, never changed after a release.
//!
//! Up to version 3 each database has its own text, for SQLite's was released before there was
//! another, and PostgreSQL begins at version 3. A later step is one file for both, `0004.sql` and
//! so on, in SQLite's words: `TEXT`, `BLOB`, `INTEGER` (of 64 bits; no row number is made of it),
//! `BOOLEAN`, and `WITHOUT ROWID`. [`for_postgres`] says them in PostgreSQL's.

/// SQLite's own first steps.
const OF_SQLITE: &[&str] = &[
    include_str!("sqlite/0001.sql"),
    include_str!("sqlite/0002.sql"),
    include_str!("sqlite/0003.sql"),
];

/// What PostgreSQL is at [`FIRST_OF_POSTGRES`].
const OF_POSTGRES: &str = include_str!("postgres/0003.sql");
const FIRST_OF_POSTGRES: usize = 3;

/// The steps since, of both.
const OF_BOTH: &[&str] = &[
    include_str!("0004.sql"),
    include_str!("0005.sql"),
    include_str!("0006.sql"),
    include_str!("0007.sql"),
    include_str!("0008.sql"),
    include_str!("0009.sql"),
    include_str!("0010.sql"),
    include_str!("0011.sql"),
    include_str!("0012.sql"),
    include_str!("0013.sql"),
    include_str!("0014.sql"),
    include_str!("0015.sql"),
    include_str!("0016.sql"),
];

/// The version that is reached by all steps.
pub(super) fn newest() -> i64 {
    i64::try_from(OF_SQLITE.len() + OF_BOTH.len()).unwrap_or(i64::MAX)
}

/// The steps that SQLite takes from a version on.
pub(super) fn sqlite_steps(taken: i64) -> impl Iterator<Item = &'static str> {
    let taken = usize::try_from(taken).unwrap_or(0);
    OF_SQLITE.iter().chain(OF_BOTH).copied().skip(taken)
}

/// The steps that PostgreSQL takes from a version on; 0 is an empty database.
pub(super) fn postgres_steps(taken: i64) -> impl Iterator<Item = String> {
    let taken = usize::try_from(taken).unwrap_or(0);
    let first = (taken < FIRST_OF_POSTGRES).then(|| OF_POSTGRES.to_owned());
    let later = OF_BOTH.iter().skip(taken.saturating_sub(FIRST_OF_POSTGRES));
    first
        .into_iter()
        .chain(later.map(|step| for_postgres(step)))
}

/// A step of both, in PostgreSQL's words. Texts are ordered by their bytes whatever the database's
/// locale, as they are in SQLite.
fn for_postgres(step: &str) -> String {
    let mut said = String::with_capacity(step.len());
    for line in step.lines() {
        let code = line.split("--").next().unwrap_or_default();
        for piece in code.split_inclusive(|c: char| !is_of_word(c)) {
            let word = piece.trim_end_matches(|c: char| !is_of_word(c));
            let rest = piece.get(word.len()..).unwrap_or_default();
            said.push_str(match word {
                "TEXT" => "text COLLATE \"C\"",
                "BLOB" => "bytea",
                "INTEGER" => "bigint",
                "WITHOUT" | "ROWID" => "",
                other => other,
            });
            said.push_str(rest);
        }
        said.push('\n');
    }
    said
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of released versions, by their SHA-256: who changes one would have two kinds of
    /// data under one number.
    const RELEASED: &[&str] = &[
        "614c2785bd29f3b72b11979ed46f2e23919b362b3492517a0dd8f9b863e9a181",
        "208d00ee1b2b67d9684fc4eb3339ae6fb7a0be9f7d91305f614a8dfef435254d",
    ];

    #[test]
    fn released_steps_stay_as_they_are() {
        for (step, released) in sqlite_steps(0).zip(RELEASED) {
            let digest = crate::secret::sha256(step.as_bytes());
            let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digits, *released);
        }
    }

    #[test]
    fn step_of_both_is_said_in_postgresql_s_words() {
        let step = "-- TEXT of a comment\nCREATE TABLE t (a TEXT NOT NULL, context BLOB, n INTEGER\n) WITHOUT ROWID;";
        assert_eq!(
            for_postgres(step),
            "\nCREATE TABLE t (a text COLLATE \"C\" NOT NULL, context bytea, n bigint\n)  ;\n"
        );
    }

    #[test]
    fn both_databases_come_to_the_same_version() {
        assert_eq!(sqlite_steps(newest()).count(), 0);
        assert_eq!(postgres_steps(newest()).count(), 0);
        assert_eq!(postgres_steps(0).count(), OF_BOTH.len() + 1);
    }
}
