// @generated from docs/api by `cargo xtask codegen`; do not edit.

mod enums;

mod requests;

mod writers;

pub use enums::*;
pub use requests::*;
