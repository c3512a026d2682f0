//! Tables for people.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};

use super::printable;

/// Rows below a heading, aligned, without lines; nothing is cut, so that ids can be copied.
#[derive(Debug)]
pub(crate) struct Table {
    grid: Grid,
    rows: usize,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut grid = Grid::new();
        grid.load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        grid.set_header(headings.iter().map(|heading| heading.to_uppercase()));
        Self { grid, rows: 0 }
    }

    /// Adds a row; absent values show as `-`.
    pub(crate) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Option<&'a str>>) {
        let shown = |cell: Option<&str>| {
            cell.filter(|text| !text.is_empty())
                .map_or_else(|| "-".to_owned(), printable)
        };
        self.grid.add_row(cells.into_iter().map(shown));
        self.rows += 1;
    }

    /// The text, or what to say when there are no rows.
    pub(crate) fn render(&self, when_empty: &str) -> String {
        if self.rows == 0 {
            return format!("{when_empty}\n");
        }
        let mut text = String::new();
        for line in self.grid.lines() {
            text.push_str(line.trim());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_aligns_and_shows_what_is_absent() {
        let mut table = Table::new(&["machine", "status"]);
        table.row([Some("m1"), Some("Pending")]);
        table.row([Some("a-longer-one"), None]);
        assert_eq!(
            table.render("none"),
            "MACHINE       STATUS\nm1            Pending\na-longer-one  -\n"
        );
    }

    #[test]
    fn table_without_rows_says_so() {
        assert_eq!(
            Table::new(&["machine"]).render("no machines"),
            "no machines\n"
        );
    }
}
