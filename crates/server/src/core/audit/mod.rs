//! The audit trail: what is written, how its bytes are chained, and how a break is found.
//!
//! A tenant has one trail. Each [`Entry`] tells one [`Deed`] and by whom it was done, as canonical
//! JSON ([`canonical`]); each is bound to all before it by a hash ([`chain`]); now and then the
//! last hash is signed ([`head`]). [`Walk`] goes along a trail and names the first entry at which
//! it is not what was written.

pub mod canonical;
pub mod chain;
pub mod deed;
pub mod entry;
pub mod head;
pub mod hex;
pub mod key;
pub mod refusal;
mod told;
pub mod walk;
pub mod who;

#[cfg(test)]
mod tests;

pub use canonical::{Fields, Tree};
pub use chain::{Hash, Link};
pub use deed::{Deed, FileHash, Ordered};
pub use entry::{Entry, Recorded, RecordedActor};
pub use head::{Checkpoint, Head, Signed, Statement, Written};
pub use key::{PublicKey, SigningKey};
pub use refusal::{Refusal, RefusalCount};
pub use walk::{Broken, Trust, Walk, Walked};
pub use who::{Actor, By};
