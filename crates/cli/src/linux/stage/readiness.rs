//! Waiting until a process of the stage says that it is ready.

use std::time::Duration;

use quell_terminal::Failure;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::process::Process;

/// What `quell serve --output json` writes when it listens.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerReady {
    /// Where the API is.
    pub(crate) base_url: String,
}

/// Reads the server's one line.
pub(crate) async fn of_server(
    server: &mut Process,
    patience: Duration,
) -> Result<ServerReady, Failure> {
    let Some(stdout) = server.stdout() else {
        return Err(server.failure("the server has no standard output"));
    };
    let mut lines = BufReader::new(stdout).lines();
    match tokio::time::timeout(patience, lines.next_line()).await {
        Ok(Ok(Some(line))) => serde_json::from_str(&line).map_err(|error| {
            server
                .failure("the server did not say where it listens")
                .because(&error)
        }),
        Ok(_) => {
            server.still_running()?;
            Err(server.failure("the server did not become ready"))
        }
        Err(_) => Err(server.failure("the server did not become ready in time")),
    }
}
