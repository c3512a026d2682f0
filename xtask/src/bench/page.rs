//! The page that the tables stand on.

use std::path::PathBuf;

use crate::failure::{Context as _, Outcome};
use crate::workspace;

const PAGE: &str = "docs/performance.md";

/// The text of `docs/performance.md`.
pub(super) struct Page(String);

impl Page {
    pub(super) fn read() -> Outcome<Self> {
        Ok(Self(std::fs::read_to_string(path()?).context(PAGE)?))
    }

    pub(super) fn write(&self) -> Outcome {
        std::fs::write(path()?, &self.0).context(PAGE)
    }

    /// The page with this between `<!-- name -->` and `<!-- /name -->`.
    pub(super) fn with(&self, name: &str, content: &str) -> Outcome<Self> {
        let (start, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
        let (before, rest) = self
            .0
            .split_once(&start)
            .context(format!("{PAGE} has no {start}"))?;
        let (_, after) = rest
            .split_once(&end)
            .context(format!("{PAGE} has no {end}"))?;
        Ok(Self(format!("{before}{start}\n{content}\n{end}{after}")))
    }
}

fn path() -> Outcome<PathBuf> {
    Ok(workspace::root()?.join(PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let page = Page("a\n<!-- t -->\nold\n<!-- /t -->\nb\n".to_owned());
        assert_eq!(
            page.with("t", "new").unwrap().0,
            "a\n<!-- t -->\nnew\n<!-- /t -->\nb\n"
        );
        assert!(page.with("u", "new").is_err());
    }
}
