//! One spelling for one value: JSON by RFC 8785, of a part of JSON that leaves nothing to choose.
//!
//! The rule, whole:
//! - A value is an object, a list, a text, `true`, `false`, or a whole number from −(2⁵³−1) to
//!   2⁵³−1. There is no `null` (what is absent is left out) and no fraction.
//! - The names of an object are ASCII letters and digits, each once, in the order of their bytes.
//! - Nothing stands between two tokens.
//! - In a text `"` and `\` are preceded by `\`; backspace, tab, line feed, form feed and carriage
//!   return are `\b \t \n \f \r`; every other character below U+0020 is `\u00` and two digits in
//!   lower case; everything else is itself, in UTF-8.
//!
//! On these values RFC 8785 says the same, so that any implementation of it writes the same bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// The greatest number that every reader of JSON reads exactly.
const MAX_SAFE: i64 = (1 << 53) - 1;
/// The longest text of an entry in bytes. What is longer is cut, and ends with `…`.
pub const MAX_TEXT: usize = 1024;

/// A value that has one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A text.
    Text(String),
    /// A whole number that every reader reads exactly.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Values in their order.
    List(Vec<Self>),
    /// Values with names.
    Object(Fields),
}

impl Tree {
    /// A text, cut if it is longer than [`MAX_TEXT`].
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(bounded(text.as_ref()))
    }

    /// A number; as a text when it is too great to be read exactly.
    #[must_use]
    pub fn number(number: u64) -> Self {
        match i64::try_from(number) {
            Ok(small) if small <= MAX_SAFE => Self::Number(small),
            _ => Self::Text(number.to_string()),
        }
    }

    /// A list of texts.
    #[must_use]
    pub fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => write_text(text, out),
            Self::Number(number) => {
                let _ = write!(out, "{number}");
            }
            Self::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => fields.write(out),
        }
    }
}

impl From<bool> for Tree {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i32> for Tree {
    fn from(number: i32) -> Self {
        Self::Number(i64::from(number))
    }
}

/// An object being made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<Cow<'static, str>, Tree>);

impl Fields {
    /// Adds a value. `name` has ASCII letters and digits alone.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Tree>) -> Self {
        debug_assert!(is_name(name), "{name:?} is no name");
        self.0.insert(Cow::Borrowed(name), value.into());
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &'static str, text: impl AsRef<str>) -> Self {
        self.with(name, Tree::text(text))
    }

    /// Adds a value if there is one.
    #[must_use]
    pub fn maybe(self, name: &'static str, value: Option<Tree>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Whether it has no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The canonical spelling.
    #[must_use]
    pub fn spelled(&self) -> String {
        let mut out = String::with_capacity(512);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_text(name, out);
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }
}

impl From<Fields> for Tree {
    fn from(fields: Fields) -> Self {
        Self::Object(fields)
    }
}

/// The canonical spelling of what some JSON says; `None` when it is no object of the values that
/// have one.
#[must_use]
pub fn respelled(json: &str) -> Option<String> {
    match serde_json::from_str(json) {
        Ok(Tree::Object(fields)) => Some(fields.spelled()),
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn bounded(text: &str) -> String {
    const CUT: &str = "…";
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let room = MAX_TEXT - CUT.len();
    text.chars()
        .scan(0, |end, character| {
            *end += character.len_utf8();
            (*end <= room).then_some(character)
        })
        .chain(CUT.chars())
        .collect()
}

/// Almost no text has a character that is not itself: what stands between two is written at once.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = text;
    while let Some((place, character)) = plain.char_indices().find(|(_, one)| is_escaped(*one)) {
        let (before, rest) = plain.split_at(place);
        out.push_str(before);
        write_escape(character, out);
        plain = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    out.push_str(plain);
    out.push('"');
}

const fn is_escaped(character: char) -> bool {
    matches!(character, '"' | '\\' | '\0'..='\u{1f}')
}

fn write_escape(character: char, out: &mut String) {
    match character {
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        control if control < ' ' => {
            let _ = write!(out, "\\u{:04x}", u32::from(control));
        }
        itself => out.extend(['\\', itself]),
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that has one spelling")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Tree, E> {
        match number.unsigned_abs() <= MAX_SAFE.unsigned_abs() {
            true => Ok(Tree::Number(number)),
            false => Err(E::custom("the number is too great")),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Tree, E> {
        let number = i64::try_from(number).map_err(|_| E::custom("the number is too great"))?;
        self.visit_i64(number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = entries.next_entry::<String, Tree>()? {
            if !is_name(&name) {
                return Err(A::Error::custom("a name has more than letters and digits"));
            }
            if fields.insert(Cow::Owned(name), value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Tree::Object(Fields(fields)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_in_order_and_nothing_stands_between() {
        let fields = Fields::default()
            .with("b", Tree::texts(["x", "y"]))
            .with("a", Tree::number(7))
            .with("Z", true)
            .with("c", Tree::from(Fields::default().with("n", -3)));
        assert_eq!(
            fields.spelled(),
            r#"{"Z":true,"a":7,"b":["x","y"],"c":{"n":-3}}"#
        );
    }

    #[test]
    fn text_is_spelled_as_rfc_8785_says() {
        let text = "€$\u{f}\nA'B\"\\\\\"/\u{8}\t\u{c}\r\u{7f}\u{1f600}";
        assert_eq!(
            Fields::default().text("t", text).spelled(),
            "{\"t\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\t\\f\\r\u{7f}\u{1f600}\"}"
        );
    }

    #[test]
    fn other_spellings_of_the_same_are_brought_back() {
        assert_eq!(
            respelled("{ \"b\" : \"\\u0041\", \"a\":[ 1 , 0]}\n").as_deref(),
            Some(r#"{"a":[1,0],"b":"A"}"#)
        );
    }

    #[test]
    fn what_has_no_one_spelling_is_refused() {
        for bad in [
            "",
            "7",
            "[]",
            "null",
            r#"{"a":null}"#,
            r#"{"a":1.5}"#,
            r#"{"a":1e3}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":18446744073709551615}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"ä":1}"#,
            r#"{"":1}"#,
            r#"{"a":1} x"#,
        ] {
            assert_eq!(respelled(bad), None, "{bad}");
        }
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(respelled(&format!("{{\"a\":{deep}}}")), None);
    }

    #[test]
    fn great_numbers_are_texts_and_long_texts_are_cut() {
        let fields = Fields::default()
            .with("n", Tree::number(u64::MAX))
            .text("t", "ä".repeat(MAX_TEXT));
        let spelled = fields.spelled();
        assert!(spelled.starts_with(r#"{"n":"18446744073709551615","t":"ä"#));
        assert!(spelled.ends_with("ä…\"}"));
        assert!(spelled.len() < MAX_TEXT + 50);
    }

    fn tree() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            ".{0,12}".prop_map(Tree::Text),
            "[\\x00-\\x20\"\\\\]{0,6}".prop_map(Tree::Text),
            (-MAX_SAFE..=MAX_SAFE).prop_map(Tree::Number),
            any::<bool>().prop_map(Tree::Flag),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
                prop::collection::btree_map("[a-zA-Z0-9]{1,5}", inner, 0..4)
                    .prop_map(|fields| Tree::Object(named(fields))),
            ]
        })
    }

    fn named(fields: BTreeMap<String, Tree>) -> Fields {
        let owned = fields.into_iter();
        Fields(owned.map(|(name, value)| (name.into(), value)).collect())
    }

    proptest! {
        #[test]
        fn spelling_is_read_back_and_spelled_the_same(
            fields in prop::collection::btree_map("[a-zA-Z0-9]{1,5}", tree(), 0..5)
        ) {
            let fields = named(fields);
            let spelled = fields.spelled();
            let read: Tree = serde_json::from_str(&spelled).unwrap();
            prop_assert_eq!(read, Tree::Object(fields));
            prop_assert_eq!(respelled(&spelled), Some(spelled));
        }
    }
}
