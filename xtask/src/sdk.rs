//! The crates that strangers add to their own `Cargo.toml`.

/// Bottom floor first: the order in which they are published. Each builds alone and bare, has its public
/// API listed in `api/`, and packs into a tarball that needs nothing of this repository.
pub(crate) const CRATES: [&str; 5] = [
    "quell-model",
    "quell-ratelimit",
    "quell-transport",
    "quell-state",
    "quell",
];
