//! From the query string to the rows that SQLite finds.

mod agreement;
mod clients;
mod filters;
mod hostile;
mod options;
mod rows;
