//! What a store keeps, table by table: every method of the store, written once over the
//! [seam](super::database).

pub(super) mod directory;
