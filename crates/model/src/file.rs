//! What an answer says of a file, whichever age of service gave it.

use serde_json::Value;

use crate::InOrgFileStats;

impl InOrgFileStats {
    /// On how many machines of the tenant the file was seen, as a number or as a text; `None` where
    /// the service says neither, or nothing that can be counted.
    #[must_use]
    pub fn machines_in_organization(&self) -> Option<u64> {
        let (number, text) = (self.organization_prevalence, self.org_prevalence.as_deref());
        count(number, text, self.extra.get("orgPrevalence"))
    }

    /// On how many machines of all customers the file was seen, in the same way.
    #[must_use]
    pub fn machines_globally(&self) -> Option<u64> {
        let (number, text) = (self.globally_prevalence, self.global_prevalence.as_deref());
        count(number, text, self.extra.get("globalPrevalence"))
    }
}

/// The number where there is one, else what the text says, or what stands in the text's place.
fn count(number: Option<i64>, text: Option<&str>, in_its_place: Option<&Value>) -> Option<u64> {
    let number = number.and_then(|number| u64::try_from(number).ok());
    let said = || text?.trim().parse().ok();
    number.or_else(said).or_else(|| in_its_place?.as_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(body: &str) -> InOrgFileStats {
        let sha1 = "\"sha1\":\"87662bc3d60e4200ceaf7aae249d1c343f4b83c9\"";
        serde_json::from_str(&format!("{{{sha1},{body}}}")).expect("statistics")
    }

    #[test]
    fn either_twin_is_read_and_the_number_counts_first() {
        let older = stats(r#""orgPrevalence":"3","globalPrevalence":"many""#);
        assert_eq!(older.machines_in_organization(), Some(3));
        assert_eq!(older.machines_globally(), None);
        let newer = stats(r#""organizationPrevalence":14850,"globallyPrevalence":"705012""#);
        assert_eq!(newer.machines_in_organization(), Some(14850));
        assert_eq!(newer.machines_globally(), Some(705_012));
        let both =
            stats(r#""orgPrevalence":"1","organizationPrevalence":2,"globallyPrevalence":-1"#);
        assert_eq!(both.machines_in_organization(), Some(2));
        assert_eq!(both.machines_globally(), None);
        let number_for_text = stats(r#""orgPrevalence":7,"globalPrevalence":-7"#);
        assert_eq!(number_for_text.machines_in_organization(), Some(7));
        assert_eq!(number_for_text.machines_globally(), None);
    }
}
