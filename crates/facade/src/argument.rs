//! What methods accept: the typed value, or text that is read as one.

use quell_model::{
    ActionId, Comment, EmptyComment, IndicatorId, InvalidId, Machine, MachineAction, MachineId,
    ParseSha1Error, Sha1,
};

use crate::Placed;

/// An argument that stands for a `T`: a `T` itself, text, or an entity that has one.
///
/// Text is read when the call is made; what is wrong with it is the source of an
/// error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput), and nothing is sent.
///
/// ```
/// use quell::{Argument, Sha1};
///
/// let sha1: Sha1 = "5382F7EA6C6FFB9D63CD9C0A7D6D0B8B6CE5C4A1".read()?;
/// assert_eq!(sha1.to_string(), "5382f7ea6c6ffb9d63cd9c0a7d6d0b8b6ce5c4a1");
/// # Ok::<(), quell::InvalidArgument>(())
/// ```
pub trait Argument<T>: Send {
    /// The value.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`] if it is none.
    fn read(self) -> Result<T, InvalidArgument>;
}

/// An argument that the API would not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidArgument {
    /// Not a SHA-1.
    #[error(transparent)]
    Sha1(#[from] ParseSha1Error),
    /// Not a comment.
    #[error(transparent)]
    Comment(#[from] EmptyComment),
    /// Not an id.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// An action that says of no file that it took it from a machine.
    #[error("the action does not say which file it took from which machine")]
    TakesNothing,
}

macro_rules! readable {
    ($($type:ty),*) => {$(
        impl Argument<$type> for $type {
            fn read(self) -> Result<$type, InvalidArgument> {
                Ok(self)
            }
        }

        impl Argument<$type> for &$type {
            fn read(self) -> Result<$type, InvalidArgument> {
                Ok(self.clone())
            }
        }

        impl Argument<$type> for &str {
            fn read(self) -> Result<$type, InvalidArgument> {
                Ok(self.parse()?)
            }
        }

        impl Argument<$type> for String {
            fn read(self) -> Result<$type, InvalidArgument> {
                Ok(self.parse()?)
            }
        }

        impl Argument<$type> for &String {
            fn read(self) -> Result<$type, InvalidArgument> {
                Ok(self.parse()?)
            }
        }
    )*};
}

readable!(Sha1, Comment, MachineId, ActionId, IndicatorId);

impl Argument<MachineId> for &Machine {
    fn read(self) -> Result<MachineId, InvalidArgument> {
        Ok(self.id.clone())
    }
}

impl Argument<ActionId> for &Placed {
    fn read(self) -> Result<ActionId, InvalidArgument> {
        Ok(self.id().clone())
    }
}

impl Argument<ActionId> for &MachineAction {
    fn read(self) -> Result<ActionId, InvalidArgument> {
        Ok(self.id.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_hash_is_said() {
        let md5 = "d41d8cd98f00b204e9800998ecf8427e";
        let error = Argument::<Sha1>::read(md5).unwrap_err();
        assert!(error.to_string().contains("MD5"), "{error}");
    }

    #[test]
    fn blank_comments_and_paths_are_refused() {
        assert!(Argument::<Comment>::read(" ").is_err());
        assert!(Argument::<MachineId>::read("..").is_err());
        assert!(Argument::<ActionId>::read(String::new()).is_err());
    }
}
