//! The list of promises.

use super::probe::{Probe, Verdict};
use super::{delivery, failure, limits, once};

macro_rules! cases {
    ($($(#[$doc:meta])* $case:ident => $examine:path,)*) => {
        /// One promise of [`Transport`](crate::Transport).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Case {
            $($(#[$doc])* $case,)*
        }

        impl Case {
            /// Every case, in the order in which they are examined.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            pub(super) async fn examine(self, probe: &Probe<'_>) -> Verdict {
                match self {
                    $(Self::$case => Box::pin($examine(probe)).await,)*
                }
            }
        }
    };
}

cases! {
    /// Any status is an answer.
    StatusPassesThrough => delivery::status,
    /// Headers arrive in both directions, repeated ones too.
    HeadersPassThrough => delivery::headers,
    /// Bodies of any bytes arrive in both directions.
    BodiesPassThrough => delivery::bodies,
    /// Path and query arrive as they were encoded.
    TargetPassesThrough => delivery::target,
    /// An empty POST says that its length is 0; some servers refuse it otherwise.
    EmptyPostHasALength => delivery::empty_post,
    /// A redirect, to another host or the same, is an answer and is not followed.
    RedirectIsAnAnswer => delivery::redirect,
    /// Answers of 100 to 199 are skipped, but for the final one.
    InformationalSkipped => delivery::informational,
    /// Whoever asks for gzip decodes it.
    GzipIsDecoded => delivery::gzip,
    /// Neither a request to loopback nor one in clear text uses the proxy.
    ProxyUnused => delivery::proxy_unused,
    /// A connection that is not ready for a request in time is proved not sent.
    ConnectTimeout => limits::connect,
    /// A proxy that does not answer in time is proved not sent.
    TunnelTimeout => limits::tunnel,
    /// An answer that does not begin in time is given up.
    FirstByteTimeout => limits::first_byte,
    /// An answer that does not end in time is given up.
    TotalTimeout => limits::total,
    /// An answer that comes byte by byte and does not end in time is given up.
    SlowDrip => limits::drip,
    /// A head without end is an error, and its request unknown.
    HeaderFlood => limits::header_flood,
    /// A small gzip stream that unfolds beyond the cap is an error.
    GzipBomb => limits::gzip_bomb,
    /// A body of the very cap is an answer, a larger one an error.
    BodyCap => limits::body_cap,
    /// A relative URI or unknown scheme is refused and proved not sent.
    UnusableUri => failure::unusable_uri,
    /// A refused connection is proved not sent.
    ConnectionRefused => failure::refused,
    /// A name without address is proved not sent.
    NameNotResolved => failure::unresolved,
    /// A TLS handshake with a plain-text server is proved not sent.
    TlsHandshakeFailed => failure::no_tls,
    /// A tunnel that the proxy denies is proved not sent, and the proxy sees no credential.
    TunnelDenied => failure::tunnel_denied,
    /// Through a tunnel goes TLS and nothing else.
    TunnelCarriesTls => failure::tunnel_granted,
    /// A proxy gets its password, and no error does.
    ProxyCredentials => failure::proxy_credentials,
    /// A connection that breaks after the request arrived leaves it unknown.
    ConnectionReset => failure::reset,
    /// An answer cut off anywhere, gently or by a reset, is an error, and its request unknown.
    AnswerCutOff => failure::cut_off,
    /// A gzip stream that is cut off or none is an error, and its request unknown.
    GzipBroken => failure::gzip_broken,
    /// What is not HTTP is an error, and its request unknown.
    AnswerGarbled => failure::garbled,
    /// Errors name neither URL, headers nor body.
    SecretsStayOut => failure::secrets,
    /// Connections are used for several requests.
    ConnectionReused => once::reused,
    /// A request that breaks on a kept connection is not repeated.
    KeptConnectionReset => once::kept_connection_reset,
    /// A kept connection that breaks while a request is written leaves that unknown.
    KeptConnectionResetMeanwhile => once::kept_connection_reset_meanwhile,
    /// A kept connection that the server closed makes no request arrive twice.
    KeptConnectionClosed => once::kept_connection_closed,
    /// A status that invites to repeat is not acted upon.
    NothingIsRepeated => once::inviting_statuses,
    /// A send that is dropped stops, and its connection ends.
    DroppedSendStops => once::dropped,
    /// Requests side by side arrive once each and get their own answers.
    SideBySide => once::side_by_side,
}
