//! Who calls, in the words of the audit trail.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::request::Parts;
use quell_model::OperationInfo;

use super::{Api, Call};
use crate::audit::Refused;
use crate::core::Grant;
use crate::core::audit::{Actor, By, Refusal};
use crate::exchange;
use crate::issuer::{Caller, Unauthorized};

impl Api {
    /// Counts a call whose token was no good. That there is none is no attempt.
    pub(super) fn count_bad_token(
        &self,
        why: &Unauthorized,
        operation: &OperationInfo,
        parts: &Parts,
    ) {
        match why {
            Unauthorized::NoToken | Unauthorized::NoKeys | Unauthorized::Unavailable(_) => return,
            Unauthorized::BadToken | Unauthorized::Flawed(_) => {}
        }
        let refused = Refused {
            tenant: None,
            why: Refusal::Token,
            operation: operation.name,
            application: None,
            peer: peer(parts),
        };
        self.refusals.count(refused, self.clock.now());
    }

    /// Counts a request for a token with a wrong client or secret.
    pub(super) fn count_bad_client(&self, parts: &Parts) {
        let refused = Refused {
            tenant: None,
            why: Refusal::Client,
            operation: "IssueToken",
            application: None,
            peer: peer(parts),
        };
        self.refusals.count(refused, self.clock.now());
    }

    /// Counts a call for which the caller has no permission.
    pub(super) fn count_denied(&self, caller: &Caller, operation: &'static str, parts: &Parts) {
        let refused = Refused {
            tenant: Some(caller.tenant),
            why: Refusal::Permission,
            operation,
            application: Some(caller.client_id.clone()),
            peer: peer(parts),
        };
        self.refusals.count(refused, self.clock.now());
    }
}

impl Call<'_> {
    /// What the trail says of this call.
    pub(super) fn by(&self) -> By {
        let caller = &self.caller;
        let actor = match caller.grant {
            Grant::Application(_) => Actor::Application {
                id: caller.client_id.clone(),
                name: caller.requestor.clone(),
            },
            Grant::Person(_) => Actor::Person {
                name: caller.requestor.clone(),
                application: caller.client_id.clone(),
            },
        };
        By {
            actor,
            operation: self.operation.name,
            request: Some(exchange::request_id().to_string()),
            peer: peer(self.parts),
        }
    }
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|peer| peer.0.ip())
}
