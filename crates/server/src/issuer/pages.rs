//! The pages that a person sees: plain, without scripts, framed by nobody.

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::redirect::RedirectUri;
use crate::secret::sha256;

const STYLE: &str = include_str!("pages.css");

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    body: String,
    /// Where its form may lead, beside this server.
    leads_to: Option<String>,
    cookie: Option<String>,
}

/// What a person is asked to agree to.
#[derive(Debug)]
pub(super) struct Question<'a> {
    /// Where the form goes.
    pub(super) action: &'a str,
    /// What it carries along.
    pub(super) hidden: &'a [(&'a str, &'a str)],
    /// The application's name.
    pub(super) application: &'a str,
    /// The scopes that it asks for.
    pub(super) scopes: &'a [String],
    /// The name to begin with.
    pub(super) name: &'a str,
    /// What went wrong last time.
    pub(super) complaint: Option<&'a str>,
}

impl Page {
    fn new(title: &'static str, body: String) -> Self {
        Self {
            status: StatusCode::OK,
            title,
            body,
            leads_to: None,
            cookie: None,
        }
    }

    /// A page with a sentence and nothing to do.
    pub(super) fn note(title: &'static str, sentence: &str) -> Self {
        Self::new(title, format!("<p>{}</p>", escaped(sentence)))
    }

    /// A page that says why it goes no further.
    pub(super) fn refusal(status: StatusCode, sentence: &str) -> Self {
        Self {
            status,
            ..Self::note("This does not work", sentence)
        }
    }

    /// Asks for name and password, and says what for.
    pub(super) fn sign_in(question: &Question<'_>) -> Self {
        let mut body = format!(
            "<p><strong>{}</strong> asks to act in your name",
            escaped(question.application)
        );
        if question.scopes.is_empty() {
            body.push_str(": to know who you are, and nothing else.</p>");
        } else {
            body.push_str(". You give it:</p><ul>");
            for scope in question.scopes {
                body.push_str(&format!("<li><code>{}</code></li>", escaped(scope)));
            }
            body.push_str("</ul>");
        }
        body.push_str(&form(question, &format!(
            "<label for=\"username\">Name</label>\
             <input id=\"username\" name=\"username\" autocomplete=\"username\" autocapitalize=\"none\" \
             spellcheck=\"false\" maxlength=\"256\" value=\"{}\"{}>\
             <label for=\"password\">Password</label>\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" \
             maxlength=\"256\"{}>\
             <div class=\"buttons\"><button name=\"decision\" value=\"allow\">Sign in and allow</button>\
             <button name=\"decision\" value=\"deny\" class=\"quiet\">Refuse</button></div>",
            escaped(question.name),
            if question.name.is_empty() { " autofocus" } else { "" },
            if question.name.is_empty() { "" } else { " autofocus" },
        )));
        Self::new("Sign in", body)
    }

    /// Asks for the code that a device shows.
    pub(super) fn user_code(question: &Question<'_>) -> Self {
        let fields = "<label for=\"user_code\">Code</label>\
             <input id=\"user_code\" name=\"user_code\" class=\"code\" autocomplete=\"off\" \
             autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"16\" autofocus required>\
             <div class=\"buttons\"><button>Continue</button></div>";
        let body = format!(
            "<p>Enter the code that your device or your terminal shows. Enter none that somebody \
             sent you.</p>{}",
            form(question, fields)
        );
        Self::new("Enter the code", body)
    }

    /// Brings an answer to an application that wants it posted. Without scripts the person has to
    /// send it off.
    pub(super) fn posted(to: &RedirectUri, answer: &[(&str, &str)]) -> Self {
        let question = Question {
            action: to.as_str(),
            hidden: answer,
            application: "",
            scopes: &[],
            name: "",
            complaint: None,
        };
        let button =
            "<div class=\"buttons\"><button autofocus>Back to the application</button></div>";
        Self::new("Signed in", form(&question, button)).leading_to(to)
    }

    /// Answers with another status.
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Lets the form's answer lead to an application.
    pub(super) fn leading_to(mut self, to: &RedirectUri) -> Self {
        self.leads_to = Some(to.policy_source());
        self
    }

    /// Has the browser keep a cookie.
    pub(super) fn with_cookie(mut self, cookie: String) -> Self {
        self.cookie = Some(cookie);
        self
    }

    fn policy(&self) -> String {
        let style = STANDARD.encode(sha256(STYLE.as_bytes()));
        let leads_to = self.leads_to.as_deref().unwrap_or_default();
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; form-action 'self' {leads_to}; \
             base-uri 'none'; frame-ancestors 'none'"
        )
    }

    pub(super) fn into_response(self) -> Response {
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\"><title>{title} – quell</title>\
             <style>{STYLE}</style></head><body><main><p class=\"brand\">quell</p>\
             <h1>{title}</h1>{body}</main></body></html>",
            title = self.title,
            body = self.body,
        );
        let policy = self.policy();
        let mut response = (self.status, html).into_response();
        let headers = response.headers_mut();
        bar(headers);
        set(headers, header::CONTENT_TYPE, "text/html; charset=utf-8");
        set(headers, header::CONTENT_SECURITY_POLICY, &policy);
        if let Some(cookie) = &self.cookie {
            set(headers, header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Sends a browser on, by GET.
pub(super) fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    bar(headers);
    set(headers, header::LOCATION, to);
    response
}

/// What every answer to a browser says: keep nothing, show it in no frame, guess no type, and tell
/// no other site where the person came from.
fn bar(headers: &mut HeaderMap) {
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
}

/// What cannot stand in a header is left out: then the answer leads nowhere.
fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn form(question: &Question<'_>, fields: &str) -> String {
    let mut html = String::new();
    if let Some(complaint) = question.complaint {
        html.push_str(&format!(
            "<p class=\"complaint\" role=\"alert\">{}</p>",
            escaped(complaint)
        ));
    }
    html.push_str(&format!(
        "<form method=\"post\" action=\"{}\">",
        escaped(question.action)
    ));
    for (name, value) in question.hidden {
        html.push_str(&format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escaped(name),
            escaped(value)
        ));
    }
    html.push_str(fields);
    html.push_str("</form>");
    html
}

/// Text as it stands in HTML, in an attribute too.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // A browser reads these as something else, or hides what follows.
            letter if letter.is_control() => html.push('\u{fffd}'),
            letter => html.push(letter),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_text() {
        let hostile = "\"><script>alert('1')</script>&\0";
        assert_eq!(
            escaped(hostile),
            "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\u{fffd}"
        );
        let page = Page::sign_in(&Question {
            action: hostile,
            hidden: &[("request", hostile)],
            application: hostile,
            scopes: &[hostile.to_owned()],
            name: hostile,
            complaint: Some(hostile),
        });
        assert!(!page.body.contains("<script>"), "{}", page.body);
    }

    #[test]
    fn page_leads_to_its_server_and_to_one_application() {
        let page = Page::note("t", "s");
        assert!(page.policy().contains("form-action 'self' ;"));
        let to = RedirectUri::parse("http://localhost:5/x").unwrap();
        let policy = page.leading_to(&to).policy();
        assert!(
            policy.contains("form-action 'self' http://localhost:5;"),
            "{policy}"
        );
        assert!(policy.starts_with("default-src 'none';"));
    }
}
