use quell_model::ApiFault;

/// What sort of failure an [`Error`](crate::Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is not what the API takes; nothing was sent. Or the service said so.
    InvalidInput,
    /// The client was not put together rightly.
    Configuration,
    /// There is no valid token: none could be got, or the service refused it twice.
    Authentication,
    /// The token is valid and lacks a permission.
    Forbidden,
    /// The service does not know the machine, action or file.
    NotFound,
    /// Something is in the way, such as an action that is still open on this machine.
    Conflict,
    /// The limits do not allow the call before its deadline.
    RateLimited,
    /// The service, or the token endpoint, does not work at the moment.
    Unavailable,
    /// The service answered in a way that this list has no word for.
    Service,
    /// There was no answer.
    Transport,
    /// The call was given up at its deadline.
    Timeout,
    /// The answer cannot be understood.
    Decode,
    /// What is to outlive this process, the limits or the journal of intents, could not be read or
    /// written; nothing was sent.
    Store,
}

impl ErrorKind {
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidInput => "the input is not valid",
            Self::Configuration => "the client is not set up rightly",
            Self::Authentication => "there is no valid token",
            Self::Forbidden => "a permission is missing",
            Self::NotFound => "the service does not know it",
            Self::Conflict => "something is in the way",
            Self::RateLimited => "the limits allow no call before the deadline",
            Self::Unavailable => "the service does not work at the moment",
            Self::Service => "the service refused",
            Self::Transport => "there was no answer",
            Self::Timeout => "the deadline has passed",
            Self::Decode => "the answer cannot be understood",
            Self::Store => "the store of limits or intents does not work, so nothing was sent",
        }
    }

    /// The kind of a refusal. Only one code says more than its status.
    pub(crate) fn of_refusal(refusal: &ApiFault) -> Self {
        if refusal.is_already_active() {
            return Self::Conflict;
        }
        match refusal.status {
            401 => Self::Authentication,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            429 => Self::RateLimited,
            408 | 500 | 502..=504 => Self::Unavailable,
            400..=499 => Self::InvalidInput,
            _ => Self::Service,
        }
    }
}

#[cfg(test)]
mod tests {
    use quell_model::ErrorCode;

    use super::*;

    fn kind(status: u16, code: &str) -> ErrorKind {
        ErrorKind::of_refusal(&ApiFault::new(status, ErrorCode::from(code), ""))
    }

    #[test]
    fn an_open_action_is_a_conflict_though_the_status_is_400() {
        assert_eq!(kind(400, "ActiveRequestAlreadyExists"), ErrorKind::Conflict);
        assert_eq!(kind(400, "BadRequest"), ErrorKind::InvalidInput);
        assert_eq!(kind(400, "NobodyKnows"), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_redirect_is_no_input_error() {
        assert_eq!(kind(307, ""), ErrorKind::Service);
    }
}
