//! The lines of an export: one JSON document each, with one of four names.

use serde::{Deserialize, Serialize};

use crate::core::TenantId;
use crate::core::audit::{Checkpoint, Hash, Head, Link, Signed, Tree, Written};
use crate::store::record::KeptEntry;

/// A line of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Whose trail follows, and after which entry it begins.
    From(TenantId, Link),
    /// That the trail begins there is signed.
    Checkpoint(Signed<Checkpoint>),
    /// An entry, spelled as it was chained or in another way.
    Entry(String, Hash),
    /// What was signed of the entries before.
    Head(Signed<Head>),
}

#[derive(Serialize, Deserialize)]
struct WrittenFrom {
    tenant: String,
    sequence: u64,
    hash: String,
}

#[derive(Default, Serialize, Deserialize)]
struct WrittenLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<WrittenFrom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Written>,
    // Not as any JSON: a name that stands twice is to be seen, and not the last of the two taken.
    #[serde(skip_serializing)]
    entry: Option<Tree>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Written>,
}

const BEFORE_ENTRY: &str = "{\"entry\":";
const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}";

impl Line {
    /// The line of an entry. Its JSON stands in the line as it was chained.
    #[must_use]
    pub fn of_entry(kept: &KeptEntry) -> String {
        let (entry, hash) = (&kept.entry, kept.hash);
        format!("{BEFORE_ENTRY}{entry}{BEFORE_HASH}{hash}{AFTER_HASH}")
    }

    /// The line, without its end.
    #[must_use]
    pub fn write(&self) -> String {
        let mut line = WrittenLine::default();
        match self {
            Self::Entry(entry, hash) => {
                return format!("{BEFORE_ENTRY}{entry}{BEFORE_HASH}{hash}{AFTER_HASH}");
            }
            Self::From(tenant, link) => {
                line.from = Some(WrittenFrom {
                    tenant: tenant.to_string(),
                    sequence: link.sequence,
                    hash: link.hash.to_string(),
                });
            }
            Self::Checkpoint(signed) => line.checkpoint = Some((*signed).into()),
            Self::Head(signed) => line.head = Some((*signed).into()),
        }
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads a line; `None` when it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(entry) = Self::as_written(text) {
            return Some(entry);
        }
        let line: WrittenLine = serde_json::from_str(text).ok()?;
        if let (Some(Tree::Object(entry)), Some(hash)) = (line.entry, line.hash) {
            return Some(Self::Entry(entry.spelled(), Hash::from_hex(&hash)?));
        }
        if let Some(from) = line.from {
            let link = Link {
                sequence: from.sequence,
                hash: Hash::from_hex(&from.hash)?,
            };
            return Some(Self::From(from.tenant.parse().ok()?, link));
        }
        if let Some(head) = line.head {
            return Signed::try_from(&head).ok().map(Self::Head);
        }
        Signed::try_from(&line.checkpoint?)
            .ok()
            .map(Self::Checkpoint)
    }

    /// An entry that nobody has touched is not taken apart: that is what makes a million of them
    /// a matter of seconds.
    fn as_written(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(BEFORE_ENTRY)?.strip_suffix(AFTER_HASH)?;
        let (entry, hash) = rest.rsplit_once(BEFORE_HASH)?;
        Some(Self::Entry(entry.to_owned(), Hash::from_hex(hash)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let tenant = TenantId::fresh();
        let start = Link::start(tenant);
        for line in [
            Line::From(tenant, start),
            Line::Entry(r#"{"a":"},\"hash\":\""}"#.to_owned(), start.hash),
        ] {
            assert_eq!(Line::read(&line.write()), Some(line));
        }
    }

    #[test]
    fn entry_in_another_spelling_is_read_too() {
        let hash = "ab".repeat(32);
        let line = format!("{{ \"hash\": \"{hash}\", \"entry\": {{\"b\": 1, \"a\": 2}} }}");
        let expected = Line::Entry(
            r#"{"a":2,"b":1}"#.to_owned(),
            Hash::from_hex(&hash).unwrap(),
        );
        assert_eq!(Line::read(&line), Some(expected));
    }

    #[test]
    fn what_is_no_line_is_none() {
        for bad in [
            "",
            "{}",
            "{\"entry\":{}}",
            "{\"entry\":{},\"hash\":\"ab\"}",
            "[]",
            "{\"head\":{}}",
            "{ \"entry\": {\"deed\": \"Forged\", \"deed\": \"ActionTaken\"}, \"hash\": \"abababababababababababababababababababababababababababababababab\" }",
            "{ \"entry\": {\"name\": \"\\ud800\"}, \"hash\": \"abababababababababababababababababababababababababababababababab\" }",
        ] {
            assert_eq!(Line::read(bad), None, "{bad}");
        }
    }
}
