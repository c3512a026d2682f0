//! An application in a tenant: who asks.

use crate::BuildError;

/// An application (its client id) in a tenant (its id, or one of its domains).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Application {
    tenant: String,
    id: String,
}

impl Application {
    pub(crate) fn new(tenant: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            tenant: tenant.into(),
            id: id.into(),
        }
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// A tenant becomes part of a path, so it may hold nothing that has a meaning there.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let of_a_name =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let named = self.tenant.bytes().any(|byte| byte != b'.');
        if !named || !self.tenant.bytes().all(of_a_name) {
            return Err(BuildError::InvalidTenant);
        }
        if self.id.is_empty() {
            return Err(BuildError::MissingApplication);
        }
        if self.id.trim() != self.id || self.id.contains(char::is_control) {
            return Err(BuildError::InvalidApplication);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_cannot_change_the_path() {
        let check = |tenant: &str| Application::new(tenant, "app").check();
        for tenant in [
            "contoso.example",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779f",
            "common",
        ] {
            assert!(check(tenant).is_ok(), "{tenant}");
        }
        for tenant in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "\u{e4}"] {
            assert!(
                matches!(check(tenant), Err(BuildError::InvalidTenant)),
                "{tenant}"
            );
        }
    }

    #[test]
    fn a_missing_application_is_named() {
        let check = Application::new("t", "").check();
        assert!(matches!(check, Err(BuildError::MissingApplication)));
    }
}
