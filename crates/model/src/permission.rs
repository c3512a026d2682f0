//! Permissions of the service's resource application.

use crate::generated::permissions::PERMISSIONS;
use crate::operation::Holder;

/// A permission as an administrator grants it.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermissionInfo {
    /// The value in a token, such as `Machine.StopAndQuarantine`; never translated.
    pub value: &'static str,
    /// Who can hold it.
    pub holder: Holder,
    /// The GUID of the role or the scope.
    pub id: &'static str,
    /// Names shown to people: language (`en`, `sv`, `nl`, `fr`, `zh`) and name, English first.
    pub names: &'static [(&'static str, &'static str)],
}

impl PermissionInfo {
    /// Looks a permission up by its value in a token.
    #[must_use]
    pub fn find(holder: Holder, value: &str) -> Option<&'static Self> {
        PERMISSIONS
            .iter()
            .find(|one| one.holder == holder && one.value == value)
    }

    /// The name shown in a language, in English where there is none.
    #[must_use]
    pub fn display_name(&self, language: &str) -> &'static str {
        let in_language = self.names.iter().find(|(known, _)| *known == language);
        in_language
            .or(self.names.first())
            .map_or(self.value, |(_, name)| name)
    }
}
