//! The lenient face of the wire: how answers are read, whatever version of the service wrote them.
//!
//! Null and absence are the same, names are found without regard to case, numbers may be strings,
//! and what is not known is kept. A property whose value is not of its type reads as absent, and the
//! value is kept too: one odd property of one machine must not cost a list of ten thousand. The
//! generated readers and writers are made of these pieces.

mod object;
mod reading;
mod text;
mod value;

use std::collections::BTreeMap;

pub(crate) use object::{
    Names, defaulted, entry, extra, fill, insist, keep, list, nullable, optional,
};
pub(crate) use reading::{Reading, Scalar, WireValue};
pub(crate) use text::deserialize_text;
pub(crate) use value::object;

/// What an object's fields do not hold, by name, as it came: properties that this version does not
/// know, and known ones whose value is not of their type.
///
/// All of it is written back. A known property stands here under the service's own spelling, its
/// field says nothing, and it is written from here for as long as the field says nothing.
pub type Extra = BTreeMap<String, serde_json::Value>;
