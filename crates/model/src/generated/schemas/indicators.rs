// @generated from docs/api by `cargo xtask codegen`; do not edit.

mod enums;

mod structs;

mod readers;

mod requests;

mod writers;

pub use enums::*;
pub use requests::*;
pub use structs::*;
