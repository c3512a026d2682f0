/// Who goes first when calls wait for the same budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Priority {
    /// One of many calls that nobody watches: a campaign, a poll.
    #[default]
    Batch,
    /// A call that a person waits for. It goes before all batch calls and may use the slots that
    /// the policy's [`Reserve`](crate::Reserve) keeps back from them.
    Interactive,
}
