use std::collections::VecDeque;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::SystemTime;

use quell_model::precondition::Service;
use quell_model::{MachineId, Sha1, StopAndQuarantineFile, Timestamp};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::Check;
use super::inquiry::{Inquiry, Target};
use super::judge;
use crate::argument::{Argument, InvalidArgument};
use crate::auth::TokenClaims;
use crate::client::{Client, invalid};
use crate::error::{Error, ErrorKind};

/// So many questions are under way at once. How often each kind may be asked is the limiters' affair.
const AT_ONCE: usize = 8;

/// A check that is about to be made; made by [`FileHandle::check`](crate::FileHandle::check) and
/// [`MachineHandle::check`](crate::MachineHandle::check), and made when it is awaited.
///
/// Everything that it sends is a read. For the machines that have the file it costs four calls, or five
/// where there are several; for machines that are named, one more for each that does not have the file. All
/// stay within the limits and the client's deadline for each call, so that for hundreds of named machines the
/// client should be one [without a deadline](Client::with_deadline).
///
/// # Errors
///
/// [`Error`] if an argument is none that the API would take, or there is no token, without which nothing can be
/// asked. All else that goes wrong is among the [findings](Check::findings).
#[derive(Clone, Debug)]
#[must_use = "nothing is checked before it is awaited"]
pub struct CheckRequest {
    client: Client,
    sha1: Result<Sha1, InvalidArgument>,
    machines: Option<Result<Vec<MachineId>, InvalidArgument>>,
    service: Service,
}

impl CheckRequest {
    pub(crate) fn new(client: Client, sha1: Result<Sha1, InvalidArgument>) -> Self {
        let service = if client.tokens().are_for_microsoft() {
            Service::Defender
        } else {
            Service::Quell
        };
        Self {
            client,
            sha1,
            machines: None,
            service,
        }
    }

    /// For these machines, by id or DNS name, instead of those that have the file. Named twice is named
    /// once.
    pub fn on<M: Argument<MachineId>>(mut self, machines: impl IntoIterator<Item = M>) -> Self {
        self.machines = Some(machines.into_iter().map(Argument::read).collect());
        self
    }

    pub(crate) fn on_read(mut self, machine: Result<MachineId, InvalidArgument>) -> Self {
        self.machines = Some(machine.map(|machine| vec![machine]));
        self
    }

    /// Against the preconditions of this service. By default they are Defender's for Microsoft's clouds and
    /// quell's for a [service of your own](crate::Service); one of your own that only stands before
    /// Microsoft's asks what Microsoft asks.
    pub const fn rules_of(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    async fn run(self) -> Result<Check, Error> {
        let refuse = invalid::<StopAndQuarantineFile>;
        let target = Target {
            sha1: self.sha1.map_err(refuse)?,
            service: self.service,
            machines: self.machines.transpose().map_err(refuse)?,
        };
        let claims = sign_in(&self.client).await?;
        let (mut inquiry, first) = Inquiry::begin(target);
        let mut waiting = VecDeque::from(first);
        let mut asked = JoinSet::new();
        loop {
            while asked.len() < AT_ONCE
                && let Some(question) = waiting.pop_front()
            {
                asked.spawn(question.ask(self.client.clone()).in_current_span());
            }
            match asked.join_next().await {
                None => break,
                Some(Ok(heard)) => waiting.extend(inquiry.hear(heard)),
                // Its runtime ends. What was not heard cannot be told.
                Some(Err(_)) => {}
            }
        }
        let known = inquiry.end();
        let caller = judge::Caller {
            claims,
            tokens_are_microsofts: self.client.tokens().are_for_microsoft(),
        };
        let findings = judge::findings(&known, &caller, service_time(&self.client));
        Ok(Check::new(known, findings))
    }
}

/// Once for all questions, or each of them would say that there is no token.
async fn sign_in(client: &Client) -> Result<Option<TokenClaims>, Error> {
    let Some(limit) = client.deadline() else {
        return client.sign_in().await;
    };
    let overdue = |_| Error::new(ErrorKind::Timeout).with_detail("there was no token in time");
    tokio::time::timeout(limit, client.sign_in())
        .await
        .map_err(overdue)?
}

fn service_time(client: &Client) -> Timestamp {
    let now = Timestamp::from(SystemTime::now());
    client.shared().clock.skew().apply(now)
}

impl IntoFuture for CheckRequest {
    type Output = Result<Check, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
