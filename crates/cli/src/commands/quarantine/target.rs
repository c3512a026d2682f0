//! The machines by their ids: an action is asked of an id, and what was asked is found again by it.

use std::collections::HashSet;
use std::fmt;

use quell::{Client, Error, ErrorKind, MachineId};

/// A machine that is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct Target {
    /// As the user named it.
    pub(in crate::commands) named: MachineId,
    /// Its id; the name where the service knows no machine by it.
    pub(in crate::commands) id: MachineId,
}

/// The machines, each once. Of those that are named by a DNS name the service is asked for the id.
pub(in crate::commands) async fn look_up(
    client: &Client,
    named: &[MachineId],
) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::with_capacity(named.len());
    for target in as_named(named) {
        let id = id_of(client, &target.named).await?;
        targets.push(Target { id, ..target });
    }
    Ok(without_repeats(targets))
}

/// The machines, each name once, without asking anybody.
pub(in crate::commands) fn as_named(named: &[MachineId]) -> Vec<Target> {
    let targets = named.iter().map(|machine| Target {
        named: machine.clone(),
        id: machine.clone(),
    });
    without_repeats(targets.collect())
}

async fn id_of(client: &Client, named: &MachineId) -> Result<MachineId, Error> {
    if is_id(named) {
        return Ok(named.clone());
    }
    match client.machine(named.clone()).get().await {
        Ok(machine) => Ok(machine.id),
        // The request itself is then refused in the service's own words, and those of the others are not.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(named.clone()),
        Err(error) => Err(error),
    }
}

/// Ids are 40 hexadecimal digits; anything else may be a name.
fn is_id(machine: &MachineId) -> bool {
    let text = machine.as_str();
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn without_repeats(targets: Vec<Target>) -> Vec<Target> {
    let mut seen = HashSet::new();
    let fresh = |target: &Target| seen.insert(target.id.as_str().to_owned());
    targets.into_iter().filter(fresh).collect()
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.named == self.id {
            self.id.fmt(f)
        } else {
            write!(f, "{} ({})", self.named, self.id)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";

    fn target(named: &str, id: &str) -> Target {
        Target {
            named: named.parse().unwrap(),
            id: id.parse().unwrap(),
        }
    }

    #[test]
    fn machine_is_asked_once_by_whatever_names() {
        let targets = vec![
            target("web-1", ID),
            target(ID, ID),
            target("web-2", "web-2"),
        ];
        let kept = without_repeats(targets.clone());
        assert_eq!(kept, [targets[0].clone(), targets[2].clone()]);
        assert_eq!(kept[0].to_string(), format!("web-1 ({ID})"));
        assert_eq!(kept[1].to_string(), "web-2");
    }

    #[test]
    fn only_what_is_no_id_has_to_be_looked_up() {
        let is = |text: &str| is_id(&text.parse().unwrap());
        assert!(is(ID) && is(&ID.to_uppercase()));
        assert!(!is("web-1") && !is(&ID[1..]) && !is(&format!("{}g", &ID[1..])));
    }
}
