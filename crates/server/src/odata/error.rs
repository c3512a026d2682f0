//! What is wrong with a query, in the sentences that OData services answer with.

use std::fmt;

use thiserror::Error;

/// Why a query is refused, always with status 400.
///
/// The texts are sentences, unlike other errors here, for they stand on the wire: see
/// [`message`](Self::message).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The query string is longer than anyone needs.
    #[error("The query string exceeds the limit of {limit} bytes.")]
    TooLong {
        /// The most bytes that are read.
        limit: usize,
    },
    /// A percent escape is broken, or what it encodes is no UTF-8.
    #[error("The query string is not encoded properly near '{0}'.")]
    Encoding(Excerpt),
    /// The character U+0000, which no property can hold.
    #[error("The query string contains a null character.")]
    NullCharacter,
    /// An option that starts with `$` and is not known here.
    #[error("Custom query option '{0}' that starts with '$' is not supported.")]
    UnsupportedOption(Excerpt),
    /// An option that appears again.
    #[error(
        "Query option '{0}' was specified more than once, but it must be specified at most once."
    )]
    DuplicateOption(&'static str),
    /// An option that says nothing.
    #[error("The value for OData query '{0}' cannot be empty.")]
    EmptyOption(&'static str),
    /// A `$top` or `$skip` that is no whole number from 0 on.
    #[error(
        "Invalid value '{value}' for {option} query option found. The {option} query option requires a non-negative integer value."
    )]
    NotWhole {
        /// The option.
        option: &'static str,
        /// What it was given.
        value: Excerpt,
    },
    /// A `$top` above the largest page.
    #[error(
        "The limit of '{limit}' for Top query has been exceeded. The value from the incoming request is '{value}'."
    )]
    TopTooLarge {
        /// The largest page.
        limit: u32,
        /// What was asked.
        value: Excerpt,
    },
    /// A `$count` that is neither `true` nor `false`.
    #[error("'{0}' is not a valid count option.")]
    NotCount(Excerpt),
    /// A name that is no property of the collection.
    #[error("Could not find a property named '{name}' on type '{type_name}'.")]
    UnknownProperty {
        /// The name as it was given.
        name: Excerpt,
        /// The collection's type.
        type_name: &'static str,
    },
    /// A property by which this collection is not filtered.
    #[error("The property '{0}' cannot be used in the $filter query option.")]
    NotFilterable(&'static str),
    /// A property that has no order.
    #[error("The property '{0}' cannot be used in the $orderby query option.")]
    NotSortable(&'static str),
    /// A term of `$orderby` that is no property with or without a direction.
    #[error("The $orderby term '{0}' is not a property followed by 'asc' or 'desc'.")]
    OrderTerm(Excerpt),
    /// A property that is ordered by twice.
    #[error("Duplicate property named '{0}' is not supported in '$orderby'.")]
    DuplicateOrder(&'static str),
    /// A text that the grammar does not have.
    #[error("Syntax error at position {position}: {expected} expected.")]
    Syntax {
        /// Characters before the fault.
        position: usize,
        /// What would have been right.
        expected: &'static str,
    },
    /// A quote that nothing closes.
    #[error("There is an unterminated string literal at position {position}.")]
    UnterminatedText {
        /// Characters before the quote.
        position: usize,
    },
    /// A text longer than any property's.
    #[error("The string literal at position {position} exceeds the limit of {limit} bytes.")]
    TextTooLong {
        /// Characters before its quote.
        position: usize,
        /// The most bytes of one text.
        limit: usize,
    },
    /// Something like a number, a time or a GUID that is none.
    #[error("Unrecognized literal '{0}'.")]
    Literal(Excerpt),
    /// Parentheses, `not` and functions inside each other beyond any use.
    #[error("The filter is nested more than {limit} levels deep.")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
    /// More properties, literals and operators than anyone needs.
    #[error("The node count limit of '{limit}' for the filter has been exceeded.")]
    TooManyNodes {
        /// The most nodes of one filter.
        limit: usize,
    },
    /// An `in` with more alternatives than a page has rows.
    #[error("The list of the 'in' operator exceeds the limit of {limit} items.")]
    ListTooLong {
        /// The most items of one list.
        limit: usize,
    },
    /// A function that is not known here.
    #[error("An unknown function with name '{0}' was found.")]
    UnknownFunction(Excerpt),
    /// A function that was not given a text property and a text.
    #[error("The function '{0}' requires a property of type Edm.String and a string literal.")]
    Arguments(&'static str),
    /// Two things that cannot be compared so.
    #[error(
        "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for operator kind '{operator}'."
    )]
    IncompatibleTypes {
        /// The type on the left.
        left: &'static str,
        /// The type on the right.
        right: &'static str,
        /// The operator.
        operator: &'static str,
    },
    /// A value that the enumeration does not have.
    #[error("The string '{0}' is not a valid enumeration type constant.")]
    UnknownEnumValue(Excerpt),
    /// An `in` with something other than a property on its left.
    #[error("The left operand of the 'in' operator must be a property.")]
    InWithoutProperty,
    /// A collection where one value is needed.
    #[error("The property '{0}' is a collection; it can only be used with 'any' or 'all'.")]
    Collection(&'static str),
    /// `any` or `all` inside the body of another.
    #[error("The functions 'any' and 'all' cannot be nested.")]
    NestedLambda,
    /// One value where a collection is needed.
    #[error("The property '{0}' is not a collection; it cannot be used with 'any' or 'all'.")]
    NotCollection(Excerpt),
    /// A filter, or an operand of `and`, `or` or `not`, that is neither true nor false.
    #[error("The $filter expression must evaluate to a Boolean value, but its type is '{0}'.")]
    NotBoolean(&'static str),
}

impl QueryError {
    /// The `message` of the error on the wire: the service's opening words, then what is wrong.
    #[must_use]
    pub fn message(&self) -> String {
        format!("The query specified in the URI is not valid. {self}")
    }
}

/// A piece of the caller's text, cut to a length that may be shown and without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    const MAX_CHARS: usize = 100;
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        let visible = |character: char| match character {
            hidden if hidden.is_control() => char::REPLACEMENT_CHARACTER,
            shown => shown,
        };
        let mut characters = text.chars();
        let mut excerpt: String = characters
            .by_ref()
            .take(Self::MAX_CHARS)
            .map(visible)
            .collect();
        if characters.next().is_some() {
            excerpt.push('…');
        }
        Self(excerpt)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
