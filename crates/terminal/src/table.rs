//! Tables for people.

use unicode_width::UnicodeWidthStr as _;

use crate::printable;

/// Between two columns.
const GAP: &str = "  ";
/// What shows that there is nothing.
const ABSENT: &str = "-";

/// Rows below a heading, aligned, without lines; nothing is cut, so that ids can be copied.
#[derive(Debug, Clone)]
pub struct Table {
    /// The heading first.
    lines: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings, which it shows in capitals.
    #[must_use]
    pub fn new(headings: &[&str]) -> Self {
        let heading = headings.iter().map(|heading| heading.to_uppercase());
        Self {
            lines: vec![heading.collect()],
        }
    }

    /// A table of one thing: its properties below one another.
    #[must_use]
    pub fn of_properties() -> Self {
        Self::new(&["property", "value"])
    }

    /// Adds a row. What is absent is an empty cell, and shows as `-`; text from outside cannot
    /// deceive a terminal.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let shown = |cell: T| match cell.as_ref() {
            "" => ABSENT.to_owned(),
            text => printable(text),
        };
        self.lines.push(cells.into_iter().map(shown).collect());
    }

    /// The text, or what to say when there are no rows.
    #[must_use]
    pub fn render(&self, when_empty: &str) -> String {
        if self.lines.len() == 1 {
            return format!("{when_empty}\n");
        }
        let widths = self.widths();
        self.lines
            .iter()
            .map(|line| aligned(line, &widths))
            .collect()
    }

    /// In columns of a terminal: a Chinese character takes two.
    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for line in &self.lines {
            widths.resize(widths.len().max(line.len()), 0);
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.width().max(*width);
            }
        }
        widths
    }
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = line
        .iter()
        .zip(widths)
        .map(|(cell, width)| cell.clone() + &" ".repeat(width.saturating_sub(cell.width())))
        .collect();
    format!("{}\n", padded.join(GAP).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_aligns_and_shows_what_is_absent() {
        let mut table = Table::new(&["machine", "status"]);
        table.row(["m1", "Pending"]);
        table.row(["a-longer-one", ""]);
        assert_eq!(
            table.render("none"),
            "MACHINE       STATUS\nm1            Pending\na-longer-one  -\n"
        );
    }

    #[test]
    fn table_keeps_a_row_on_one_line() {
        let mut table = Table::new(&["id", "path"]);
        table.row(["m1", "a\nb"]);
        assert_eq!(table.render("none"), "ID  PATH\nm1  a\\nb\n");
    }

    #[test]
    fn table_measures_what_a_terminal_shows() {
        let mut table = Table::new(&["name", "id"]);
        table.row(["文件文件", "1"]);
        table.row(["Größe", "2"]);
        assert_eq!(
            table.render("none"),
            "NAME      ID\n文件文件  1\nGröße     2\n"
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
