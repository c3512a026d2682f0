// @generated from docs/api by `cargo xtask codegen`; do not edit.

mod enums;

mod structs;

mod readers;

mod writers;

pub use enums::*;
pub use structs::*;
