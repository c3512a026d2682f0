//! What is generated from `docs/api`.

pub(crate) mod readings;
pub(crate) mod routes;
