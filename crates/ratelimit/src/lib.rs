#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod counter;
mod keyed;
mod learning;
#[cfg(feature = "tokio")]
mod limiter;
mod log;
#[cfg(feature = "tokio")]
mod memory;
mod moment;
mod policy;
mod push_back;
mod quota;
mod snapshot;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use counter::{RollingCounter, Verdict};
pub use keyed::{Keyed, TooFast};
#[cfg(feature = "tokio")]
pub use limiter::{AcquireError, Limiter, Permit, SentPermit};
pub use log::{Decision, RollingLog, UnknownPermit, Wait};
#[cfg(feature = "tokio")]
pub use memory::MemoryStore;
pub use moment::Moment;
pub use policy::{Margins, Policy};
pub use push_back::PushBack;
pub use quota::{Quota, QuotaError, Window};
pub use snapshot::{Snapshot, WindowUse};
pub use store::{PermitId, PermitStore, StoreError, Turn};
