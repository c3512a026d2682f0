//! Who runs this command.

use crate::core::audit::Actor;

/// The user of this process, as the host knows him.
#[cfg(unix)]
pub(super) fn this_user() -> Actor {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Actor::Operator {
        name: name_of(uid, &users),
        uid: Some(uid),
        login: login(&std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default()),
    }
}

/// The user of this process, as far as it says.
#[cfg(not(unix))]
pub(super) fn this_user() -> Actor {
    Actor::Operator {
        name: std::env::var("USERNAME").ok(),
        uid: None,
        login: None,
    }
}

/// A user's name in the text of a list of users (passwd(5)); one of a directory service is not
/// there.
#[cfg(unix)]
fn name_of(uid: u32, users: &str) -> Option<String> {
    users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let (name, _, number) = (parts.next()?, parts.next()?, parts.next()?);
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// Who logged in (pid_namespaces and containers may have nobody, which is the greatest number).
#[cfg(unix)]
fn login(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn name_stands_in_the_line_of_the_number() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\nbroken\nalice:x:1000:1000::/home/alice:/bin/sh\n";
        assert_eq!(name_of(1000, users).as_deref(), Some("alice"));
        assert_eq!(name_of(0, users).as_deref(), Some("root"));
        assert_eq!(name_of(7, users), None);
    }

    #[test]
    fn nobody_logged_in_is_no_login() {
        assert_eq!(login("1000"), Some(1000));
        assert_eq!(login("4294967295\n"), None);
        assert_eq!(login(""), None);
    }
}
