//! What is generated from `docs/api`.

pub(crate) mod routes;
