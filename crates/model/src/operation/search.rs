//! Finding machines by what is known of them.

use std::net::IpAddr;

use super::{Operation, OperationInfo, RequestParts};
use crate::odata::ODataPage;
use crate::{Machine, Timestamp, operations, percent};

/// Lists the machines that had an internal address within a quarter of an hour of a moment.
///
/// The service refuses a moment more than thirty days ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindMachinesByIp {
    ip: IpAddr,
    at: Timestamp,
}

impl FindMachinesByIp {
    /// Asks who had this address at this moment.
    #[must_use]
    pub const fn new(ip: IpAddr, at: Timestamp) -> Self {
        Self { ip, at }
    }
}

impl Operation for FindMachinesByIp {
    type Output = ODataPage<Machine>;
    const INFO: &'static OperationInfo = &operations::FIND_MACHINES_BY_IP;

    /// Neither an address nor a moment can hold what would end the path or the text in it.
    fn encode(&self) -> RequestParts {
        let Self { ip, at } = self;
        let path = format!("/api/machines/findbyip(ip='{ip}',timestamp={at})");
        RequestParts::get(path, None)
    }
}

/// Lists the machines that have a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindMachinesByTag {
    tag: String,
    is_prefix: bool,
}

impl FindMachinesByTag {
    /// Asks for machines with exactly this tag.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self {
            tag: tag.into(),
            is_prefix: false,
        }
    }

    /// Asks for machines with a tag that begins so.
    #[must_use]
    pub fn starting_with(prefix: impl Into<String>) -> Self {
        Self {
            tag: prefix.into(),
            is_prefix: true,
        }
    }
}

impl Operation for FindMachinesByTag {
    type Output = ODataPage<Machine>;
    const INFO: &'static OperationInfo = &operations::FIND_MACHINES_BY_TAG;

    fn encode(&self) -> RequestParts {
        let tag = percent::encode(&self.tag);
        let query = format!("tag={tag}&useStartsWithFilter={}", self.is_prefix);
        RequestParts::get("/api/machines/findbytag".to_owned(), Some(query))
    }
}
