//! The main thread of a running agent: it keeps a network half alive, hands it what the
//! conversation has to say, and passes on what comes back.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use quell_terminal::{Exit, Failure};

use super::Broken;
use super::events::{Event, ToMain};
use crate::bridge::{Begin, FromNetwork, WallState};
use crate::causes::WithCauses;
use crate::link::{Backoff, Conversation, HalfError, Heard, Launch, Moment, NetworkHalf, ToDevice};
use crate::network::READABLE_FILES;

/// The longest sleep: how often the files of name resolution are looked at.
const TICK: Duration = Duration::from_secs(5);
/// How long a network half may take to shut itself in.
const START: Duration = Duration::from_secs(30);

/// Told the process id of the network half and its walls, or that there is none.
pub(super) type Announce = Box<dyn Fn(Option<(u32, &[WallState])>)>;

/// What the main thread works with.
pub(super) struct Attendant {
    pub(super) conversation: Conversation,
    pub(super) launch: Launch,
    pub(super) begin: Begin,
    pub(super) orders: Sender<ToDevice>,
    pub(super) inbox: Receiver<Event>,
    pub(super) to_main: ToMain,
    /// Told which network half carries now, and what it is shut in by.
    pub(super) announce: Announce,
    /// Called at least every [`TICK`]: the main thread is alive.
    pub(super) alive: Box<dyn FnMut(Instant)>,
}

/// The network half, as it is now.
enum Half {
    Away { until: Instant },
    Starting { half: NetworkHalf, since: Instant },
    Ready(NetworkHalf),
}

struct Attending {
    with: Attendant,
    half: Half,
    /// How many network halves there have been: what an earlier one still says is passed over.
    number: u64,
    backoff: Backoff,
    resolution: Resolution,
}

impl Attendant {
    /// Speaks with the server until somebody ends it.
    pub(super) fn attend(self) -> Result<(), Failure> {
        let mut attending = Attending {
            with: self,
            half: Half::Away {
                until: Instant::now(),
            },
            number: 0,
            backoff: Backoff::default(),
            resolution: Resolution::now(),
        };
        loop {
            let wake = attending.act()?;
            let wait = wake.saturating_duration_since(Instant::now());
            match attending.with.inbox.recv_timeout(wait) {
                Ok(Event::End) => return Ok(()),
                Ok(event) => attending.take(event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(broken(&Broken::Thread)),
            }
        }
    }
}

impl Attending {
    /// Does what is due; answers when to look again.
    fn act(&mut self) -> Result<Instant, Failure> {
        let at = moment();
        (self.with.alive)(at.now);
        let tick = at.now.checked_add(TICK).unwrap_or(at.now);
        self.look_after_the_half(at)?;
        let wake = match &mut self.half {
            Half::Away { until } => Some(*until),
            Half::Starting { .. } => None,
            Half::Ready(half) => {
                let (requests, wake) = self.with.conversation.due(at)?;
                let mut requests = requests.into_iter();
                match requests.try_for_each(|request| half.send(request)) {
                    Ok(()) => wake,
                    Err(error) => {
                        self.lose(&error, at)?;
                        Some(at.now)
                    }
                }
            }
        };
        Ok(wake.map_or(tick, |wake| wake.min(tick)))
    }

    /// Starts a network half where there is none, and gives one up that is of no more use.
    fn look_after_the_half(&mut self, at: Moment) -> Result<(), Failure> {
        match &self.half {
            Half::Away { until } if *until <= at.now => self.start(at),
            Half::Starting { since, .. } if at.now.duration_since(*since) >= START => {
                self.lose(&hangs(), at)
            }
            Half::Ready(_) if self.with.conversation.is_overdue(at.now) => self.lose(&hangs(), at),
            Half::Ready(_) if self.resolution.changed() => {
                tracing::info!("name resolution was set up anew: so is the network half");
                self.give_up(at)?;
                self.half = Half::Away { until: at.now };
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, at: Moment) -> Result<(), Failure> {
        self.number += 1;
        let (number, to_main) = (self.number, self.with.to_main.clone());
        let tell = move |heard| to_main.heard(number, heard);
        match NetworkHalf::start(&self.with.launch, self.with.begin.clone(), tell) {
            Ok(half) => {
                let since = at.now;
                self.half = Half::Starting { half, since };
                Ok(())
            }
            Err(error) => self.lose(&error, at),
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Device(event) => self.with.conversation.hear(event),
            Event::Network(number, heard) if number == self.number => self.heard(heard)?,
            // An earlier one's last words.
            Event::Network(..) | Event::End => {}
            Event::Broken(error) => return Err(broken(&error)),
        }
        Ok(())
    }

    fn heard(&mut self, heard: Heard) -> Result<(), Failure> {
        let at = moment();
        match heard {
            Heard::Message(FromNetwork::Ready(walls)) => self.ready(&walls, at),
            Heard::Message(FromNetwork::Unusable(why)) => {
                Err(Failure::of(Exit::Fault, &HalfError::Unusable(why)))
            }
            Heard::Message(FromNetwork::Answered { id, answer }) => {
                if answer.is_ok() {
                    self.backoff.succeeded();
                }
                for message in self.with.conversation.answered(id, answer, at)? {
                    // The device's end closes only when the agent ends. Nothing is lost: what was not
                    // taken up is handed out again, and what was not known to be heard told again.
                    let _ = self.with.orders.send(message);
                }
                Ok(())
            }
            Heard::Ended(error) => self.lose(&error, at),
        }
    }

    /// The network half says that it is shut in. The kernel is asked whether that is true.
    fn ready(&mut self, walls: &[WallState], at: Moment) -> Result<(), Failure> {
        let away = Half::Away { until: at.now };
        let Half::Starting { half, .. } = std::mem::replace(&mut self.half, away) else {
            return self.lose(
                &HalfError::from(crate::bridge::Malformed::Unknown("message")),
                at,
            );
        };
        half.inspect()
            .map_err(|error| Failure::of(Exit::Fault, &error))?;
        for wall in walls.iter().filter(|wall| !wall.stands) {
            tracing::warn!(
                wall = wall.wall.name(),
                "off: the network half's wall: {}",
                wall.detail
            );
        }
        let pid = half.pid();
        tracing::info!(pid, "the network half is shut in");
        (self.with.announce)(Some((pid, walls)));
        self.half = Half::Ready(half);
        Ok(())
    }

    /// The network half is of no more use. What it had not carried is carried by the next.
    fn lose(&mut self, error: &HalfError, at: Moment) -> Result<(), Failure> {
        let pause = self.backoff.failed(at.chance);
        tracing::warn!(
            ?pause,
            "the network half is started anew: {}",
            WithCauses(error)
        );
        self.give_up(at)?;
        let until = at.now.checked_add(pause).unwrap_or(at.now);
        self.half = Half::Away { until };
        Ok(())
    }

    fn give_up(&mut self, at: Moment) -> Result<(), Failure> {
        // What it may still say is not heard any more.
        self.number += 1;
        self.half = Half::Away { until: at.now };
        (self.with.announce)(None);
        self.resolution = Resolution::now();
        Ok(self.with.conversation.cut_off(at)?)
    }
}

/// Which files name resolution reads: the network half may read no others, so that it must be
/// started anew when one is replaced.
#[derive(PartialEq, Eq)]
struct Resolution(Vec<Option<(u64, u64)>>);

impl Resolution {
    fn now() -> Self {
        let identity = |path: &str| {
            let file = fs::metadata(path).ok()?;
            Some((file.dev(), file.ino()))
        };
        Self(READABLE_FILES.into_iter().map(identity).collect())
    }

    fn changed(&self) -> bool {
        *self != Self::now()
    }
}

fn hangs() -> HalfError {
    HalfError::Deaf(std::io::ErrorKind::TimedOut.into())
}

fn broken(error: &Broken) -> Failure {
    Failure::of(Exit::Fault, error)
}

fn moment() -> Moment {
    let mut chance = [0; 4];
    // Any number will do, none at all included.
    let _ = aws_lc_rs::rand::fill(&mut chance);
    Moment {
        now: Instant::now(),
        today: SystemTime::now(),
        chance: u32::from_le_bytes(chance),
    }
}
