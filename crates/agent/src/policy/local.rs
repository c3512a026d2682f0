//! The policy while the agent runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::file::PolicyFileError;
use super::refusal::Refusal;
use super::{DEFAULT_PATH, Policy};
use crate::causes::WithCauses;

/// What holds at this moment.
#[derive(Debug, Clone)]
pub enum Rule {
    /// A policy.
    Holds(Arc<Policy>),
    /// There is one that cannot be relied on, so nothing is carried out; why.
    Unreliable(Arc<str>),
}

impl Rule {
    /// The policy that an order is carried out under.
    ///
    /// # Errors
    /// [`Refusal::Unreliable`] when there is none.
    pub fn policy(&self) -> Result<&Arc<Policy>, Refusal> {
        match self {
            Self::Holds(policy) => Ok(policy),
            Self::Unreliable(why) => Err(Refusal::Unreliable(why.to_string())),
        }
    }
}

/// The policy of this machine; it may be read anew at any time.
#[derive(Debug)]
pub struct LocalPolicy {
    file: PolicyFile,
    rule: RwLock<Rule>,
}

/// Where the policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PolicyFile {
    /// Somebody named it: it must be there.
    Named(PathBuf),
    /// Where it usually is, if it is there.
    Usual(PathBuf),
    /// There is none.
    None,
}

impl LocalPolicy {
    /// This policy, and no file.
    #[must_use]
    pub fn fixed(policy: Policy) -> Self {
        Self {
            file: PolicyFile::None,
            rule: RwLock::new(Rule::Holds(Arc::new(policy))),
        }
    }

    /// Reads the policy from the named file, or from the usual one if it is there. When it cannot
    /// be relied on nothing is carried out until it is read anew and can be.
    #[must_use]
    pub fn open(named: Option<&Path>) -> Self {
        let file = match named {
            Some(named) => PolicyFile::Named(named.to_owned()),
            None => PolicyFile::Usual(DEFAULT_PATH.into()),
        };
        let rule = match file.read() {
            Ok(policy) => Rule::Holds(Arc::new(policy)),
            Err(error) => Rule::Unreliable(WithCauses(&error).to_string().into()),
        };
        Self {
            file,
            rule: RwLock::new(rule),
        }
    }

    /// The file that it comes from, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.file {
            PolicyFile::Named(path) => Some(path),
            PolicyFile::Usual(path) => Some(path.as_path()).filter(|path| path.exists()),
            PolicyFile::None => None,
        }
    }

    /// What holds now.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads the file anew. When it cannot be relied on the policy stays as it was.
    ///
    /// # Errors
    /// Why it stays as it was.
    pub fn reload(&self) -> Result<Arc<Policy>, PolicyFileError> {
        if self.file == PolicyFile::None
            && let Rule::Holds(policy) = self.rule()
        {
            return Ok(policy);
        }
        let policy = Arc::new(self.file.read()?);
        let rule = Rule::Holds(Arc::clone(&policy));
        *self.rule.write().unwrap_or_else(PoisonError::into_inner) = rule;
        Ok(policy)
    }
}

impl PolicyFile {
    fn read(&self) -> Result<Policy, PolicyFileError> {
        match self {
            Self::Named(path) => Policy::read(path),
            Self::Usual(path) => match Policy::read(path) {
                Err(error) if error.is_absent() => Ok(Policy::default()),
                read => read,
            },
            Self::None => Ok(Policy::default()),
        }
    }
}
