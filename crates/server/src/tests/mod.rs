//! The server as its clients and its machines see it, in one process and without sockets.

mod audit;
mod cancel;
mod description;
mod device;
mod enrolment;
mod failures;
mod finding;
mod hold;
mod hostile;
mod indicators;
mod key_rotation;
mod lab;
mod limits;
mod lists;
mod paging;
mod permissions;
mod queries;
mod quirks;
mod refusals;
mod replicas;
mod stop;
mod token_attacks;
mod token_endpoint;
mod wire;
mod world;
