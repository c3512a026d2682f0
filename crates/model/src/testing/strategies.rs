//! Values of every kind, for property tests.
