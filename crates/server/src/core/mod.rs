//! What the server decides, without clock, socket or store: facts and time go in, decisions come
//! out.

pub mod ask;
pub mod audit;
pub mod authorization;
pub mod availability;
pub mod device_group;
pub mod duplicate;
pub mod extension;
pub mod health;
pub mod indicator;
pub mod key_cache;
pub mod keyring;
pub mod life;
pub mod lifecycle;
pub mod platform;
pub mod radius;
pub mod role;
pub mod span;
pub mod status;
mod steps;
pub mod tag;
pub mod tenant;

pub use ask::{ActionKind, Ask};
pub use authorization::{Denied, Grant, PermissionRule};
pub use device_group::{Extent, GroupId, View};
pub use duplicate::{DuplicateRule, Fate};
pub use health::Health;
pub use indicator::{Draft, Misfit, Reach};
pub use keyring::{KeyState, Rotation, Turn, Turns};
pub use lifecycle::{AlreadyEnded, Cancellation, Ending, Event, State, Step};
pub use radius::{BlastRadius, Ceiling, Objection};
pub use role::{Powers, Role, RolePermission};
pub use status::Status;
pub(crate) use steps::ClockSteps;
pub use tag::{InvalidTag, Tag};
pub use tenant::TenantId;
