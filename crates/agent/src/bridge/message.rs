//! The messages themselves.

use std::fmt;

use quell_protocol::{EnrolResponse, HoldResponse, route};

use super::failure::{self, ExchangeError};
use super::order::{self, machine_id, owned, timestamp};
use super::reader::{Malformed, Reader};
use super::wall::{self, WallState};
use super::writer::Writer;
use super::{MAX_FROM_NETWORK, VERSION};

/// What the executor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToNetwork {
    /// The first message, and only the first.
    Begin(Begin),
    /// Carry this to the server.
    Send(Request),
}

/// The server and whom to trust there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// The server's base URL.
    pub server: String,
    /// The only certificate authority that is trusted, DER; none for a server on loopback.
    pub authority: Option<Vec<u8>>,
}

/// Where a request goes: these paths of the server and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// Making the machine known.
    Enrol,
    /// Asking for orders.
    Hold,
    /// Reporting on an action.
    Report,
    /// Telling what was seen.
    Inventory,
    /// Changing the machine's key.
    Rotate,
}

impl Route {
    /// All of them; the place is the number between the halves.
    pub const ALL: [Self; 5] = [
        Self::Enrol,
        Self::Hold,
        Self::Report,
        Self::Inventory,
        Self::Rotate,
    ];

    /// The path below the server's base URL.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Enrol => route::ENROL,
            Self::Hold => route::HOLD,
            Self::Report => route::REPORT,
            Self::Inventory => route::INVENTORY,
            Self::Rotate => route::ROTATE,
        }
    }
}

/// A finished request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Comes back with the answer.
    pub id: u64,
    /// Where to.
    pub route: Route,
    /// The signed assertion that goes with it: a secret, good for this one request alone.
    pub proof: String,
    /// JSON.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("route", &self.route)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What the network half says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromNetwork {
    /// It is shut in, and takes requests.
    Ready(Vec<WallState>),
    /// What it was given to begin with cannot be used.
    Unusable(String),
    /// The answer to a request.
    Answered {
        /// Of which.
        id: u64,
        /// What the server said.
        answer: Result<Answer, ExchangeError>,
    },
}

/// What the server said, in types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`Route::Hold`].
    Orders(HoldResponse),
    /// To [`Route::Enrol`].
    Enrolled(EnrolResponse),
    /// To all others: it was heard.
    Heard,
}

impl ToNetwork {
    /// The bytes of the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        match self {
            Self::Begin(begin) => {
                writer.byte(1);
                writer.u16(VERSION);
                writer.text(&begin.server);
                writer.maybe(begin.authority.as_deref(), Writer::bytes);
            }
            Self::Send(request) => {
                let route = Route::ALL.iter().position(|route| *route == request.route);
                writer.byte(2);
                writer.u64(request.id);
                writer.byte(route.and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX));
                writer.text(&request.proof);
                writer.bytes(&request.body);
            }
        }
        writer.finish()
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`Malformed`] for anything that [`Self::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Reader::whole(bytes, |reader| match reader.byte()? {
            1 => {
                check_version(reader)?;
                Ok(Self::Begin(Begin {
                    server: owned(reader)?,
                    authority: reader.maybe(|reader| reader.bytes().map(<[u8]>::to_vec))?,
                }))
            }
            2 => Ok(Self::Send(Request {
                id: reader.u64()?,
                route: route(reader)?,
                proof: owned(reader)?,
                body: reader.bytes()?.to_vec(),
            })),
            _ => Err(Malformed::Unknown("message")),
        })
    }
}

impl FromNetwork {
    /// The bytes of the message, never more than [`MAX_FROM_NETWORK`]: of many orders the first that
    /// fit, because the server hands out again what was not taken up.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        match self {
            Self::Ready(walls) => {
                writer.byte(1);
                writer.u16(VERSION);
                writer.count(walls.len());
                for state in walls {
                    wall::write(&mut writer, state);
                }
            }
            Self::Unusable(why) => {
                writer.byte(2);
                writer.text(why);
            }
            Self::Answered { id, answer } => {
                writer.byte(3);
                writer.u64(*id);
                match answer {
                    Ok(answer) => write_answer(&mut writer, answer),
                    Err(error) => {
                        writer.byte(4);
                        failure::write(&mut writer, error);
                    }
                }
            }
        }
        writer.finish()
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`Malformed`] for anything that [`Self::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Reader::whole(bytes, |reader| match reader.byte()? {
            1 => {
                check_version(reader)?;
                Ok(Self::Ready(reader.list(wall::read)?))
            }
            2 => Ok(Self::Unusable(owned(reader)?)),
            3 => Ok(Self::Answered {
                id: reader.u64()?,
                answer: read_answer(reader)?,
            }),
            _ => Err(Malformed::Unknown("message")),
        })
    }
}

fn write_answer(writer: &mut Writer, answer: &Answer) {
    match answer {
        Answer::Orders(held) => {
            writer.byte(1);
            writer.i64(held.server_time.unix_ticks());
            writer.flag(held.frozen);
            writer.flag(held.rotate_key);
            let room = MAX_FROM_NETWORK.saturating_sub(writer.len() + 1);
            let orders = fitting(held, room);
            writer.count(orders.len());
            for order in orders {
                writer.exactly(&order);
            }
        }
        Answer::Enrolled(enrolled) => {
            writer.byte(2);
            writer.text(enrolled.machine_id.as_str());
            writer.text(&enrolled.tenant_id);
        }
        Answer::Heard => writer.byte(3),
    }
}

/// The first orders, in bytes, that fit into `room`; what has no number here is passed over.
fn fitting(held: &HoldResponse, mut room: usize) -> Vec<Vec<u8>> {
    let encoded = held.orders.iter().filter_map(|order| {
        let mut writer = Writer::default();
        order::write(&mut writer, order).then(|| writer.finish())
    });
    let fits = |order: &Vec<u8>| match room.checked_sub(order.len()) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    encoded.take_while(fits).collect()
}

fn read_answer(reader: &mut Reader<'_>) -> Result<Result<Answer, ExchangeError>, Malformed> {
    Ok(Ok(match reader.byte()? {
        1 => Answer::Orders(HoldResponse {
            server_time: timestamp(reader)?,
            frozen: reader.flag()?,
            rotate_key: reader.flag()?,
            orders: reader.list(order::read)?,
        }),
        2 => Answer::Enrolled(EnrolResponse {
            machine_id: machine_id(reader)?,
            tenant_id: owned(reader)?,
        }),
        3 => Answer::Heard,
        4 => return Ok(Err(failure::read(reader)?)),
        _ => return Err(Malformed::Unknown("answer")),
    }))
}

fn route(reader: &mut Reader<'_>) -> Result<Route, Malformed> {
    let route = Route::ALL.get(usize::from(reader.byte()?)).copied();
    route.ok_or(Malformed::Unknown("route"))
}

fn check_version(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    match reader.u16()? {
        VERSION => Ok(()),
        _ => Err(Malformed::Unknown("version")),
    }
}
