//! The strict face of the wire: how a server reads a request's body.
//!
//! Keys are case-sensitive and never translated. Keys that the operation does not know are passed
//! over, since they do not change what is asked for and clients in the wild send some.

mod body;
mod fault;

pub(crate) use body::{Parameter, RequestBody, open_parameter};
pub use fault::RequestFault;
