//! Collections: which entities, in which order, how many, and the pages in which they come.
//!
//! What is asked is typed. Only the properties by which an operation can filter exist
//! ([`crate::properties`]); each belongs to its entity, takes only its own kind of value, and every
//! value is escaped. What no page and no client was seen to ask cannot be written.
//!
//! A condition over machines is none over machine actions:
//!
//! ```compile_fail,E0308
//! use quell_model::odata::ListOptions;
//! use quell_model::{MachineAction, properties::machine};
//!
//! let _ = ListOptions::<MachineAction>::new().filter(machine::VERSION.eq("22H2"));
//! ```
//!
//! Tags have no order, and no property takes another's values:
//!
//! ```compile_fail,E0599
//! let _ = quell_model::properties::machine::MACHINE_TAGS.gt("lab");
//! ```
//!
//! ```compile_fail,E0277
//! use quell_model::{ActionStatus, properties::machine};
//!
//! let _ = machine::HEALTH_STATUS.eq(ActionStatus::Pending);
//! ```
//!
//! Indicators are listed without an order, a choice of properties or a count:
//!
//! ```compile_fail,E0277
//! use quell_model::{Indicator, odata::ListOptions};
//!
//! let _ = ListOptions::<Indicator>::new().count();
//! ```

mod arranged;
mod filter;
mod link;
mod list;
mod page;
mod top;
mod value;

pub use arranged::{Arranged, NotSelectable};
pub use filter::{Filter, Property};
pub use link::{ForeignLink, NextLink};
pub use list::{ListOptions, Order};
pub use page::ODataPage;
pub use top::{Top, TopTooLarge};
pub use value::{FilterValue, List, Ordered, Tags};
