//! One page of a collection.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::NextLink;
use crate::Extra;
use crate::wire::{self, Names};

/// One page of a collection of `T`.
///
/// It is read as leniently as an entity, but for `value` and the link: without either a part of the
/// collection would be missing, and nobody would know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ODataPage<T> {
    /// `@odata.context`: where the service describes the collection.
    pub context: Option<String>,
    /// `@odata.count`: how many there are in all, where that was asked.
    pub count: Option<u64>,
    /// `value`: the entities of this page.
    pub value: Vec<T>,
    /// `@odata.nextLink`: where the next page is; none after the last one, and none where `$top` was
    /// asked.
    pub next_link: Option<NextLink>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl<T> ODataPage<T> {
    /// A page of these entities, and nothing else said.
    #[must_use]
    pub fn new(value: Vec<T>) -> Self {
        Self {
            context: None,
            count: None,
            value,
            next_link: None,
            extra: Extra::new(),
        }
    }
}

const NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("@odata.count", "@odata.count"),
    ("value", "value"),
    ("@odata.nextLink", "@odata.nextLink"),
]);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ODataPage<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PageVisitor(PhantomData))
    }
}

struct PageVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
    type Value = ODataPage<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of a collection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut context, mut count, mut next_link) = (None, None, None);
        let mut value = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut context)?,
                "@odata.count" => wire::fill(&mut object, &mut extra, name, &mut count)?,
                "@odata.nextLink" => wire::insist(&mut object, &name, &mut next_link)?,
                "value" if value.is_some() => return Err(A::Error::duplicate_field("value")),
                "value" => value = Some(object.next_value()?),
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(ODataPage {
            context,
            count,
            value: value.ok_or_else(|| A::Error::missing_field("value"))?,
            next_link,
            extra,
        })
    }
}

impl<T: Serialize> Serialize for ODataPage<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::optional(&mut object, extra, "@odata.context", self.context.as_ref())?;
        wire::optional(&mut object, extra, "@odata.count", self.count.as_ref())?;
        object.serialize_entry("value", &self.value)?;
        wire::entry(&mut object, "@odata.nextLink", self.next_link.as_ref())?;
        wire::extra(&mut object, extra, NAMES)?;
        object.end()
    }
}
