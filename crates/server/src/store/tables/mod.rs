//! What a store keeps, table by table: every method of the store, written once over the
//! [seam](super::database).

mod actions;
mod addresses;
mod calls;
mod device_codes;
mod directory;
mod enrolment;
mod external_issuers;
mod fleet;
mod indicators;
mod inventory;
mod keys;
mod listing;
mod orders;
mod people;
mod revocation;
mod scopes;
mod sign_ins;
mod sweep;
mod tags;
mod trail;
mod vitals;
