//! A statement of the seam in PostgreSQL's words.

/// Parameters are `$1` where they were `?1`, and the index is PostgreSQL's to choose.
pub(super) fn translated(text: &str) -> String {
    const HINT: &str = " INDEXED BY ";
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(HINT) {
        said.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    }
    said.push_str(rest);
    said.replace('?', "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_hints_are_all_that_differs() {
        let text = "SELECT a FROM t INDEXED BY by_a WHERE a = ?1 AND b IN (SELECT b FROM u INDEXED BY \
                    by_b_2) AND c = ?12";
        assert_eq!(
            translated(text),
            "SELECT a FROM t WHERE a = $1 AND b IN (SELECT b FROM u) AND c = $12"
        );
    }
}
