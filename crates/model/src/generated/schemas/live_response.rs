// @generated from docs/api by `cargo xtask codegen`; do not edit.

mod requests;

mod writers;

pub use requests::*;
