//! Values of the contract's enumerations on the command line.
//!
//! The service's enumerations are open: what it says and we do not know is kept. What a person types
//! and nobody knows is a slip, and a filter for it would find nothing without saying why.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use quell_model::OpenEnum;

/// One of the values that the contract knows, in any spelling seen in the wild.
pub(crate) fn value<T: OpenEnum>() -> impl TypedValueParser<Value = T> {
    let offered =
        |value: &'static T| PossibleValue::new(value.as_ref()).aliases(value.other_spellings());
    PossibleValuesParser::new(T::KNOWN.iter().map(offered)).map(T::from)
}
