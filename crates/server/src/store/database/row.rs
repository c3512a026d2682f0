//! What comes out of a statement.

use quell_model::{ActionId, MachineId, Sha1, Timestamp};

use crate::core::{GroupId, Health, Status, TenantId};
use crate::store::StoreError;

/// One value of a row, borrowed from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Cell<'a> {
    /// Nothing.
    Null,
    /// A whole number; in SQLite a truth is one too.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// A row as the database has it.
pub(in crate::store) trait Cells {
    /// The value in this place, counted from 0.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for one that is none of [`Cell`].
    fn cell(&self, place: usize) -> Result<Cell<'_>, StoreError>;
}

/// A row that is read from its first column to its last.
pub(in crate::store) struct Row<'r> {
    cells: &'r dyn Cells,
    place: usize,
}

impl<'r> Row<'r> {
    pub(in crate::store) fn of(cells: &'r dyn Cells) -> Self {
        Self { cells, place: 0 }
    }

    /// The next column.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it holds something else.
    pub(in crate::store) fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let place = self.place;
        self.place += 1;
        T::read(self.cells.cell(place)?)
            .map_err(|why| StoreError::Damaged(format!("column {}: {why}", place + 1)))
    }
}

/// What a row is read as: its columns in the order of the statement. Tuples of [`Column`]s are.
pub(in crate::store) trait FromRow: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a column holds something else.
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError>;
}

macro_rules! tuples {
    ($(($($column:ident),+))+) => {
        $(impl<$($column: Column),+> FromRow for ($($column,)+) {
            fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
                Ok(($(row.next::<$column>()?,)+))
            }
        })+
    };
}
tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

/// What a column is read as.
pub(in crate::store) trait Column: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// Why it is none, in a few words.
    fn read(cell: Cell<'_>) -> Result<Self, String>;
}

fn other(cell: Cell<'_>) -> String {
    let found = match cell {
        Cell::Null => "nothing",
        Cell::Integer(_) => "a number",
        Cell::Boolean(_) => "a truth value",
        Cell::Text(_) => "a text",
        Cell::Bytes(_) => "bytes",
    };
    format!("holds {found}")
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Null => Ok(None),
            there => T::read(there).map(Some),
        }
    }
}

impl Column for i64 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Integer(number) => Ok(number),
            cell => Err(other(cell)),
        }
    }
}

impl Column for i32 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let number = i64::read(cell)?;
        Self::try_from(number).map_err(|_| format!("holds {number}"))
    }
}

impl Column for u32 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let number = i64::read(cell)?;
        Self::try_from(number).map_err(|_| format!("holds {number}"))
    }
}

/// Nothing that is counted here is written negative.
impl Column for u64 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let number = i64::read(cell)?;
        Self::try_from(number).map_err(|_| format!("holds {number}"))
    }
}

impl Column for bool {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Boolean(truth) => Ok(truth),
            Cell::Integer(number) => Ok(number != 0),
            cell => Err(other(cell)),
        }
    }
}

impl Column for String {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        text(cell).map(str::to_owned)
    }
}

fn text(cell: Cell<'_>) -> Result<&str, String> {
    match cell {
        Cell::Text(text) => Ok(text),
        cell => Err(other(cell)),
    }
}

fn bytes(cell: Cell<'_>) -> Result<&[u8], String> {
    match cell {
        Cell::Bytes(bytes) => Ok(bytes),
        cell => Err(other(cell)),
    }
}

impl Column for Vec<u8> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        bytes(cell).map(<[u8]>::to_vec)
    }
}

impl<const N: usize> Column for [u8; N] {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let bytes = bytes(cell)?;
        let length = || format!("holds {} bytes instead of {N}", bytes.len());
        bytes.try_into().map_err(|_| length())
    }
}

/// A list is kept as JSON.
impl Column for Vec<String> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        serde_json::from_str(text(cell)?).map_err(|error| error.to_string())
    }
}

/// A moment is kept as ticks of 100 ns since the Unix epoch.
impl Column for Timestamp {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        i64::read(cell).map(Self::from_unix_ticks)
    }
}

impl Column for TenantId {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let text = text(cell)?;
        text.parse().map_err(|_| format!("unknown tenant {text:?}"))
    }
}

impl Column for GroupId {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        i32::read(cell).map(Self::new)
    }
}

impl Column for MachineId {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        Self::new(text(cell)?).map_err(|error| error.to_string())
    }
}

impl Column for ActionId {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        Self::new(text(cell)?).map_err(|error| error.to_string())
    }
}

impl Column for Sha1 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        <[u8; 20]>::read(cell).map(Self::from_bytes)
    }
}

impl Column for Status {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let name = text(cell)?;
        Self::named(name).ok_or_else(|| format!("unknown status {name:?}"))
    }
}

impl Column for Health {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let name = text(cell)?;
        Self::named(name).ok_or_else(|| format!("unknown health {name:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Given(Vec<Cell<'static>>);

    impl Cells for Given {
        fn cell(&self, place: usize) -> Result<Cell<'_>, StoreError> {
            Ok(self.0[place])
        }
    }

    #[test]
    fn row_is_read_in_order_and_by_type() {
        let row = Given(vec![
            Cell::Text("[\"a\"]"),
            Cell::Null,
            Cell::Integer(1),
            Cell::Bytes(&[1, 2]),
        ]);
        let read =
            <(Vec<String>, Option<i64>, bool, [u8; 2])>::from_row(&mut Row::of(&row)).unwrap();
        assert_eq!(read, (vec!["a".to_owned()], None, true, [1, 2]));
    }

    #[test]
    fn what_is_not_what_was_written_is_damaged_and_said_where() {
        let error = |cell| {
            let row = Given(vec![Cell::Null, cell]);
            <(Option<i64>, Sha1)>::from_row(&mut Row::of(&row)).unwrap_err()
        };
        assert_eq!(
            error(Cell::Bytes(&[1])).to_string(),
            "the store holds a damaged value: column 2: holds 1 bytes instead of 20"
        );
        assert_eq!(
            error(Cell::Text("secret")).to_string(),
            "the store holds a damaged value: column 2: holds a text"
        );
    }
}
