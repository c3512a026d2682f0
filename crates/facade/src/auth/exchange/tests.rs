use secrecy::ExposeSecret;

use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

fn read(status: u16, body: &str) -> Result<Issued, TokenError> {
    let secrets = Secrets::of(&SecretString::from("can ary&+"));
    issued(&answer(status, &[("retry-after", "5")], body), &secrets)
}

fn failure(status: u16, body: &str) -> TokenError {
    match read(status, body) {
        Ok(_) => panic!("{status} {body} was taken for a token"),
        Err(error) => error,
    }
}

fn life_of(headers: &[(&str, &str)], more: &str) -> Option<u64> {
    let body = format!(r#"{{"token_type":"bearer","access_token":"t"{more}}}"#);
    let read = issued(&answer(200, headers, &body), &Secrets::default());
    Some(read.ok()?.access.life()?.as_secs())
}

#[test]
fn the_life_is_read_as_number_and_as_text() {
    assert_eq!(life_of(&[], r#","expires_in":3599"#), Some(3599));
    assert_eq!(life_of(&[], r#","expires_in":"3599""#), Some(3599));
    assert_eq!(life_of(&[], ""), None);
    assert_eq!(life_of(&[], r#","expires_in":-5"#), None);
}

#[test]
fn an_end_alone_is_read_by_the_clock_that_said_it() {
    // 2001-09-09T01:46:40Z: no clock of ours would take the token for valid.
    let date = [("date", "Sun, 09 Sep 2001 01:46:40 GMT")];
    assert_eq!(life_of(&date, r#","expires_on":"1000000060""#), Some(60));
    assert_eq!(life_of(&date, r#","expires_on":1"#), None);
    let both = r#","expires_on":"1000000060","expires_in":"7""#;
    assert_eq!(life_of(&date, both), Some(7));
}

#[test]
fn a_life_that_cannot_be_believed_costs_no_token() {
    for odd in [
        "3599.5",
        "1e30",
        "\"soon\"",
        "[]",
        "null",
        "18446744073709551616",
        "0",
    ] {
        let body = format!(r#"{{"access_token":"t","expires_in":{odd}}}"#);
        let access = read(200, &body).map(|issued| issued.access);
        assert_eq!(access.unwrap().life(), None, "{odd}");
    }
    let longest = u64::try_from(i64::MAX).unwrap();
    assert_eq!(
        life_of(&[], &format!(r#","expires_in":{longest}"#)),
        Some(longest)
    );
}

#[test]
fn a_kept_token_lives_until_its_end_and_not_as_long_as_a_new_one() {
    // Platforms count `expires_in` from the issue of a token that they may have kept for hours.
    let date = [("date", "Sun, 09 Sep 2001 01:46:40 GMT")];
    let kept = r#","expires_in":"86400","expires_on":"1000000060""#;
    assert_eq!(life_of(&date, kept), Some(60));
    // Without a clock to read the end by, ours is not better than the issuer's word.
    assert_eq!(life_of(&[], kept), Some(86_400));
}

#[test]
fn a_refresh_token_is_kept_apart() {
    let body = r#"{"access_token":"t","refresh_token":"canary"}"#;
    let refresh = read(200, body).map(|issued| issued.refresh).unwrap();
    assert_eq!(refresh.unwrap().expose_secret(), "canary");
    let body = r#"{"access_token":"t","refresh_token":""}"#;
    assert!(read(200, body).is_ok_and(|issued| issued.refresh.is_none()));
}

#[test]
fn what_is_no_token_is_said_without_repeating_it() {
    for body in [
        "",
        "{}",
        "<html>",
        r#"{"access_token":""}"#,
        r#"{"access_token":"ca nary"}"#,
        r#"{"token_type":"mac","access_token":"canary"}"#,
    ] {
        let error = failure(200, body);
        assert!(
            matches!(error, TokenError::Unreadable { .. }),
            "{body}: {error:?}"
        );
        assert!(!format!("{error:?} {error}").contains("nary"), "{error:?}");
    }
}

#[test]
fn an_endless_answer_is_neither_a_token_nor_an_explanation() {
    let endless = "x".repeat(2 * LONGEST_BODY);
    let token = failure(200, &format!(r#"{{"access_token":"{endless}"}}"#));
    assert!(matches!(token, TokenError::Unreadable { .. }));
    let said = format!(r#"{{"error":"invalid_client","error_description":"{endless}"}}"#);
    assert!(
        failure(401, &said)
            .to_string()
            .ends_with("does not say why")
    );
}

#[test]
fn a_refusal_is_told_on_one_line_without_the_secret() {
    let body = r#"{"error":"invalid_client","error_description":
        "AADSTS7000222: not good: can ary&+ (can+ary%26%2B).\r\nTrace ID: 7","trace_id":"7"}"#;
    let error = failure(401, &body.replace('\n', " "));
    assert_eq!(
        error.to_string(),
        "the token endpoint refused (401 invalid_client): \
         AADSTS7000222: not good: [secret] ([secret]); \
         make a new secret for the application; trace id 7"
    );
    assert!(!error.may_pass());
    assert!(
        failure(400, "<html>")
            .to_string()
            .contains("does not say why")
    );
}

#[test]
fn what_may_pass_says_when() {
    for status in [408, 429, 500, 503] {
        let error = failure(status, "");
        assert!(error.may_pass(), "{status}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
    }
    let error = failure(400, r#"{"error":"temporarily_unavailable"}"#);
    assert!(error.may_pass());
}
