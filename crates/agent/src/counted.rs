//! Counting in words, for whoever reads them.

/// A number and what is counted: `1 path`, `2 paths`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
