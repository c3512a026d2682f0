#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod builtin;
mod duty;
mod file;
mod fleet;
mod key;
mod link;
mod machine;
mod profile;
mod result;
mod seed;
mod simulation;

pub use duty::{Duty, Turn};
pub use file::{FileKind, SampleFile};
pub use fleet::{Fleet, Member, Share, ShareError};
pub use link::LinkError;
pub use profile::{Antivirus, Behavior, Connection, Kind, Profile, ProfileError};
pub use seed::Seed;
pub use simulation::{Happening, Observer, Simulation, SimulationError};
