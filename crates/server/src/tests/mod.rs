//! The server as its clients and its machines see it, in one process and without sockets.

mod cancel;
mod device;
mod enrolment;
mod failures;
mod hold;
mod hostile;
mod limits;
mod lists;
mod refusals;
mod stop;
mod token_attacks;
mod token_endpoint;
mod world;
