//! Why there is no answer of the server.

use quell_model::Timestamp;
use quell_protocol::FaultCode;
use quell_transport::Reach;

use super::order::{owned, timestamp};
use super::reader::{Malformed, Reader};
use super::writer::Writer;

/// Why there is no answer to a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The server refused, and said why.
    #[error("the server refused: {message}")]
    Refused {
        /// What to do about it.
        code: FaultCode,
        /// What a person reads.
        message: String,
        /// The server's clock, if it told.
        server_time: Option<Timestamp>,
    },
    /// Something answered that is no quell server, or a proxy before it.
    #[error("the server answered with status {0}, which means nothing here")]
    Unexpected(u16),
    /// The answer is no such message.
    #[error("the server's answer is not understood: {0}")]
    Unreadable(String),
    /// No answer came.
    #[error("the server is not reached: {why}")]
    Unreachable {
        /// How far the message came.
        reach: Reach,
        /// What happened, in words.
        why: String,
    },
    /// The message itself cannot be sent.
    #[error("the message cannot be sent: {0}")]
    Unsendable(String),
}

impl ExchangeError {
    /// The network half, or its answer, was lost: the server may have heard the message.
    #[must_use]
    pub fn cut_off(why: impl Into<String>) -> Self {
        Self::Unreachable {
            reach: Reach::Unknown,
            why: why.into(),
        }
    }
}

/// The codes and their numbers.
const CODES: [(FaultCode, u8); 10] = [
    (FaultCode::UnknownDevice, 1),
    (FaultCode::Revoked, 2),
    (FaultCode::InvalidAssertion, 3),
    (FaultCode::ClockSkew, 4),
    (FaultCode::InvalidEnrolmentToken, 5),
    (FaultCode::UnsupportedVersion, 6),
    (FaultCode::InvalidMessage, 7),
    (FaultCode::UnknownAction, 8),
    (FaultCode::Unavailable, 9),
    (FaultCode::Other, 10),
];

pub(super) fn write(writer: &mut Writer, failure: &ExchangeError) {
    match failure {
        ExchangeError::Refused {
            code,
            message,
            server_time,
        } => {
            let known = CODES.iter().find(|(known, _)| known == code);
            writer.byte(1);
            // A code of a later protocol is treated like the last.
            writer.byte(known.map_or(10, |(_, number)| *number));
            writer.text(message);
            writer.maybe(server_time.map(Timestamp::unix_ticks), Writer::i64);
        }
        ExchangeError::Unexpected(status) => {
            writer.byte(2);
            writer.u16(*status);
        }
        ExchangeError::Unreadable(why) => {
            writer.byte(3);
            writer.text(why);
        }
        ExchangeError::Unreachable { reach, why } => {
            writer.byte(4);
            writer.flag(*reach == Reach::NotSent);
            writer.text(why);
        }
        ExchangeError::Unsendable(why) => {
            writer.byte(5);
            writer.text(why);
        }
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<ExchangeError, Malformed> {
    Ok(match reader.byte()? {
        1 => ExchangeError::Refused {
            code: code(reader.byte()?)?,
            message: owned(reader)?,
            server_time: reader.maybe(timestamp)?,
        },
        2 => ExchangeError::Unexpected(reader.u16()?),
        3 => ExchangeError::Unreadable(owned(reader)?),
        4 => ExchangeError::Unreachable {
            reach: match reader.flag()? {
                true => Reach::NotSent,
                false => Reach::Unknown,
            },
            why: owned(reader)?,
        },
        5 => ExchangeError::Unsendable(owned(reader)?),
        _ => return Err(Malformed::Unknown("failure")),
    })
}

fn code(number: u8) -> Result<FaultCode, Malformed> {
    let known = CODES.iter().find(|(_, known)| *known == number);
    known
        .map(|(code, _)| *code)
        .ok_or(Malformed::Unknown("fault"))
}
