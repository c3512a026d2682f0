//! Hurrying the clock of a lab's server, over a socket in the lab's directory.
//!
//! One line asks, one line answers. Who may open the directory may move the clock; nobody else can.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quell_model::Timestamp;
use quell_server::Sweeper;
use quell_server::clock::{Clock as _, HurriedClock};
use quell_terminal::{Failure, Span};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// The longest line either side reads, in bytes.
const MAX_LINE: u64 = 1024;

/// What `quell serve` is told when it is a lab's.
#[derive(Debug, clap::Args)]
pub(crate) struct Flags {
    /// Where the clock is moved; makes it one that can be
    #[arg(long, value_name = "SOCKET", hide = true)]
    clock_control: Option<PathBuf>,
    /// How many times as fast as others the clock goes
    #[arg(
        long,
        value_name = "N",
        hide = true,
        default_value = "1",
        requires = "clock_control"
    )]
    clock_rate: NonZeroU32,
    /// How far behind others the clock begins
    #[arg(long, value_name = "SPAN", hide = true, requires = "clock_control")]
    clock_behind: Option<Span>,
}

/// What is asked of the clock.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ask {
    advance_seconds: u64,
}

/// What the clock shows afterwards.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shows {
    /// The server's moment.
    pub(crate) now: Timestamp,
}

impl Flags {
    /// The clock, if it is one that can be hurried.
    pub(crate) fn clock(&self) -> Option<HurriedClock> {
        self.clock_control.as_ref()?;
        let behind = self.clock_behind.map(Span::duration).unwrap_or_default();
        Some(HurriedClock::behind(behind, self.clock_rate))
    }

    /// Answers whoever wants to move the clock, until the process ends.
    pub(crate) fn listen(&self, clock: HurriedClock, sweeper: Sweeper) -> Result<(), Failure> {
        let Some(path) = &self.clock_control else {
            return Ok(());
        };
        let listener = UnixListener::bind(path).map_err(|error| {
            Failure::fault(format!("the clock cannot be moved at {}", path.display()))
                .because(&error)
                .next("the path of a socket has at most some hundred characters: set TMPDIR to a shorter one")
        })?;
        tokio::spawn(answer_all(listener, clock, sweeper));
        Ok(())
    }
}

async fn answer_all(listener: UnixListener, clock: HurriedClock, sweeper: Sweeper) {
    while let Ok((stream, _)) = listener.accept().await {
        let (clock, sweeper) = (clock.clone(), sweeper.clone());
        tokio::spawn(async move {
            if let Err(error) = answer(stream, &clock, &sweeper).await {
                tracing::warn!(%error, "the clock was not moved");
            }
        });
    }
}

/// Moves the clock as one line says, lets what follows from that happen, and tells the moment.
async fn answer(
    mut stream: UnixStream,
    clock: &HurriedClock,
    sweeper: &Sweeper,
) -> std::io::Result<()> {
    let ask: Ask = serde_json::from_str(&line(&mut stream).await?)?;
    clock.advance(Duration::from_secs(ask.advance_seconds));
    sweeper.sweep().await;
    tracing::info!(seconds = ask.advance_seconds, now = %clock.now(), "the clock was moved");
    tell(&mut stream, &Shows { now: clock.now() }).await
}

/// Moves the clock of a running lab; returns when what follows from that has happened.
pub(crate) async fn advance(control: &Path, by: Duration) -> Result<Shows, Failure> {
    let ask = Ask {
        advance_seconds: by.as_secs(),
    };
    let asked = async {
        let mut stream = UnixStream::connect(control).await?;
        tell(&mut stream, &ask).await?;
        let told = line(&mut stream).await?;
        Ok(serde_json::from_str(&told)?)
    };
    asked.await.map_err(|error: std::io::Error| {
        Failure::fault(format!("no lab answers at {}", control.display()))
            .because(&error)
            .next("QUELL_LAB, or --lab, is what the running lab printed: copy its lines again")
    })
}

async fn tell(stream: &mut UnixStream, what: &(impl Serialize + Sync)) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

async fn line(stream: &mut UnixStream) -> std::io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(MAX_LINE))
        .read_line(&mut line)
        .await?;
    Ok(line)
}
