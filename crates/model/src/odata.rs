//! OData.

use std::marker::PhantomData;

/// A property that filters may name.
#[derive(Debug)]
pub struct Property<R, V> {
    name: &'static str,
    of: PhantomData<fn() -> (R, V)>,
}

impl<R, V> Property<R, V> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            of: PhantomData,
        }
    }
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// A list of strings.
#[derive(Debug)]
pub enum Tags {}
