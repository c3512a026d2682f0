//! What the agent has seen: the running executables, and the files below its roots.
//!
//! The server answers *which machines have this file* from it. It nominates and never decides: an
//! engine that acts on a file reads it again.

mod known;
mod manners;
mod meanwhile;
mod messages;
mod remembered;
mod schedule;
mod survey;

pub use meanwhile::Meanwhile;
pub use messages::messages;
pub use schedule::{Intervals, News, watch};
pub use survey::{Seen, Survey, SurveyLimits};
