//! Statements of the seam, run by PostgreSQL.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::StoreError;
use crate::store::database::{Cell, Cells, Value};

type Mistake = Box<dyn Error + Sync + Send>;

/// A value goes as what the statement's parameter is: a truth may be asked for as a number, and a
/// number as a shorter one.
impl ToSql for Value<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Mistake> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => integer(*number, of, out),
            Self::Boolean(truth) if *of == Type::BOOL => truth.to_sql(of, out),
            Self::Boolean(truth) => integer(i64::from(*truth), of, out),
            // No text of PostgreSQL's has a NUL; elsewhere it is shown like this too.
            Self::Text(text) if text.contains('\0') => {
                text.replace('\0', "\u{fffd}").to_sql(of, out)
            }
            Self::Text(text) => text.as_ref().to_sql(of, out),
            Self::Bytes(bytes) => bytes.as_ref().to_sql(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn integer(number: i64, of: &Type, out: &mut BytesMut) -> Result<IsNull, Mistake> {
    match *of {
        Type::INT8 => number.to_sql(of, out),
        Type::INT4 => i32::try_from(number)?.to_sql(of, out),
        _ => Err(format!("a number for a parameter of type {of}").into()),
    }
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(of: &Type, raw: &'a [u8]) -> Result<Self, Mistake> {
        match *of {
            Type::INT8 => i64::from_sql(of, raw).map(Self::Integer),
            Type::INT4 => i32::from_sql(of, raw).map(|number| Self::Integer(number.into())),
            Type::BOOL => bool::from_sql(of, raw).map(Self::Boolean),
            Type::BYTEA => Ok(Self::Bytes(raw)),
            _ => Ok(Self::Text(std::str::from_utf8(raw)?)),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Mistake> {
        Ok(Self::Null)
    }

    fn accepts(of: &Type) -> bool {
        matches!(
            *of,
            Type::INT8
                | Type::INT4
                | Type::BOOL
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::UNKNOWN
        )
    }
}

impl Cells for Row {
    fn cell(&self, place: usize) -> Result<Cell<'_>, StoreError> {
        self.try_get(place)
            .map_err(|error| StoreError::Damaged(error.to_string()))
    }
}
