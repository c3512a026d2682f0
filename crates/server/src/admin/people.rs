//! Persons: add, list, remove, passwords.

use quell_model::Timestamp;
use uuid::Uuid;

use super::applications::{check_name, check_scopes};
use super::{Admin, AdminError};
use crate::issuer::{MAX_PASSWORD, MIN_PASSWORD, hash_password};
use crate::secret::Secret;
use crate::store::People as _;
use crate::store::record::Person;

/// The longest name to sign in with, in characters.
const MAX_NAME: usize = 120;

/// A person to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// What he signs in with: the `requestor` of his actions.
    pub name: String,
    /// His name for people.
    pub display_name: String,
    /// What applications may do in his name, for instance `Machine.StopAndQuarantine`.
    pub scopes: Vec<String>,
}

/// A person as he is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSummary {
    /// What he signs in with.
    pub name: String,
    /// His name for people.
    pub display_name: String,
    /// His object id (`oid` in tokens).
    pub id: String,
    /// What applications may do in his name.
    pub scopes: Vec<String>,
    /// When he was added.
    pub created: Timestamp,
}

impl Admin {
    /// Adds a person with a password; none: one is made, and returned to be shown once.
    ///
    /// # Errors
    /// [`AdminError::PersonName`], [`AdminError::PersonTaken`], [`AdminError::UnknownScope`],
    /// [`AdminError::Password`], or when the store is not available.
    pub async fn add_person(
        &self,
        new: NewPerson,
        password: Option<&str>,
    ) -> Result<Option<Secret>, AdminError> {
        check_name(&new.display_name)?;
        check_scopes(&new.scopes)?;
        let name = sign_in_name(&new.name)?;
        let (hash, made) = hashed(password)?;
        let person = Person {
            tenant: self.tenant,
            id: Uuid::new_v4().to_string(),
            name: name.clone(),
            display_name: new.display_name,
            password: hash,
            scopes: new.scopes,
            created: self.clock.now(),
        };
        let by = self.by("server user add");
        match self.store.add_person(person, by).await? {
            true => Ok(made),
            false => Err(AdminError::PersonTaken(name)),
        }
    }

    /// The persons, by name.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn people(&self) -> Result<Vec<PersonSummary>, AdminError> {
        let kept = self.store.people(self.tenant).await?;
        Ok(kept.into_iter().map(summary).collect())
    }

    /// Removes a person, whose tokens are refused from now on. `false`: there was none.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn remove_person(&self, name: &str) -> Result<bool, AdminError> {
        let (by, now) = (self.by("server user remove"), self.clock.now());
        let removed = self.store.remove_person(self.tenant, name, by, now).await?;
        Ok(removed)
    }

    /// Gives a person another password, and ends whatever he is signed in to. `None` for the
    /// password: one is made, and returned to be shown once. `None` returned: there is no such person.
    ///
    /// # Errors
    /// [`AdminError::Password`], or when the store is not available.
    pub async fn set_password(
        &self,
        name: &str,
        password: Option<&str>,
    ) -> Result<Option<Option<Secret>>, AdminError> {
        let (hash, made) = hashed(password)?;
        let (by, now) = (self.by("server user passwd"), self.clock.now());
        let set = self
            .store
            .set_password(self.tenant, name, hash, by, now)
            .await?;
        Ok(set.then_some(made))
    }
}

fn hashed(password: Option<&str>) -> Result<(String, Option<Secret>), AdminError> {
    let Some(password) = password else {
        let made = Secret::generate()?;
        return Ok((hash_password(made.expose())?, Some(made)));
    };
    let long_enough = password.chars().count() >= MIN_PASSWORD;
    if !long_enough || password.len() > MAX_PASSWORD {
        return Err(AdminError::Password);
    }
    Ok((hash_password(password)?, None))
}

/// Names are compared in lower case, and kept so.
fn sign_in_name(name: &str) -> Result<String, AdminError> {
    let is_name = !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && !name
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace());
    match is_name {
        true => Ok(name.to_lowercase()),
        false => Err(AdminError::PersonName),
    }
}

fn summary(person: Person) -> PersonSummary {
    PersonSummary {
        name: person.name,
        display_name: person.display_name,
        id: person.id,
        scopes: person.scopes,
        created: person.created,
    }
}
