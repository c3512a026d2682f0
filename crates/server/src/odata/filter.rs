//! A filter that has been understood: every name is a column, every literal has the type of what
//! it is compared with.

use super::error::QueryError;
use super::schema::Schema;
use super::sql::{self, Condition};
use super::{bind, parse};

/// A condition on the entities of one collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Predicate);

impl Filter {
    /// Reads the value of `$filter`, already decoded.
    ///
    /// # Errors
    /// What the grammar, the schema or a bound refuses.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self, QueryError> {
        bind::bind(&parse::parse(text)?, schema).map(Self)
    }

    /// Writes the filter as SQL whose parameters are numbered from `first` on (`?1` is the first
    /// of a statement).
    #[must_use]
    pub fn condition(&self, first: usize) -> Condition {
        sql::condition(&self.0, first)
    }
}

/// What is bound to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number, or the ticks of a moment.
    Integer(i64),
    /// A text, a name of an enumeration, or a GUID.
    Text(String),
    /// A truth value.
    Boolean(bool),
}

/// Something that holds, does not hold, or (of `null`) neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Predicate {
    /// The operand is true.
    Truth(Operand),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    /// Both are the same, `null` included; never unknown.
    Same(Operand, Operand),
    /// They differ, one `null` included; never unknown.
    Different(Operand, Operand),
    /// Both are there and stand in this order; never unknown.
    Ordered(Operand, Order, Operand),
    /// The subject is one of these, `None` being `null`; never unknown.
    OneOf(Place, Vec<Option<Value>>),
    /// The subject has the text in this part of it; unknown for `null`.
    Has(Place, Part, String),
    /// Some element of the list in the column satisfies the body, or, without one, exists.
    Any(&'static str, Option<Box<Self>>),
    /// Every element of the list in the column satisfies the body.
    All(&'static str, Box<Self>),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Null,
    Value(Value),
    Place(Place),
    Predicate(Box<Predicate>),
}

/// Where a value of the row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Column(&'static str),
    /// The element that the `any` or `all` around it looks at.
    Element,
}

/// An order of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    End,
    Anywhere,
}
