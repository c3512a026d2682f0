//! What the vault holds, compared byte by byte with what it should.

use std::fs;
use std::path::PathBuf;

use quell_testkit::Outcome;
use serde_json::Value;

use crate::case::{Gap, expect};
use crate::ground::Ground;
use crate::observe::sha1_of;

impl Ground {
    /// The items with this hash, as the agent's command lists them.
    pub(crate) fn items(&self, sha1: &str) -> Vec<Value> {
        let listed = self.agent(&["vault", "list", "--output", "json"]).json();
        let items = listed["items"].as_array().expect("a list is a list");
        let wanted = items.iter().filter(|item| item["sha1"] == sha1);
        wanted.cloned().collect()
    }

    /// The only item with this content.
    pub(crate) fn item_of(&self, content: &[u8]) -> Result<String, Gap> {
        let items = self.items(&sha1_of(content));
        expect(items.len() == 1, format!("{} items keep it", items.len()))?;
        Ok(items[0]["id"]
            .as_str()
            .expect("an item has an id")
            .to_owned())
    }

    /// The vault keeps this content once, to the byte.
    pub(crate) fn expect_kept(&self, content: &[u8]) -> Result<(), Gap> {
        let item = self.item_of(content)?;
        let kept = self.content_of(&item);
        expect(kept == content, "the vault keeps other bytes")
    }

    /// The vault keeps nothing with this content.
    pub(crate) fn expect_not_kept(&self, content: &[u8]) -> Result<(), Gap> {
        let items = self.items(&sha1_of(content));
        expect(items.is_empty(), "the vault keeps what was not to be taken")
    }

    /// The bytes of an item.
    pub(crate) fn content_of(&self, item: &str) -> Vec<u8> {
        let to = self.outside().join(format!("content-of-{item}"));
        let path = to.to_str().expect("the path is text");
        let _ = fs::remove_file(&to);
        let line = ["vault", "export", item, "--to", path, "--plain"];
        let exported = self.agent(&line);
        assert_eq!(exported.code, 0, "the item is not exported: {exported:?}");
        fs::read(&to).expect("the content was exported")
    }

    /// Gives an item back to where it was.
    pub(crate) fn restore(&self, item: &str) -> Outcome {
        self.agent(&["vault", "restore", item, "--output", "json"])
    }

    /// Where the vault's files are.
    pub(crate) fn vault(&self) -> PathBuf {
        self.world.agent_state().join("vault")
    }

    /// The file of an item.
    pub(crate) fn item_file(&self, item: &str) -> PathBuf {
        self.vault().join(&item[..2]).join(format!("{item}.q"))
    }

    /// `quell agent …` on this device.
    pub(crate) fn agent(&self, arguments: &[&str]) -> Outcome {
        self.world.agent_command(arguments)
    }
}
