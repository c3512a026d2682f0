//! Operations: a request is a value, and so is its answer.

mod info;

pub use info::{AnyOf, Holder, Idempotency, Method, OperationInfo};
