//! One kind of message to the server: sent one at a time, and left alone for a while after failures.

use std::time::Instant;

use quell_protocol::FaultCode;

use super::backoff::Backoff;
use super::session::Stop;
use crate::bridge::ExchangeError;

/// When the next message of one kind may go.
#[derive(Debug, Default)]
pub(super) struct Lane {
    backoff: Backoff,
    not_before: Option<Instant>,
    busy: bool,
}

/// What a failure means for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// It is to be sent again.
    Again,
    /// The server does not want it, now or ever.
    Unwanted,
}

impl Lane {
    /// Whether a message may go now; if not, the error says when, unless one is on its way.
    pub(super) fn open(&self, now: Instant) -> Result<(), Option<Instant>> {
        match self.not_before {
            _ if self.busy => Err(None),
            Some(moment) if moment > now => Err(Some(moment)),
            _ => Ok(()),
        }
    }

    pub(super) fn sent(&mut self) {
        self.busy = true;
    }

    pub(super) fn succeeded(&mut self) {
        self.busy = false;
        self.not_before = None;
        self.backoff.succeeded();
    }

    pub(super) fn pause_until(&mut self, moment: Option<Instant>) {
        self.not_before = moment;
    }

    pub(super) fn end_pause(&mut self) {
        self.not_before = None;
    }

    /// Judges a failure at `now`; `chance` is any number.
    pub(super) fn failed(
        &mut self,
        error: &ExchangeError,
        now: Instant,
        chance: u32,
    ) -> Result<Failed, Stop> {
        self.busy = false;
        let mut failed = Failed::Again;
        let pause = match error {
            ExchangeError::Refused { code, message, .. } => match code {
                FaultCode::UnknownDevice => return Err(Stop::UnknownDevice),
                FaultCode::Revoked => return Err(Stop::Revoked),
                FaultCode::UnsupportedVersion => {
                    return Err(Stop::UnsupportedVersion {
                        message: message.clone(),
                    });
                }
                FaultCode::ClockSkew => self.backoff.failed_for_long(chance),
                FaultCode::InvalidMessage | FaultCode::UnknownAction => {
                    failed = Failed::Unwanted;
                    self.backoff.failed(chance)
                }
                _ => self.backoff.failed(chance),
            },
            _ => self.backoff.failed(chance),
        };
        self.not_before = now.checked_add(pause);
        Ok(failed)
    }
}
