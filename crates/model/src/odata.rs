//! Collections: which entities, in which order, how many, and the pages in which they come.
//!
//! Filters are typed: only the properties that an operation can filter by exist
//! ([`crate::properties`]), each takes only its own kind of value, and every value is escaped.

mod filter;
mod link;
mod list;
mod page;

pub use filter::{Filter, FilterValue, Ordered, Property, Tags};
pub use link::{ForeignLink, NextLink};
pub use list::{ListOptions, Order};
pub use page::ODataPage;
