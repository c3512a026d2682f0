//! What an application asks a person for.

use super::claims::audience_is_ours;
use super::fault::TokenFault;

/// The resource when a person only signs in.
const DEFAULT_RESOURCE: &str = "https://api.securitycenter.microsoft.com";
/// The word for every scope that the application is registered with.
const ALL: &str = ".default";

/// The scopes of one request: of one resource, and those of OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scopes {
    /// The resource that the token opens.
    pub(super) resource: String,
    /// The permissions asked for by name.
    pub(super) named: Vec<String>,
    /// Whether all that the application is registered with is asked for.
    pub(super) all: bool,
    /// Whether an id token is asked for.
    pub(super) openid: bool,
    /// Whether a refresh token is asked for.
    pub(super) offline: bool,
}

impl Scopes {
    /// Reads a list with blanks between, such as `https://api.example/.default openid`.
    pub(super) fn parse(text: &str, base_url: &str) -> Result<Self, TokenFault> {
        let refused = || TokenFault::PersonScope(text.chars().take(200).collect());
        let mut scopes = Self {
            resource: String::new(),
            named: Vec::new(),
            all: false,
            openid: false,
            offline: false,
        };
        for word in text.split_ascii_whitespace() {
            match word {
                "openid" => scopes.openid = true,
                "offline_access" => scopes.offline = true,
                "profile" | "email" => {}
                _ => {
                    let (resource, name) = word.rsplit_once('/').ok_or_else(refused)?;
                    let other = !scopes.resource.is_empty() && scopes.resource != resource;
                    if other || !audience_is_ours(resource, base_url) {
                        return Err(refused());
                    }
                    resource.clone_into(&mut scopes.resource);
                    match name {
                        ALL => scopes.all = true,
                        name => scopes.named.push(name.to_owned()),
                    }
                }
            }
        }
        if scopes.resource.is_empty() {
            if !scopes.openid && !scopes.offline {
                return Err(refused());
            }
            DEFAULT_RESOURCE.clone_into(&mut scopes.resource);
        }
        Ok(scopes)
    }

    /// Reads what a client of the first version asks for: a resource, and all of it.
    pub(super) fn of_resource(resource: &str, base_url: &str) -> Result<Self, TokenFault> {
        Self::parse(&format!("{resource}/{ALL} openid offline_access"), base_url)
    }

    /// What is given, of all that is registered with the application and allowed to the person.
    /// A name that is not registered with the application is refused.
    pub(super) fn granted(
        &self,
        application: &[String],
        person: &[String],
    ) -> Result<Vec<String>, TokenFault> {
        if let Some(unknown) = self.named.iter().find(|name| !application.contains(name)) {
            return Err(TokenFault::PersonScope(unknown.chars().take(200).collect()));
        }
        let asked = |scope: &&String| self.all || self.named.contains(scope);
        let allowed = application
            .iter()
            .filter(asked)
            .filter(|scope| person.contains(scope));
        Ok(allowed.cloned().collect())
    }

    /// Whether any permission is asked for: who only signs in asks for none.
    pub(super) fn asks_for_permissions(&self) -> bool {
        self.all || !self.named.is_empty()
    }

    /// What the person agreed to: these permissions, and none that the application is registered
    /// with later, though it asked for all.
    pub(super) fn agreed(&self, granted: Vec<String>) -> Self {
        Self {
            named: granted,
            ..self.clone()
        }
    }

    /// Whether all of this was agreed to.
    pub(super) fn is_within(&self, agreed: &Self) -> bool {
        let known = |name| agreed.named.contains(name);
        // `.default` asks for what was agreed to, whatever that was.
        self.named.iter().all(known)
            && (self.resource == agreed.resource || !self.asks_for_permissions())
    }

    /// What is left of an agreement for this request, now that application and person may have lost
    /// something.
    pub(super) fn left_of(
        &self,
        agreed: &Self,
        application: &[String],
        person: &[String],
    ) -> Vec<String> {
        let asked = |scope: &&String| self.all || self.named.contains(scope);
        let held = |scope: &&String| application.contains(scope) && person.contains(scope);
        let left = agreed.named.iter().filter(asked).filter(held);
        left.cloned().collect()
    }

    /// As the token endpoint says it, with what was granted.
    pub(super) fn said(&self, granted: &[String]) -> String {
        let mut words: Vec<String> = Vec::new();
        if self.openid {
            words.extend(["openid".to_owned(), "profile".to_owned()]);
        }
        if self.offline {
            words.push("offline_access".to_owned());
        }
        words.extend(
            granted
                .iter()
                .map(|name| format!("{}/{name}", self.resource)),
        );
        if self.all {
            words.push(format!("{}/{ALL}", self.resource));
        }
        words.join(" ")
    }

    /// As it is kept: [`parse`](Self::parse) reads the same again.
    pub(super) fn kept(&self) -> String {
        self.said(&self.named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://127.0.0.1:9";
    const RESOURCE: &str = "https://api.securitycenter.microsoft.com";

    fn parse(text: &str) -> Result<Scopes, TokenFault> {
        Scopes::parse(text, BASE)
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn one_resource_and_the_words_of_openid() {
        let asked = parse(&format!(
            "openid profile offline_access {RESOURCE}/Machine.Read {RESOURCE}/Machine.StopAndQuarantine"
        ))
        .unwrap();
        assert_eq!(asked.resource, RESOURCE);
        assert_eq!(asked.named, ["Machine.Read", "Machine.StopAndQuarantine"]);
        assert!(asked.openid && asked.offline && !asked.all);
        assert_eq!(parse(&asked.kept()).unwrap(), asked);
        let all = parse(&format!("{RESOURCE}//.default")).unwrap();
        assert_eq!(
            (all.resource.as_str(), all.all),
            (&*format!("{RESOURCE}/"), true)
        );
        assert_eq!(parse("openid").unwrap().named, [""; 0]);
        for bad in [
            "",
            "profile",
            "Machine.Read",
            "https://graph.microsoft.com/User.Read",
            &format!("{RESOURCE}/.default {BASE}/.default"),
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn both_the_application_and_the_person_must_have_a_scope() {
        let application = words(&["Machine.Read", "Machine.StopAndQuarantine"]);
        let person = words(&["Machine.Read", "Ti.ReadWrite"]);
        let granted = |text: &str| parse(text).unwrap().granted(&application, &person);
        assert_eq!(
            granted(&format!("{RESOURCE}/.default")).unwrap(),
            ["Machine.Read"]
        );
        let both = format!("{RESOURCE}/Machine.StopAndQuarantine {RESOURCE}/Machine.Read");
        assert_eq!(granted(&both).unwrap(), ["Machine.Read"]);
        assert!(granted(&format!("{RESOURCE}/Ti.ReadWrite")).is_err());
        assert!(granted("openid").unwrap().is_empty());
    }

    #[test]
    fn refreshing_asks_for_no_more_than_was_granted() {
        let asked = parse(&format!("{RESOURCE}/.default offline_access")).unwrap();
        let given = asked.agreed(words(&["Machine.Read"]));
        assert_eq!(parse(&given.kept()).unwrap(), given);
        let (much, nothing) = (words(&["Machine.Read", "Machine.Scan"]), words(&[]));
        assert_eq!(asked.left_of(&given, &much, &much), ["Machine.Read"]);
        assert_eq!(asked.left_of(&given, &much, &nothing), [""; 0]);
        assert_eq!(asked.left_of(&given, &nothing, &much), [""; 0]);
        for (asked, within) in [
            (format!("{RESOURCE}/Machine.Read"), true),
            (format!("{RESOURCE}/.default offline_access"), true),
            ("openid".to_owned(), true),
            (format!("{RESOURCE}/Machine.StopAndQuarantine"), false),
            (format!("{BASE}/Machine.Read"), false),
        ] {
            assert_eq!(parse(&asked).unwrap().is_within(&given), within, "{asked}");
        }
    }
}
