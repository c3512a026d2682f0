//! What an implementation of a seam must keep, as a suite that any of them can be put through.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use quell_model::{ActionId, ActionType, Comment, MachineId, Timestamp};

use crate::{Intent, IntentId, Journal, Settlement, Tag};

/// Puts a journal through everything that [`Journal`] promises. `open` opens the same journal
/// again, as a new process would; a journal in memory gives back the same one.
///
/// # Panics
///
/// At the first promise that is broken.
///
/// ```
/// use quell::{Journal, MemoryJournal};
/// use std::sync::Arc;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let journal: Arc<dyn Journal> = Arc::new(MemoryJournal::default());
/// quell::testing::journal(|| async { Arc::clone(&journal) }).await;
/// # });
/// ```
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a suite fails by panicking"
)]
pub async fn journal<F>(mut open: impl FnMut() -> F)
where
    F: Future<Output = Arc<dyn Journal>>,
{
    let journal = open().await;
    assert!(
        journal.unsettled().await.unwrap().is_empty(),
        "begin with an empty journal"
    );

    let intents = [intent("first"), sparse("second"), intent("third")];
    let mut ids = Vec::new();
    for intent in &intents {
        ids.push(journal.sending(intent).await.unwrap());
    }
    let written: Vec<(IntentId, Intent)> = ids.iter().cloned().zip(intents).collect();
    let journal = open().await;
    assert_eq!(
        journal.unsettled().await.unwrap(),
        written,
        "whole, and oldest first"
    );

    let [first, second, third] = <[IntentId; 3]>::try_from(ids).unwrap();
    let placed = Settlement::Placed(ActionId::new("an-action").unwrap());
    journal.settled(&second, &placed).await.unwrap();
    journal
        .settled(&first, &Settlement::NotPerformed)
        .await
        .unwrap();
    // A second word on the same intent changes nothing.
    journal
        .settled(&second, &Settlement::NotPerformed)
        .await
        .unwrap();
    let journal = open().await;
    let left: Vec<IntentId> = journal
        .unsettled()
        .await
        .unwrap()
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(
        left,
        std::slice::from_ref(&third),
        "what is settled is not unsettled"
    );

    let unwritten = IntentId::new("no journal gives this name");
    assert!(
        journal
            .settled(&unwritten, &Settlement::NotPerformed)
            .await
            .is_err(),
        "only what was written can be settled"
    );
    let again = journal.sending(&intent("third")).await.unwrap();
    assert_ne!(again, third, "the same intent twice is two intents");
}

#[allow(clippy::unwrap_used, reason = "the texts are good ones")]
fn intent(comment: &str) -> Intent {
    let comment = Comment::new(comment).unwrap();
    let tag: Tag = "9C4/01F/2".parse().unwrap();
    let mut intent = sparse("");
    intent.comment = tag.stamp(&comment);
    intent.sha1 = Some("87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap());
    intent.within = Some(Duration::from_millis(120_001));
    intent
}

#[allow(clippy::unwrap_used, reason = "the texts are good ones")]
fn sparse(remark: &str) -> Intent {
    Intent::new(
        ActionType::from("ATypeOfLater"),
        MachineId::new("host.example.org").unwrap(),
        Comment::new(format!("line one\nline 'two' {remark}")).unwrap(),
        Timestamp::from_unix_ticks(17_500_000_001_234_567),
    )
}
