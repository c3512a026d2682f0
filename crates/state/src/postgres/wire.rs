//! A bare connection, made as the options say: what the state itself stands on, and the server's
//! store too.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{AsyncMessage, Client, Connection, Error, NoTls};

use super::error::{state_error, unreachable_for};
use super::options::PostgresOptions;
use crate::StateError;

/// The half of a connection that reads and writes bytes: nothing is done while nobody asks it for
/// [`next`](Self::next).
pub struct PostgresWire(Box<dyn Polled>);

trait Polled: Send {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>>;
}

impl<S, T> Polled for Connection<S, T>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> {
        self.poll_message(context)
    }
}

impl PostgresWire {
    /// Carries what is asked, until the server says something unasked: a notice or a notification.
    /// `None` when the connection has ended.
    pub async fn next(&mut self) -> Option<AsyncMessage> {
        poll_fn(|context| self.0.poll(context)).await?.ok()
    }
}

impl fmt::Debug for PostgresWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresWire").finish()
    }
}

impl PostgresOptions {
    /// Connects, encrypted and checked as the options say.
    ///
    /// # Errors
    /// [`StateError`]: what stands in the way.
    pub async fn connect(&self) -> Result<(Client, PostgresWire), StateError> {
        match self.tls()? {
            None => {
                let connected = self.config.connect(NoTls).await;
                let (client, connection) = connected.map_err(cannot_connect)?;
                Ok((client, PostgresWire(Box::new(connection))))
            }
            Some(tls) => {
                let connected = self.config.connect(tls).await;
                let (client, connection) = connected.map_err(cannot_connect)?;
                Ok((client, PostgresWire(Box::new(connection))))
            }
        }
    }
}

/// What a server refuses for good is told as it is; anything else may pass.
fn cannot_connect(error: Error) -> StateError {
    match error.code() {
        Some(_) => state_error(error),
        None => unreachable_for(error),
    }
}
