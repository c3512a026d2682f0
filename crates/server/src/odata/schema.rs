//! What a collection is made of: its properties, their types, and the columns that hold them.

use super::error::{Excerpt, QueryError};

/// The type of a property and the form in which its column holds it.
///
/// An absent value is SQL's `NULL` in each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A string; a column of text.
    Text,
    /// One of these names; a column of text that holds it in this very spelling.
    Enum(&'static [&'static str]),
    /// A moment; an integer of 100 ns ticks since the Unix epoch.
    DateTime,
    /// A whole number; an integer.
    Int,
    /// True or false; the integers 1 and 0.
    Bool,
    /// A GUID; a column of text: hyphens, lower case, no braces.
    Guid,
    /// Strings; a column of text that holds a JSON array.
    TextList,
}

impl Kind {
    /// The type's name in messages.
    pub(super) const fn edm_name(self) -> &'static str {
        match self {
            Self::Text => "Edm.String",
            Self::Enum(_) => "Edm.Enum",
            Self::DateTime => "Edm.DateTimeOffset",
            Self::Int => "Edm.Int64",
            Self::Bool => "Edm.Boolean",
            Self::Guid => "Edm.Guid",
            Self::TextList => "Collection(Edm.String)",
        }
    }
}

/// A property of a collection's entities.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    name: &'static str,
    storage: Storage,
}

/// Where a property lives, and so what may be done with it beside selecting it.
#[derive(Clone, Copy, Debug)]
enum Storage {
    Computed,
    Column(Column, Filterable),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filterable {
    No,
    Yes,
}

/// A column as conditions and orders name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

impl Property {
    /// A property that a column holds: it can be selected and, unless it is a list, ordered by.
    ///
    /// `column` is written into the SQL as it stands, so it may be qualified (`machine.id`).
    #[must_use]
    pub const fn stored(name: &'static str, column: &'static str, kind: Kind) -> Self {
        let column = Column { name: column, kind };
        Self {
            name,
            storage: Storage::Column(column, Filterable::No),
        }
    }

    /// A property that no column of its own holds: it can be selected, and nothing more.
    #[must_use]
    pub const fn computed(name: &'static str) -> Self {
        Self {
            name,
            storage: Storage::Computed,
        }
    }

    /// The same property, by which the collection is filtered too; one that is computed stays
    /// as it is.
    #[must_use]
    pub const fn filterable(self) -> Self {
        let storage = match self.storage {
            Storage::Computed => Storage::Computed,
            Storage::Column(column, _) => Storage::Column(column, Filterable::Yes),
        };
        Self { storage, ..self }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn for_filter(&self) -> Result<Column, QueryError> {
        match self.storage {
            Storage::Column(column, Filterable::Yes) => Ok(column),
            Storage::Column(_, Filterable::No) | Storage::Computed => {
                Err(QueryError::NotFilterable(self.name))
            }
        }
    }

    pub(super) fn for_order(&self) -> Result<Column, QueryError> {
        match self.storage {
            Storage::Column(column, _) if column.kind != Kind::TextList => Ok(column),
            Storage::Column(..) | Storage::Computed => Err(QueryError::NotSortable(self.name)),
        }
    }
}

/// The properties of one collection, declared once as a constant.
///
/// ```
/// use quell_server::odata::{Kind, Property, Schema};
///
/// const MACHINE_ACTIONS: Schema = Schema::new(
///     "microsoft.windowsDefenderATP.api.MachineAction",
///     &[
///         Property::stored("id", "action.id", Kind::Guid).filterable(),
///         Property::stored("title", "action.title", Kind::Text),
///         Property::computed("commands"),
///     ],
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    type_name: &'static str,
    properties: &'static [Property],
}

impl Schema {
    /// A collection of entities of this type, with these properties.
    #[must_use]
    pub const fn new(type_name: &'static str, properties: &'static [Property]) -> Self {
        Self {
            type_name,
            properties,
        }
    }

    /// Finds a property by its name, without regard to case.
    pub(super) fn property(&self, name: &str) -> Result<&'static Property, QueryError> {
        self.properties
            .iter()
            .find(|property| property.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| QueryError::UnknownProperty {
                name: Excerpt::from(name),
                type_name: self.type_name,
            })
    }
}
