//! Conversations with a real service, kept as files without the secrets.
//!
//! A [`Recorder`] goes around any transport and writes what passes into a
//! [`Cassette`]; a [`Replayer`] answers from one.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use http::{Request, StatusCode};
//! use quell_transport::Transport;
//! use quell_transport::testing::{Recorder, Replayer, ScriptedTransport};
//!
//! # let service = ScriptedTransport::new();
//! # service.answer_json(StatusCode::OK, r#"{"id":"1","status":"Pending"}"#);
//! # let request = || Request::get("https://api.example/api/machineactions/1")
//! #     .header("authorization", "Bearer eyJ.secret.token").body(bytes::Bytes::new()).unwrap();
//! // Once, against the service:
//! let recorder = Recorder::new(service);
//! recorder.send(request()).await?;
//! let json = recorder.cassette().to_json()?;
//! assert!(!json.contains("secret"));
//!
//! // In every test from then on:
//! let replayer = Replayer::new(json.parse()?);
//! let answer = replayer.send(request()).await?;
//! assert_eq!(answer.body(), r#"{"id":"1","status":"Pending"}"#);
//! assert_eq!(replayer.remaining(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! # What is removed
//!
//! - Headers: every value but those of a short list that is known to hold no secret.
//!   `Authorization`, cookies and whatever a proxy adds are not on it.
//! - Compressed bodies, as a whole.
//! - Form bodies: every value but `grant_type`, `scope`, `resource`, `client_id` and
//!   `client_assertion_type`.
//! - JSON bodies, both ways: the values of properties whose name says that they are
//!   secret (`access_token`, `refresh_token`, `id_token`, `device_code`, `password`, …), in
//!   JSON within JSON too, and of the same names in any other text.
//! - Queries, and URLs wherever they stand: signatures (`sig`), codes and tokens.
//! - Any JSON web token, wherever it stands.
//! - Whatever was removed anywhere is a known secret from then on. The finished
//!   cassette is searched for all of them, also percent-encoded, escaped as in JSON or
//!   HTML, in base64 and in hexadecimal, one in another, and every text that holds one is
//!   removed as a whole. Values of fewer than six bytes are removed where they stand and
//!   not searched for.
//!
//! Names of machines, users and tenants are not secrets and stay; replace them with
//! [`Recorder::replacing`]. Read a cassette before you publish it.
//!
//! # The format
//!
//! JSON, `"format": "quell-cassette"`, `"version": 1`; `exchanges` in the order in which
//! they ended, each with a `request` (`method`, `url`, `headers`, `body`) and either an
//! `answer` (`status`, `headers`, `body`) or a `failure` (a kind's name). A body is one of
//! `{"json": …}`, `{"form": [[name, value], …]}`, `{"text": "…"}`, `{"base64": "…"}` or
//! `{"removed": "why"}`; an empty one is absent. `‹removed›` stands for what was removed.
//! A reader refuses other versions, unknown properties and more than 16 MiB.
//!
//! # How a request finds its answer
//!
//! By method, path, query and body: queries and forms compare as sets of pairs, JSON as
//! values, and host and headers not at all. The same rules that
//! removed secrets from the recording are applied to the request first, so that another
//! token is the same request. Of several that match, the first unused one answers: what is
//! asked again and again, like an action's state, goes through its states in order.

mod body;
mod escapes;
mod format;
mod names;
mod pairs;
mod recorder;
mod replayer;
mod scrub;
mod secrets;
mod sweep;

pub use format::{Cassette, CassetteError};
pub use recorder::Recorder;
pub use replayer::{Replayer, Unmatched};

/// Stands where something was removed. No real value looks like it.
const REMOVED: &str = "‹removed›";
