//! The endpoints among which a choice is made.

use std::sync::Arc;

use crate::Endpoint;

/// One endpoint that would do, and what people call it.
///
/// ```
/// use quell_transport::nearest::Candidate;
///
/// let endpoint = "https://api-eu.securitycenter.microsoft.com".parse()?;
/// let europe = Candidate::new("commercial", "eu", endpoint);
/// assert_eq!(europe.name(), "eu");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    cloud: String,
    name: String,
    endpoint: Endpoint,
}

impl Candidate {
    /// An endpoint of this cloud under this name.
    ///
    /// The cloud is any text; it only keeps what must not mix apart.
    #[must_use]
    pub fn new(cloud: impl Into<String>, name: impl Into<String>, endpoint: Endpoint) -> Self {
        Self {
            cloud: cloud.into(),
            name: name.into(),
            endpoint,
        }
    }

    /// The cloud that it belongs to.
    #[must_use]
    pub fn cloud(&self) -> &str {
        &self.cloud
    }

    /// Its name, for instance a region's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// Several endpoints of one cloud, any of which may be used.
///
/// The first is *home*: the one that is used until something is known, and when
/// nothing can be. Clones share the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates(Arc<List>);

#[derive(Debug, PartialEq, Eq)]
struct List {
    home: Candidate,
    others: Vec<Candidate>,
}

/// Why endpoints are no [`Candidates`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CandidatesError {
    /// Two clouds: a tenant lives in one, and credentials of one are none of the other's business.
    #[error("`{name}` is of the cloud `{found}`, the others are of `{expected}`")]
    MixedClouds {
        /// The candidate that does not belong.
        name: String,
        /// Its cloud.
        found: String,
        /// The cloud of the first candidate.
        expected: String,
    },
    /// A name stands for two endpoints.
    #[error("the name `{0}` is used twice")]
    DuplicateName(String),
    /// More endpoints than anyone should connect to at once.
    #[error("more than {MOST} endpoints")]
    TooMany,
}

/// The documented regions are fewer than ten.
const MOST: usize = 32;

impl Candidates {
    /// One of them may be used: `home` at first.
    ///
    /// # Errors
    ///
    /// If they are of different clouds, share a name, or are more than 32.
    pub fn new(
        home: Candidate,
        others: impl IntoIterator<Item = Candidate>,
    ) -> Result<Self, CandidatesError> {
        let mut list = List {
            home,
            others: Vec::new(),
        };
        for other in others {
            list.admit(other)?;
        }
        Ok(Self(Arc::new(list)))
    }

    /// This one and no other, whatever happens to it: someone has named a region,
    /// and data that must stay there does not leave because a connection failed.
    #[must_use]
    pub fn only(named: Candidate) -> Self {
        Self(Arc::new(List {
            home: named,
            others: Vec::new(),
        }))
    }

    /// All of them, home first.
    pub fn iter(&self) -> impl Iterator<Item = &Candidate> {
        std::iter::once(&self.0.home).chain(&self.0.others)
    }

    pub(super) fn len(&self) -> usize {
        1 + self.0.others.len()
    }

    /// The candidate at this position of the list; home, if there is none.
    pub(super) fn at(&self, position: usize) -> &Candidate {
        let other = position.checked_sub(1).and_then(|at| self.0.others.get(at));
        other.unwrap_or(&self.0.home)
    }
}

impl List {
    fn admit(&mut self, other: Candidate) -> Result<(), CandidatesError> {
        if other.cloud != self.home.cloud {
            return Err(CandidatesError::MixedClouds {
                name: other.name,
                found: other.cloud,
                expected: self.home.cloud.clone(),
            });
        }
        let mut known = std::iter::once(&self.home).chain(&self.others);
        if known.any(|known| known.name == other.name) {
            return Err(CandidatesError::DuplicateName(other.name));
        }
        self.others.push(other);
        if self.others.len() < MOST {
            Ok(())
        } else {
            Err(CandidatesError::TooMany)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(cloud: &str, name: &str) -> Candidate {
        let endpoint = format!("https://{name}.example").parse().unwrap();
        Candidate::new(cloud, name, endpoint)
    }

    #[test]
    fn a_government_cloud_is_no_candidate_for_a_commercial_tenant() {
        let mixed = Candidates::new(candidate("commercial", "global"), [candidate("dod", "gov")]);
        assert_eq!(
            mixed.unwrap_err().to_string(),
            "`gov` is of the cloud `dod`, the others are of `commercial`"
        );
    }

    #[test]
    fn names_are_unique_and_few() {
        let twice = Candidates::new(candidate("c", "eu"), [candidate("c", "eu")]);
        assert_eq!(twice, Err(CandidatesError::DuplicateName("eu".to_owned())));
        let many = (0..MOST).map(|number| candidate("c", &format!("r{number}")));
        let many = Candidates::new(candidate("c", "home"), many);
        assert_eq!(many, Err(CandidatesError::TooMany));
    }
}
