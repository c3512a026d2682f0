//! The lenient face of the wire: how answers are read, whatever version of the service wrote them.
//!
//! Null and absence are the same, names are found without regard to case, numbers may be strings,
//! and what is not known is kept. The generated readers are made of these pieces.

mod object;
mod value;

use std::collections::BTreeMap;

pub(crate) use object::{Names, entry, extra, fill, keep};
pub(crate) use value::{WireValue, as_serde_reads, deserialize_text};

/// Properties that this version does not know, by name; written back as they came.
pub type Extra = BTreeMap<String, serde_json::Value>;
