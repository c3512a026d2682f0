//! Every case of the threat model, by number.

mod names;

use crate::case::Case;

/// All of them, in the order of their numbers.
pub(crate) fn all() -> &'static [Case] {
    const { &names::CASES }
}
