//! OData as the collections speak it: a raw query string becomes typed options, and its filter
//! a condition of SQL with parameters.
//!
//! The way is one-directional and every station is a file: `form` undoes the encoding of the
//! URL, [`Query`] reads the options, `lex` and `parse` turn a filter into a tree of syntax,
//! `bind` gives it types against a [`Schema`], `sql` writes it down. No text of the caller's is
//! ever part of the SQL: columns come from the schema, everything else is bound.
//!
//! # Options
//!
//! `$filter`, `$orderby`, `$select`, `$top`, `$skip` and `$count`. As OData 4.01 asks (part 2,
//! §5.1), their names are read without regard to case and with or without the `$`; each may
//! appear once. Another name that starts with `$` is refused, any other name is the route's own
//! business and passed over.
//!
//! # The language of filters
//!
//! ```text
//! filter      = or
//! or          = and *( "or" and )
//! and         = equality *( "and" equality )
//! equality    = relation [ ( "eq" / "ne" ) relation ]
//! relation    = unary [ ( "gt" / "ge" / "lt" / "le" ) unary ]
//! unary       = "not" unary / member
//! member      = primary [ "in" "(" literal *( "," literal ) ")" ]
//! primary     = "(" or ")" / function / quantified / property / literal
//! function    = ( "startswith" / "endswith" / "contains" ) "(" property "," text ")"
//! quantified  = property "/" ( "any" "(" [ lambda ] ")" / "all" "(" lambda ")" )
//! lambda      = name ":" or          ; in it, the name stands for one element
//! property    = ( letter / "_" ) *( letter / digit / "_" )
//! literal     = "null" / "true" / "false" / text / integer / guid / date / date-time
//! text        = "'" *( any character but "'" / "''" ) "'"
//! date-time   = date "T" hour ":" minute [ ":" second [ "." 1*7digit ] ] ( "Z" / offset )
//! ```
//!
//! Blanks separate; keywords, functions and properties are read without regard to case. A chain
//! of comparisons (`a eq b eq c`) needs parentheses, so that only they, `not` and functions nest,
//! to a bounded depth; length, lists and the number of nodes are bounded too, and `any` and `all`
//! do not stand inside each other.
//!
//! # Its meaning
//!
//! * `null` equals `null` and nothing else; an order with `null` does not hold (OData 4.0).
//! * A function of `null` is neither true nor false, nor is its negation: such a row is left out.
//! * Text is compared character by character, with regard to case.
//! * A value of an enumeration stands in quotes and is found without regard to case. A GUID may
//!   be bare, as OData writes it, or in quotes, as clients write it.
//! * A date is its first moment in UTC. A time without `Z` or offset is refused, and so is one
//!   in quotes.

mod bind;
mod call;
mod error;
mod filter;
mod form;
mod lex;
mod literal;
mod parse;
mod query;
mod schema;
mod sql;
#[cfg(test)]
mod tests;

pub(crate) use call::{argument_text, call_arguments};
pub use error::{Excerpt, QueryError};
pub use filter::{Filter, Value};
pub(crate) use form::parameter;
pub use query::{MAX_QUERY_BYTES, MAX_TOP, Query};
pub use schema::{Kind, Property, Schema};
pub use sql::Condition;
