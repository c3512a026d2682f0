//! Which names say that a value is secret, and which that it is none.

/// Headers whose values are kept.
pub(super) const KEPT_HEADERS: [&str; 22] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "allow",
    "cache-control",
    "client-request-id",
    "content-encoding",
    "content-type",
    "date",
    "etag",
    "location",
    "odata-maxversion",
    "odata-version",
    "prefer",
    "preference-applied",
    "request-id",
    "retry-after",
    "user-agent",
    "vary",
    "www-authenticate",
    "x-ms-client-request-id",
    "x-ms-request-id",
];

/// A header whose name has such a part holds a secret, to be found elsewhere too.
pub(super) const TELLING_PARTS: [&str; 10] = [
    "auth",
    "cookie",
    "token",
    "key",
    "secret",
    "signature",
    "credential",
    "jwt",
    "passw",
    "session",
];

/// Fields of a form whose values are kept.
pub(super) const KEPT_FIELDS: [&str; 8] = [
    "client_assertion_type",
    "client_id",
    "grant_type",
    "requested_token_type",
    "resource",
    "response_type",
    "scope",
    "subject_token_type",
];

/// Properties and parameters whose values are secret, without case and punctuation.
const SECRET_NAMES: [&str; 20] = [
    "accesstoken",
    "actortoken",
    "apikey",
    "assertion",
    "authorization",
    "clientassertion",
    "clientsecret",
    "devicecode",
    "idtoken",
    "password",
    "privatekey",
    "refreshtoken",
    "sastoken",
    "secret",
    "secrettext",
    "sharedkey",
    "subjecttoken",
    "token",
    "usercode",
    "enrolmenttoken",
];

/// The same with anything before it.
const SECRET_ENDINGS: [&str; 13] = [
    "accesskey",
    "accesstoken",
    "accountkey",
    "apikey",
    "clientsecret",
    "connectionstring",
    "idtoken",
    "passphrase",
    "password",
    "privatekey",
    "refreshtoken",
    "secretkey",
    "subscriptionkey",
];

/// Secret in a query, and an innocent name elsewhere.
const SECRET_PARAMETERS: [&str; 2] = ["code", "sig"];

pub(super) fn is_secret_name(name: &str) -> bool {
    let name = plain(name);
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Of those that are not secret elsewhere too.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    let name = plain(name);
    SECRET_PARAMETERS.contains(&name.as_str()) || name.ends_with("signature")
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}
