//! What the vault holds, compared byte by byte with what it should.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use quell_testkit::Outcome;
use serde_json::Value;

use crate::case::{Gap, expect};
use crate::ground::Ground;
use crate::observe::sha1_of;
use crate::told::Told;

impl Ground {
    /// The items with this hash, as the agent's command lists them.
    pub(crate) fn items(&self, sha1: &str) -> Vec<Value> {
        let mut items = self.all_items();
        items.retain(|item| item["sha1"] == sha1);
        items
    }

    fn all_items(&self) -> Vec<Value> {
        let listed = self.agent(&["vault", "list", "--output", "json"]).json();
        listed["items"]
            .as_array()
            .expect("a list is a list")
            .clone()
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

    /// The item that the machine names keeps this content, to the byte.
    pub(crate) fn expect_kept_as_told(&self, told: &Told, content: &[u8]) -> Result<(), Gap> {
        let mut files = told.files().iter();
        let item = files.find_map(|file| file["vaultItem"].as_str());
        let kept = item.is_some_and(|item| self.content_of(item) == content);
        let whole = told.whole();
        expect(kept, format!("no item is told that keeps it: {whole}"))
    }

    /// The vault keeps nothing with this content.
    pub(crate) fn expect_not_kept(&self, content: &[u8]) -> Result<(), Gap> {
        self.expect_none_kept(&HashSet::from([sha1_of(content)]))
    }

    /// The vault keeps nothing with any of these hashes.
    pub(crate) fn expect_none_kept(&self, hashes: &HashSet<String>) -> Result<(), Gap> {
        let items = self.all_items();
        let mut kept = items.iter().filter_map(|item| item["sha1"].as_str());
        let wrong = kept.find(|sha1| hashes.contains(*sha1));
        expect(
            wrong.is_none(),
            format!("the vault keeps what was not to be taken: {wrong:?}"),
        )
    }

    /// The bytes of an item.
    pub(crate) fn content_of(&self, item: &str) -> Vec<u8> {
        let to = self.outside().join(format!("content-of-{item}"));
        let path = to.to_str().expect("the path is text");
        let _ = fs::remove_file(&to);
        let line = ["vault", "export", item, "--to", path, "--plain"];
        let exported = self.agent(&line);
        assert_eq!(exported.code, 0, "the item is not exported: {exported:?}");
        let content = fs::read(&to).expect("the content was exported");
        let _ = fs::remove_file(&to);
        content
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
