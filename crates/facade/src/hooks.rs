//! The named points of a request's life at which others may look on.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use quell_transport::TransportErrorKind;

use crate::{ErrorKind, Outcome};

/// Looks on while requests are made: for metrics, audit, correlation ids.
///
/// Hooks are synchronous and should be quick: nothing is awaited between a permit
/// and the bytes that it allows. They cannot change what is decided, and they never
/// see a token.
///
/// ```
/// use quell::{Client, Hooks, Sending};
///
/// #[derive(Debug)]
/// struct Correlate;
///
/// impl Hooks for Correlate {
///     fn before_send(&self, _: &Sending<'_>, headers: &mut http::HeaderMap) {
///         headers.insert("client-request-id", http::HeaderValue::from_static("ticket-4711"));
///     }
/// }
///
/// let builder = Client::builder().hooks(Correlate);
/// ```
pub trait Hooks: Debug + Send + Sync + 'static {
    /// The request leaves now: the permit is taken and the intent written down. Headers may be
    /// added; `Authorization` and `Host` are not theirs to set and are overwritten.
    fn before_send(&self, sending: &Sending<'_>, headers: &mut HeaderMap) {
        let _ = (sending, headers);
    }

    /// An attempt ended.
    fn after_attempt(&self, ended: &Ended<'_>) {
        let _ = ended;
    }

    /// A call ended: its attempts, its waits, everything. A call whose future was dropped does not end.
    fn after_call(&self, done: &Done<'_>) {
        let _ = done;
    }

    /// The call is about to wait.
    fn before_wait(&self, waiting: &Waiting<'_>) {
        let _ = waiting;
    }
}

/// An attempt about to be made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Sending<'a> {
    /// The operation's name in the API's words.
    pub operation: &'a str,
    /// 1 for the first attempt of the call.
    pub attempt: u32,
}

/// An attempt that was made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ended<'a> {
    /// The operation's name in the API's words.
    pub operation: &'a str,
    /// 1 for the first attempt of the call.
    pub attempt: u32,
    /// What came of it: the answer's status, or the failure.
    pub result: Result<u16, TransportErrorKind>,
    /// From the first byte's leave to the answer's end, or to the failure.
    pub took: Duration,
}

/// A call that ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Done<'a> {
    /// The operation's name in the API's words.
    pub operation: &'a str,
    /// How many requests were handed to the transport for it.
    pub attempts: u32,
    /// What came of it: nothing to say if it succeeded.
    pub result: Result<(), (ErrorKind, Outcome)>,
    /// How long it took in all.
    pub took: Duration,
}

/// A wait about to begin.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Waiting<'a> {
    /// The operation's name in the API's words.
    pub operation: &'a str,
    /// What for.
    pub reason: WaitReason,
    /// How long at least.
    pub wait: Duration,
}

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// The limits have no room, or the service pushed back.
    Limits,
    /// An attempt failed and is to be repeated.
    Retry,
    /// A machine action is looked at again later.
    Poll,
    /// The outcome is unknown; the list of actions is looked at when it must show what was done.
    Reconcile,
}

/// All that look on, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Onlookers(Vec<Arc<dyn Hooks>>);

impl Onlookers {
    pub(crate) fn add(&mut self, hooks: Arc<dyn Hooks>) {
        self.0.push(hooks);
    }
}

impl Hooks for Onlookers {
    fn before_send(&self, sending: &Sending<'_>, headers: &mut HeaderMap) {
        for hooks in &self.0 {
            hooks.before_send(sending, headers);
        }
    }

    fn after_attempt(&self, ended: &Ended<'_>) {
        for hooks in &self.0 {
            hooks.after_attempt(ended);
        }
    }

    fn after_call(&self, done: &Done<'_>) {
        for hooks in &self.0 {
            hooks.after_call(done);
        }
    }

    fn before_wait(&self, waiting: &Waiting<'_>) {
        for hooks in &self.0 {
            hooks.before_wait(waiting);
        }
    }
}
