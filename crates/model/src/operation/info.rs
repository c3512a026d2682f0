//! What is known of an operation before it is called: plain data, generated from the contract.

use crate::{PermissionInfo, RateInfo};

/// The method of a request; the API uses no others here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Reads.
    Get,
    /// Asks for an action, or writes.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// The method as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// What happens when a request is sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// Nothing happens at all, however often.
    Safe,
    /// Twice is the same as once.
    Idempotent,
    /// It may happen twice: never send it again before it is known what the first one did.
    NotIdempotent,
}

/// Who holds a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Holder {
    /// An application by itself; its permissions are the token's `roles`.
    Application,
    /// A person through an application; the permissions are the token's `scp`.
    Delegated,
}

/// An option of a collection's query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryOption {
    /// `$filter`: only entities that meet a condition.
    Filter,
    /// `$top`: at most so many.
    Top,
    /// `$skip`: not the first so many.
    Skip,
    /// `$orderby`: in this order.
    OrderBy,
    /// `$select`: only these properties.
    Select,
    /// `$count`: with the number of all.
    Count,
}

/// Permissions of which one is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnyOf(pub &'static [&'static str]);

/// An operation: how it is called, who may, how often, and what a second call does.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The API's name for it, such as `StopAndQuarantineFile`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The method.
    pub method: Method,
    /// The path below the host, with parameters in braces.
    pub path: &'static str,
    /// The status of a taken request.
    pub success: u16,
    /// What a second call does.
    pub idempotency: Idempotency,
    /// What an application needs: one of each, asked in this order.
    pub application: &'static [AnyOf],
    /// What a person's token needs: one of each, asked in this order.
    pub delegated: &'static [AnyOf],
    /// What the person's role must allow, in the documentation's words, if it has any for it.
    pub role: Option<&'static str>,
    /// How often it may be called by one application in one tenant.
    pub rate: &'static RateInfo,
    /// What the answer is a collection of, by the contract's name, if it is one; such an answer may
    /// come in pages.
    pub entity: Option<&'static str>,
    /// The options of OData's that it takes.
    pub options: &'static [QueryOption],
    /// The properties that a filter may name, and an order.
    pub filter: &'static [&'static str],
    /// Whether the action that it starts can be cancelled.
    pub cancelable: bool,
    /// The address of its public documentation; none for an operation that was only seen.
    pub documentation: Option<&'static str>,
}

impl OperationInfo {
    /// The permissions that a token of this kind needs: one of each, asked in this order.
    #[must_use]
    pub const fn permissions(&self, holder: Holder) -> &'static [AnyOf] {
        match holder {
            Holder::Application => self.application,
            Holder::Delegated => self.delegated,
        }
    }

    /// The first half of the permissions of which the token has none, if there is one.
    ///
    /// The permissions of a token are its `roles`, or the words of its `scp`.
    #[must_use]
    pub fn missing(&self, holder: Holder, granted: &[impl AsRef<str>]) -> Option<AnyOf> {
        let holds_one = |half: &AnyOf| granted.iter().any(|one| half.0.contains(&one.as_ref()));
        self.permissions(holder)
            .iter()
            .find(|half| !holds_one(half))
            .copied()
    }
}

impl AnyOf {
    /// The service's sentence when a token has none of these.
    #[must_use]
    pub fn refusal(self, holder: Holder) -> String {
        let kind = match holder {
            Holder::Application => "application",
            Holder::Delegated => "delegated",
        };
        format!(
            "The application does not have any of the required {kind} permissions ({}) to access the resource.",
            self.0.join(", ")
        )
    }

    /// What is known of each of these.
    pub fn details(self, holder: Holder) -> impl Iterator<Item = &'static PermissionInfo> {
        self.0
            .iter()
            .filter_map(move |value| PermissionInfo::find(holder, value))
    }
}
