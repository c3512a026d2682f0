//! The network half's life: shut oneself in, then carry requests until the executor has ended.

use std::ffi::CStr;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::carry::Carrier;
use super::sandbox;
use crate::bridge::{
    FrameError, FromNetwork, MAX_TO_NETWORK, Malformed, Request, ToNetwork, WallState, read_frame,
    write_frame,
};

/// Why the network half ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NetworkError {
    /// It is not the executor that started this process.
    #[error("the executor is not at the other end: this command is for the agent itself")]
    NoExecutor(#[source] io::Error),
    /// It still has privileges, and must not go on with them.
    #[error("the network half cannot give up its privileges")]
    Privileged(#[source] io::Error),
    /// The executor cannot be heard.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The executor says what this program never says.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// There is no runtime.
    #[error("the network half cannot be started")]
    Runtime(#[source] io::Error),
}

/// Under this name `ps` and `top` show it; the kernel takes fifteen bytes.
const PROCESS_NAME: &CStr = c"quell-agent-net";

/// Carries requests for the executor, which is process `executor` and speaks on standard input.
///
/// # Errors
/// When it cannot be shut in, or when the executor cannot be heard or understood.
pub(crate) fn serve(executor: u32) -> Result<(), NetworkError> {
    // It was started by a link, whose name tells nobody anything. No name at all is no reason to end.
    let _ = rustix::thread::set_name(PROCESS_NAME);
    let mut walls = sandbox::give_up_privileges(executor).map_err(NetworkError::Privileged)?;
    let mut socket = executor_socket().map_err(NetworkError::NoExecutor)?;
    let begin = match ToNetwork::decode(&read_frame(&mut socket, MAX_TO_NETWORK)?)? {
        ToNetwork::Begin(begin) => begin,
        ToNetwork::Send(_) => return Err(Malformed::Unknown("beginning").into()),
    };
    let carrier = match Carrier::new(&begin) {
        Ok(carrier) => carrier,
        Err(why) => {
            tell(&socket, &FromNetwork::Unusable(why));
            return Ok(());
        }
    };
    walls.extend(sandbox::shut(carrier.port()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(NetworkError::Runtime)?;
    runtime.block_on(carry_all(socket, carrier, walls))
}

/// The socket that the executor gave this process as its standard input.
fn executor_socket() -> io::Result<UnixStream> {
    use std::os::fd::AsFd as _;
    let owned = io::stdin().as_fd().try_clone_to_owned()?;
    let kind = rustix::net::sockopt::socket_type(&owned)?;
    match kind {
        rustix::net::SocketType::STREAM => Ok(UnixStream::from(owned)),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

async fn carry_all(
    socket: UnixStream,
    carrier: Carrier,
    walls: Vec<WallState>,
) -> Result<(), NetworkError> {
    let (pass_on, mut requests) = unbounded_channel();
    let hears = socket.try_clone().map_err(NetworkError::NoExecutor)?;
    thread::Builder::new()
        .name("executor".to_owned())
        .spawn(move || hear(hears, &pass_on))
        .map_err(NetworkError::Runtime)?;
    tell(&socket, &FromNetwork::Ready(walls));
    let carrier = Arc::new(carrier);
    let mut flights = JoinSet::new();
    loop {
        tokio::select! {
            request = requests.recv() => match request {
                Some(request) => {
                    let carrier = Arc::clone(&carrier);
                    flights.spawn(async move { answered(&carrier, request).await });
                }
                None => return Ok(()),
            },
            Some(landed) = flights.join_next() => match landed {
                Ok(answer) => tell(&socket, &answer),
                Err(error) => if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                },
            },
        }
    }
}

async fn answered(carrier: &Carrier, request: Request) -> FromNetwork {
    let id = request.id;
    let answer = carrier.carry(request).await;
    FromNetwork::Answered { id, answer }
}

/// Passes on what the executor says, until it says no more.
fn hear(mut socket: UnixStream, pass_on: &UnboundedSender<Request>) {
    loop {
        let message = match read_frame(&mut socket, MAX_TO_NETWORK) {
            Ok(frame) => ToNetwork::decode(&frame),
            Err(FrameError::Ended) => break,
            Err(error) => {
                tracing::error!("{error}");
                break;
            }
        };
        match message {
            Ok(ToNetwork::Send(request)) => {
                if pass_on.send(request).is_err() {
                    break;
                }
            }
            Ok(ToNetwork::Begin(_)) | Err(_) => {
                tracing::error!("the executor says what it never says");
                break;
            }
        }
    }
    // At once, whatever the server is being asked: nobody is there to hear the answer.
    std::process::exit(0);
}

/// Tells the executor; one that no longer listens has ended, and the reading thread sees it.
fn tell(mut socket: &UnixStream, message: &FromNetwork) {
    if write_frame(&mut socket, &message.encode()).is_err() {
        let _ = socket.shutdown(Shutdown::Both);
    }
}
