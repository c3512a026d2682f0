//! A value and who said it, so that people can be told.

/// A value, and by what it was given: an option, a variable, a key of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told<T> {
    /// The value.
    pub(crate) value: T,
    /// For instance `--region`, `AZURE_CLIENT_ID`, `profile own`.
    pub(crate) by: String,
}

impl<T> Told<T> {
    /// The value that this gave.
    pub(crate) fn new(value: T, by: impl Into<String>) -> Self {
        Self {
            value,
            by: by.into(),
        }
    }

    /// What holds when nobody says anything.
    pub(crate) fn default(value: T) -> Self {
        Self::new(value, "default")
    }

    /// The same in other words.
    pub(crate) fn map<U>(self, other: impl FnOnce(T) -> U) -> Told<U> {
        Told::new(other(self.value), self.by)
    }

    /// The same in other words, if there are some.
    pub(crate) fn try_map<U, E>(self, other: impl FnOnce(T) -> Result<U, E>) -> Result<Told<U>, E> {
        Ok(Told::new(other(self.value)?, self.by))
    }
}
