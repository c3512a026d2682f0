//! The SDK against a tenant that says what each test wants, in virtual time.

mod authentication;
mod counting;
mod naming;
mod repetition;
mod throttling;
mod types;
mod waiting;

// What has more than test functions in it says that it is test code, or it would be linted as
// production code.
#[cfg(test)]
mod check;
#[cfg(test)]
mod doubt;
mod dropping;
#[cfg(test)]
#[cfg(feature = "extension")]
mod extension;
#[cfg(test)]
mod interaction;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod losses;
#[cfg(test)]
mod placement;
#[cfg(test)]
#[cfg(feature = "nearest")]
mod regions;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod surface;
#[cfg(test)]
mod tenant;
#[cfg(test)]
mod watching;
