//! Every credential against an authority that checks what it is asked with.

// What has more than test functions in it says that it is test code, or it would be linted as
// production code.
#[cfg(test)]
mod authority;
#[cfg(test)]
#[cfg(feature = "certificate")]
mod certificate;
#[cfg(test)]
mod device;
#[cfg(test)]
mod managed;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod secrecy;
mod secret;
#[cfg(test)]
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod socket;
#[cfg(test)]
mod workload;
