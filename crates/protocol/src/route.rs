//! Where the messages go, below the server's base URL.
//!
//! All are `POST` with a JSON body of at most [`MAX_BODY`] bytes. They lie beside the public API
//! (`/api/…`), so that one address and one certificate serve both.

/// A machine asks to be enrolled; proved by the enrolment token in the body.
pub const ENROL: &str = "/quell/v1/device/enrol";
/// A machine holds a request open until there are orders; proved by an assertion.
pub const HOLD: &str = "/quell/v1/device/hold";
/// A machine reports on an action; proved by an assertion.
pub const REPORT: &str = "/quell/v1/device/report";
/// A machine says which files it has seen; proved by an assertion.
pub const INVENTORY: &str = "/quell/v1/device/inventory";

/// A machine changes its key; proved by an assertion of either.
pub const ROTATE: &str = "/quell/v1/device/rotate-key";

/// The longest body either side reads, in bytes.
pub const MAX_BODY: usize = 8 * 1024 * 1024;
/// The longest time that a server keeps a hold open, in seconds: below the idle time-outs of
/// common load balancers (60 s).
pub const MAX_HOLD_SECONDS: u32 = 50;
/// The most actions that a hold names as in progress; more are passed over.
pub const MAX_IN_PROGRESS: usize = 256;
/// The longest [`Life::nonce`](crate::Life::nonce), in characters.
pub const MAX_NONCE: usize = 64;
