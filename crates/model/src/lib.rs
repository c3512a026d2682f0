#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod comment;
mod id;
mod percent;
mod sha1;
mod timestamp;

pub use comment::{Comment, EmptyComment};
pub use id::{ActionId, InvalidId, MachineId};
pub use sha1::{ParseSha1Error, Sha1};
pub use timestamp::{ParseTimestampError, Timestamp};
