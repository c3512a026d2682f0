#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod budgets;
mod counter;
#[cfg(feature = "keyed")]
mod keyed;
mod learning;
#[cfg(feature = "tokio")]
mod limiter;
mod log;
#[cfg(feature = "tokio")]
mod memory;
mod moment;
mod policy;
mod priority;
mod push_back;
mod quota;
mod snapshot;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use budgets::{BudgetName, Budgets};
pub use counter::{Arrivals, RollingCounter, Verdict};
#[cfg(feature = "keyed")]
pub use keyed::{Keyed, TooFast};
pub use learning::{Learned, LearnedError};
#[cfg(feature = "tokio")]
pub use limiter::{AcquireError, Limiter, Permit, SentPermit};
pub use log::{
    Change, Completion, Decision, Hold, LogState, OpenPermit, RollingLog, UnknownPermit, Wait,
};
#[cfg(feature = "tokio")]
pub use memory::{MemoryBudgets, MemoryStore};
pub use moment::Moment;
pub use policy::{Margins, NoSuchWindow, Policy, Reserve, Share, ShareError};
pub use priority::Priority;
pub use push_back::PushBack;
pub use quota::{Quota, QuotaError, Window};
pub use snapshot::{Shortfall, Snapshot, WindowUse};
pub use store::{PermitId, PermitStore, StoreError, Turn};

/// The guide's code is compiled and run with the rest.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../guide.md")]
mod guide {}
