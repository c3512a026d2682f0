//! A network, a service and a backlog of calls in virtual time.

mod client;
mod random;
mod service;

pub(crate) use client::{Backlog, Fates, Report};
pub(crate) use random::{Delay, Random};
pub(crate) use service::{Kind, Neighbor, Service};
