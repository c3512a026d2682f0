//! For the tests of those who build on this crate: the laws that its readers keep, as functions over
//! any bytes (feature `testing`), and values of every kind (feature `proptest`).

#[cfg(feature = "testing")]
pub mod laws;
#[cfg(feature = "proptest")]
pub mod strategies;
