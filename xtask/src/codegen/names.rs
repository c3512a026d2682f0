//! Names of the wire as names of Rust.

use proc_macro2::{Ident, Span};

/// The words of a name: `errorHResult` is error, H, Result; `IEEE80211` is one word.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for (index, &letter) in letters.iter().enumerate() {
        let after = letters.get(index + 1).copied().unwrap_or('_');
        match words.last_mut() {
            _ if !letter.is_alphanumeric() => {}
            Some(word) if !starts_word(before, letter, after) => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        before = letter;
    }
    words
}

/// Whether a letter between these two begins a word.
fn starts_word(before: char, letter: char, after: char) -> bool {
    let ends_capitals = before.is_uppercase() && after.is_lowercase();
    let follows_small = before.is_lowercase() || before.is_ascii_digit();
    !before.is_alphanumeric() || (letter.is_uppercase() && (follows_small || ends_capitals))
}

/// A type, a variant: `invalid_request` is `InvalidRequest`, `MCAS` is `Mcas`.
pub(super) fn upper_camel(name: &str) -> String {
    let capital = |word: String| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first
            .into_iter()
            .chain(letters.map(|letter| letter.to_ascii_lowercase()))
            .collect::<String>()
    };
    words(name).into_iter().map(capital).collect()
}

/// A field, a function: `lastUpdateDateTimeUtc` is `last_update_date_time_utc`.
pub(super) fn snake(name: &str) -> String {
    let name = match name {
        // A word that Rust keeps for itself.
        "type" => "kind",
        other => other,
    };
    words(name).join("_").to_lowercase()
}

/// A constant.
pub(super) fn screaming(name: &str) -> String {
    snake(name).to_uppercase()
}

pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_rust_names() {
        assert_eq!(snake("lastUpdateDateTimeUtc"), "last_update_date_time_utc");
        assert_eq!(snake("@odata.context"), "odata_context");
        assert_eq!(snake("errorHResult"), "error_h_result");
        assert_eq!(snake("osBuild"), "os_build");
        assert_eq!(snake("Sha1"), "sha1");
        assert_eq!(snake("type"), "kind");
        assert_eq!(
            screaming("stopAndQuarantineFile"),
            "STOP_AND_QUARANTINE_FILE"
        );
    }

    #[test]
    fn wire_values_become_variants() {
        assert_eq!(
            upper_camel("StopAndQuarantineFile"),
            "StopAndQuarantineFile"
        );
        assert_eq!(upper_camel("MCAS"), "Mcas");
        assert_eq!(upper_camel("IEEE80211"), "Ieee80211");
        assert_eq!(upper_camel("invalid_request"), "InvalidRequest");
        assert_eq!(upper_camel("issueTokenV2ByGet"), "IssueTokenV2ByGet");
        assert_eq!(upper_camel("RunPowerShell"), "RunPowerShell");
        assert_eq!(upper_camel("gcc-high"), "GccHigh");
    }
}
