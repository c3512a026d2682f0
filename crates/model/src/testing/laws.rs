//! What holds of every reader, whatever bytes it is given: it never panics, what it takes it writes
//! in a form that reads the same, and what it shows is one plain line.
//!
//! Each function panics where its law is broken. The fuzz targets call nothing else, and the tests
//! run the fuzz targets' corpus through the same functions.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::odata::{NextLink, ODataPage};
use crate::{
    ActionAvailabilityStatus, Alert, ApiFault, CancelMachineActionRequest, CommentRequest,
    DownloadLink, ErrorEnvelope, File, InOrgFileStats, Indicator, IsolateRequest,
    ListMachineActions, ListMachines, Machine, MachineAction, Operation, RequestFault,
    RunAntiVirusScanRequest, Sha1, StopAndQuarantineFileRequest, SubmitIndicatorRequest, Timestamp,
    TokenError, TokenResponse,
};

/// A law by name, as the fuzz target and the folder of its corpus are called.
pub type Law = (&'static str, fn(&[u8]));

/// Every law.
pub const LAWS: &[Law] = &[
    ("sha1", sha1),
    ("timestamp", timestamp),
    ("next_link", next_link),
    ("machine_action", machine_action),
    ("machine", machine),
    ("file", file),
    ("alert", alert),
    ("indicator", indicator),
    ("odata_page", odata_page),
    ("error_envelope", error_envelope),
    ("token", token),
    ("request", request),
];

/// A text is a SHA-1 only if it is 40 hexadecimal digits, and is then shown in lower case.
///
/// # Panics
/// Where the law is broken.
pub fn sha1(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Sha1>() {
        Ok(sha1) => {
            assert_eq!(sha1.to_string(), text.to_ascii_lowercase());
            assert_eq!(Sha1::from_bytes(*sha1.as_bytes()), sha1);
        }
        Err(error) => {
            let digits = text.chars().all(|c| c.is_ascii_hexdigit());
            assert!(!digits || text.len() != 40, "{text:?}: {error}");
            is_one_line(&error);
        }
    }
}

/// A moment that was read is written in the service's form, and reads the same.
///
/// # Panics
/// Where the law is broken.
pub fn timestamp(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Timestamp>() {
        Ok(moment) => {
            let written = moment.to_string();
            assert_eq!(written.parse(), Ok(moment), "{text:?}");
            assert!(
                written.ends_with('Z') && written.len() <= "9999-12-31T23:59:59.9999999Z".len()
            );
            assert_eq!(Timestamp::from_unix_ticks(moment.unix_ticks()), moment);
        }
        Err(error) => is_one_line(&error),
    }
}

/// A next link yields a request to the collection that was asked for, with a query that can be sent
/// as it is, or nothing.
///
/// # Panics
/// Where the law is broken.
pub fn next_link(bytes: &[u8]) {
    let link = NextLink::new(String::from_utf8_lossy(bytes));
    let actions = ListMachineActions::following(&link).map(|next| next.encode());
    let machines = ListMachines::following(&link).map(|next| next.encode());
    assert!(
        actions.is_err() || machines.is_err(),
        "{link} leads to two collections"
    );
    for next in [actions, machines] {
        match next {
            Ok(request) => {
                let sent = request.path_and_query();
                assert!(
                    sent.bytes()
                        .all(|byte| byte.is_ascii_graphic() && byte != b'#')
                );
                assert!(request.path.starts_with("/api/machine"));
            }
            Err(error) => is_one_line(&error),
        }
    }
}

/// Laws of [`MachineAction`], and of what else is asked of actions.
///
/// # Panics
/// Where the law is broken.
pub fn machine_action(bytes: &[u8]) {
    reads_what_it_writes::<ActionAvailabilityStatus>(bytes);
    reads_what_it_writes::<DownloadLink>(bytes);
    if let Some(action) = reads_what_it_writes::<MachineAction>(bytes) {
        let _ = (action.file_sha1(), action.status.is_final());
    }
}

/// Laws of [`Machine`].
///
/// # Panics
/// Where the law is broken.
pub fn machine(bytes: &[u8]) {
    reads_what_it_writes::<Machine>(bytes);
}

/// Laws of [`File`] and of [`InOrgFileStats`].
///
/// # Panics
/// Where the law is broken.
pub fn file(bytes: &[u8]) {
    reads_what_it_writes::<File>(bytes);
    reads_what_it_writes::<InOrgFileStats>(bytes);
}

/// Laws of [`Alert`].
///
/// # Panics
/// Where the law is broken.
pub fn alert(bytes: &[u8]) {
    reads_what_it_writes::<Alert>(bytes);
}

/// Laws of [`Indicator`] and of the request that makes one.
///
/// # Panics
/// Where the law is broken.
pub fn indicator(bytes: &[u8]) {
    reads_what_it_writes::<Indicator>(bytes);
    is_taken_again(bytes, SubmitIndicatorRequest::from_json);
}

/// Laws of [`ODataPage`].
///
/// # Panics
/// Where the law is broken.
pub fn odata_page(bytes: &[u8]) {
    reads_what_it_writes::<ODataPage<Machine>>(bytes);
    reads_what_it_writes::<ODataPage<Alert>>(bytes);
    reads_what_it_writes::<ODataPage<Indicator>>(bytes);
    reads_what_it_writes::<ODataPage<ActionAvailabilityStatus>>(bytes);
    let actions = reads_what_it_writes::<ODataPage<MachineAction>>(bytes);
    if let Some(link) = actions.and_then(|page| page.next_link) {
        next_link(link.as_str().as_bytes());
    }
}

/// Laws of [`ErrorEnvelope`] and of [`ApiFault`]: any bytes are a refusal, shown as one plain line.
///
/// # Panics
/// Where the law is broken.
pub fn error_envelope(bytes: &[u8]) {
    reads_what_it_writes::<ErrorEnvelope>(bytes);
    let mut fault = ApiFault::read(400, bytes);
    is_one_line(&fault);
    for status in [400, 401, 404, 429, 503] {
        fault.status = status;
        let _ = (fault.retry(), fault.is_not_found());
    }
}

/// Laws of the token endpoint's two answers; a token is never shown.
///
/// # Panics
/// Where the law is broken.
pub fn token(bytes: &[u8]) {
    reads_what_it_writes::<TokenError>(bytes);
    if let Some(answer) = reads_what_it_writes::<TokenResponse>(bytes) {
        let token = answer.access_token.expose();
        let telling = token.len() > 20 && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let elsewhere = String::from_utf8_lossy(bytes).matches(token).count() > 1;
        let escaped = bytes.contains(&b'\\');
        let shown = format!("{answer:?}").contains(token);
        assert!(
            !shown || !telling || elsewhere || escaped,
            "a token is shown"
        );
    }
}

/// Laws of the strict readers of requests: a refusal is one plain line; what is taken, is taken again
/// as it is written.
///
/// # Panics
/// Where the law is broken.
pub fn request(bytes: &[u8]) {
    is_taken_again(bytes, StopAndQuarantineFileRequest::from_json);
    is_taken_again(bytes, CancelMachineActionRequest::from_json);
    is_taken_again(bytes, CommentRequest::from_json);
    is_taken_again(bytes, IsolateRequest::from_json);
    is_taken_again(bytes, RunAntiVirusScanRequest::from_json);
}

fn is_taken_again<T: Serialize + PartialEq + Debug>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, RequestFault>,
) {
    match read(bytes) {
        Ok(taken) => assert_eq!(read(&written(&taken)).as_ref().ok(), Some(&taken)),
        Err(fault) => is_one_line(&fault),
    }
}

/// Reads bytes; what was read is written so that it reads the same and is written the same again.
fn reads_what_it_writes<T: DeserializeOwned + Serialize + PartialEq + Debug>(
    bytes: &[u8],
) -> Option<T> {
    let read: T = serde_json::from_slice(bytes).ok()?;
    let first = written(&read);
    let again: Option<T> = serde_json::from_slice(&first).ok();
    assert_eq!(
        again.as_ref(),
        Some(&read),
        "{}",
        String::from_utf8_lossy(&first)
    );
    assert_eq!(again.as_ref().map(written), Some(first));
    Some(read)
}

/// Empty where a value cannot be written, which no reader takes.
fn written(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn is_one_line(shown: &impl ToString) {
    let shown = shown.to_string();
    assert!(
        !shown.is_empty() && !shown.contains(char::is_control),
        "{shown:?}"
    );
}
