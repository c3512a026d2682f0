#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod confirm;
mod exit;
mod failure;
mod interrupt;
pub mod lifeline;
pub mod log;
pub mod output;
mod printable;
mod span;
mod table;

pub use confirm::{Consent, Question};
pub use exit::Exit;
pub use failure::{Failure, finish};
pub use interrupt::Interrupt;
pub use output::{Format, FormatFlag};
pub use printable::printable;
pub use span::{NoSpan, Span};
pub use table::Table;
