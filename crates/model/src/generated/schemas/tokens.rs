// @generated from docs/api by `cargo xtask codegen`; do not edit.

mod structs;

mod readers;

mod writers;

pub use structs::*;
