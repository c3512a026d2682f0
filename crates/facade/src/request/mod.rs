//! Asking a machine for an action: once, written down, and found again when in doubt.

mod in_doubt;
mod placed;
mod verdict;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use quell_model::{ActionType, Comment, MachineAction, MachineId, Operation, Sha1, Timestamp};
use quell_ratelimit::Priority;
use tokio::time::Instant;

pub use in_doubt::InDoubt;
pub use placed::{Placed, Placement};
use verdict::{Foreign, Wanted};

use crate::argument::InvalidArgument;
use crate::call::Subject;
use crate::client::{Client, invalid};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, one_line};
use crate::hooks::{Hooks as _, WaitReason, Waiting};
use crate::journal::{Entry, Intent, Settlement};
use crate::life::Reply;
use crate::options::CorrelationId;
use crate::properties::machine_action::MACHINE_ID;
use crate::reconcile::{self, Reconciled};
use crate::{Outcome, Tag};

/// An action to be asked of one machine; made by the methods of
/// [`MachineHandle`](crate::MachineHandle), and awaited.
///
/// Awaiting it gives the action as a [`Placed`], which also says whether it was made for this
/// request. If the service says that the like action is open already, that one is looked up and
/// given back; if it is another action that is in the way, the error names it
/// ([`Error::blocked_by`]).
///
/// ```no_run
/// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
/// use quell::{InDoubt, Placement};
///
/// let placed = client
///     .machine("1e5bc9d7e413ddd7902c2932e418702b84d0cc07")
///     .stop_and_quarantine_file("87662bc3d60e4200ceaf7aae249d1c343f4b83c9", "alert 7")
///     .tagged()
///     .in_doubt(InDoubt::Adopt)
///     .await?;
/// if placed.placement() == Placement::AlreadyActive {
///     println!("{:?} asked for it before", placed.requestor);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Cancellation
///
/// Nothing is sent before it is awaited. A future that is dropped while its request is on the way
/// leaves it open whether the action was made; the client's [`Journal`](crate::Journal), if it has
/// one, then has the intent among its unsettled ones.
#[must_use = "an action is asked for when it is awaited"]
pub struct ActionRequest<O> {
    client: Client,
    draft: Result<Draft<O>, InvalidArgument>,
    in_doubt: InDoubt,
}

/// What is asked, but for the comment's tag.
pub(crate) struct Draft<O> {
    pub(crate) kind: ActionType,
    pub(crate) machine: MachineId,
    pub(crate) sha1: Option<Sha1>,
    pub(crate) comment: Comment,
    /// The operation, with the comment as it is sent.
    pub(crate) make: Arc<dyn Fn(MachineId, Comment) -> O + Send + Sync>,
}

impl<O> ActionRequest<O>
where
    O: Operation<Output = MachineAction> + Send + Sync,
{
    pub(crate) fn new(client: Client, draft: Result<Draft<O>, InvalidArgument>) -> Self {
        Self {
            client,
            draft,
            in_doubt: InDoubt::default(),
        }
    }

    /// Ends the comment in a tag that no other request has, as `alert 7 [quell:5W8TQ0ZK3M1P9RHE]`,
    /// by which the action is known as ours for certain. Without it an action is known by machine,
    /// file, comment and time.
    pub fn tagged(self) -> Self {
        self.tag(&Tag::random())
    }

    /// Ends the comment in this tag.
    pub fn tag(mut self, tag: &Tag) -> Self {
        if let Ok(draft) = &mut self.draft {
            draft.comment = tag.stamp(&draft.comment);
        }
        self
    }

    /// What to do when the outcome is unknown; the default is [`InDoubt::Report`].
    pub const fn in_doubt(mut self, course: InDoubt) -> Self {
        self.in_doubt = course;
        self
    }

    /// Another time limit for this call, see [`Client::with_deadline`].
    pub fn deadline(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.client = self.client.with_deadline(limit);
        self
    }

    /// Another priority for this call, see [`Client::with_priority`].
    pub fn priority(mut self, priority: Priority) -> Self {
        self.client = self.client.with_priority(priority);
        self
    }

    /// The caller's own name for this call, see [`Client::with_correlation_id`].
    pub fn correlation_id(mut self, id: CorrelationId) -> Self {
        self.client = self.client.with_correlation_id(id);
        self
    }

    async fn run(self) -> Result<Placed, Error> {
        let draft = self.draft.map_err(invalid::<O>)?;
        let asking = Asking {
            client: &self.client,
            draft: &draft,
        };
        match (asking.ask().await, self.in_doubt) {
            (Err(error), InDoubt::Adopt | InDoubt::RepeatOnce) if error.intent().is_some() => {
                asking.look(error, self.in_doubt).await
            }
            (result, _) => result,
        }
    }
}

/// A request under way.
struct Asking<'a, O> {
    client: &'a Client,
    draft: &'a Draft<O>,
}

impl<O> Asking<'_, O>
where
    O: Operation<Output = MachineAction> + Send + Sync,
{
    /// Sends it once, as far as anybody can tell, and settles what can be settled.
    async fn ask(&self) -> Result<Placed, Error> {
        let journal = self.client.shared().journal.clone();
        let entry = Arc::new(Entry::new(journal, self.intent()));
        let operation = (self.draft.make)(self.draft.machine.clone(), self.draft.comment.clone());
        let call = self
            .client
            .call(&operation)?
            .about(Subject::machine(&self.draft.machine))
            .written_to(Arc::clone(&entry));

        let begun = Instant::now();
        let deadline = Deadline::after(self.client.deadline(), begun);
        let result = match self.client.reply::<O>(&call).await {
            Ok(reply) => self.read(reply, begun.elapsed()),
            Err(error) if error.is_already_active() => self.find_open(error, deadline).await,
            Err(error) => Err(error),
        };
        match &result {
            Ok(placed) => entry.settle(&Settlement::Placed(placed.id().clone())).await,
            Err(error) if error.outcome() == Outcome::NotPerformed => {
                entry.settle(&Settlement::NotPerformed).await;
            }
            Err(_) => {}
        }
        result.map_err(|error| match (error.outcome(), entry.written()) {
            (Outcome::NotPerformed, _) | (_, None) => error,
            (_, Some(written)) => error.with_intent(written),
        })
    }

    fn intent(&self) -> Intent {
        let draft = self.draft;
        let (kind, machine) = (draft.kind.clone(), draft.machine.clone());
        // The time is set when its first byte is about to leave.
        let mut intent = Intent::new(kind, machine, draft.comment.clone(), Timestamp::NEVER);
        intent.sha1 = draft.sha1;
        intent.within = self.client.deadline();
        intent
    }

    fn read(&self, reply: Reply<MachineAction>, took: Duration) -> Result<Placed, Error> {
        let tag = Tag::of(self.draft.comment.as_str());
        let wanted = self.wanted(&self.draft.machine, tag.as_ref());
        wanted
            .in_answer(reply.value, took, reply.date)
            .map_err(|foreign| answered_about(&foreign).of_operation(O::INFO.name))
    }

    /// Looks for the open action that the service spoke of, while the call's time lasts.
    async fn find_open(&self, refusal: Error, deadline: Deadline) -> Result<Placed, Error> {
        let tag = Tag::of(self.draft.comment.as_str());
        let looking = deadline.bound(self.machine_and_actions());
        match looking.await {
            Ok(Ok((machine, actions))) => self
                .wanted(&machine, tag.as_ref())
                .among_open(actions)
                .map_err(|other| blocked(refusal, other.as_deref())),
            Ok(Err(error)) => {
                tracing::debug!(error = %error, "the open action could not be looked up");
                Err(refusal)
            }
            Err(_) => Err(refusal.with_detail("there was no time to look for the open action")),
        }
    }

    async fn machine_and_actions(&self) -> Result<(MachineId, Vec<MachineAction>), Error> {
        let machine = reconcile::machine_id(self.client, &self.draft.machine).await?;
        let of_machine = self.client.actions().filter(MACHINE_ID.eq(machine.clone()));
        Ok((machine, of_machine.list().await?))
    }

    fn wanted<'b>(&'b self, machine: &'b MachineId, tag: Option<&'b Tag>) -> Wanted<'b> {
        Wanted {
            kind: &self.draft.kind,
            machine,
            sha1: self.draft.sha1.as_ref(),
            comment: self.draft.comment.as_str(),
            tag,
        }
    }

    /// Looks for the action twice, and as the last resort asks once more.
    async fn look(&self, doubt: Error, course: InDoubt) -> Result<Placed, Error> {
        let (Some(waits), Some(entry)) = (in_doubt::waits(doubt.retry_after()), doubt.written())
        else {
            return Err(doubt);
        };
        let mut seen_without = 0;
        for wait in waits {
            self.pause(wait).await;
            match self.client.reconcile(entry.intent()).await {
                Ok(Reconciled::Found(action)) => {
                    entry.settle(&Settlement::Placed(action.id.clone())).await;
                    return Ok(Placed::new(*action, Placement::Adopted));
                }
                Ok(Reconciled::NotFound) => seen_without += 1,
                Ok(Reconciled::Ambiguous(some)) => {
                    let detail = format!("{} actions may be the one", some.len());
                    return Err(doubt.with_detail(detail));
                }
                Err(error) => {
                    tracing::debug!(error = %error, "the list of actions could not be read");
                }
            }
        }
        let absent = seen_without == waits.len();
        match course {
            // Something was performed, so what is not there is only not seen.
            InDoubt::RepeatOnce if absent && doubt.outcome() == Outcome::Unknown => {
                entry.settle(&Settlement::NotPerformed).await;
                self.ask().await
            }
            _ if absent => Err(doubt.with_detail("no such action is in the list")),
            _ => Err(doubt.with_detail("the list of actions could not be read")),
        }
    }

    async fn pause(&self, wait: Duration) {
        self.client.hooks().before_wait(&Waiting {
            operation: O::INFO.name,
            reason: WaitReason::Reconcile,
            wait,
        });
        tokio::time::sleep(wait).await;
    }
}

/// A success that shows another action than the one that was asked for.
fn answered_about(foreign: &Foreign) -> Error {
    if foreign.outcome == Outcome::NotPerformed {
        return blocked(Error::new(ErrorKind::Conflict), Some(&foreign.action));
    }
    let id = &foreign.action.id;
    Error::new(ErrorKind::Decode)
        .with_outcome(foreign.outcome)
        .with_detail(format!(
            "it shows action {id}, which is not what was asked for"
        ))
}

/// Says which action is in the way, if it is known.
fn blocked(error: Error, other: Option<&MachineAction>) -> Error {
    let Some(other) = other else { return error };
    let (kind, status) = (
        one_line(other.kind.as_str()),
        one_line(other.status.as_str()),
    );
    let id = &other.id;
    error
        .with_detail(format!(
            "action {id} of type {kind} is {status} and must end first"
        ))
        .with_blocking(id.clone())
}

impl<O> IntoFuture for ActionRequest<O>
where
    O: Operation<Output = MachineAction> + Send + Sync + 'static,
{
    type Output = Result<Placed, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<O> Clone for ActionRequest<O> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            draft: self.draft.clone(),
            in_doubt: self.in_doubt,
        }
    }
}

impl<O> Clone for Draft<O> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind.clone(),
            machine: self.machine.clone(),
            sha1: self.sha1,
            comment: self.comment.clone(),
            make: Arc::clone(&self.make),
        }
    }
}

impl<O> fmt::Debug for ActionRequest<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let draft = self.draft.as_ref();
        f.debug_struct("ActionRequest")
            .field("kind", &draft.map(|draft| &draft.kind))
            .field("machine", &draft.map(|draft| &draft.machine))
            .field("sha1", &draft.map(|draft| draft.sha1))
            .field("in_doubt", &self.in_doubt)
            .finish_non_exhaustive()
    }
}
