//! Where something can be downloaded.

use crate::DownloadLink;

impl DownloadLink {
    /// The address, without the pair of quotation marks in which the service sometimes sets it.
    ///
    /// Whoever has it can download what is there, so it is a secret: not for logs.
    #[must_use]
    pub fn expose_uri(&self) -> &str {
        let text = self.value.expose();
        let inner = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        inner.unwrap_or(text)
    }
}

#[cfg(test)]
mod tests {
    use crate::{GetPackageUri, Operation};

    #[test]
    fn extra_quotation_marks_are_taken_off_and_nothing_is_shown() {
        for (value, uri) in [
            (
                r#""https://example.net/p?sig=s3cret""#,
                "https://example.net/p?sig=s3cret",
            ),
            (
                r#""\"https://example.net/p?sig=s3cret\"""#,
                "https://example.net/p?sig=s3cret",
            ),
            (r#""\"""#, "\""),
            (r#""""#, ""),
        ] {
            let body = format!(r#"{{"value":{value}}}"#);
            let link = GetPackageUri::decode(200, body.as_bytes()).expect("a link");
            assert_eq!(link.expose_uri(), uri);
            assert!(!format!("{link:?}").contains("s3cret"));
            assert_eq!(serde_json::to_string(&link).expect("json"), body);
        }
    }
}
