//! Packing what was seen into messages that a server reads.

use quell_protocol::route::MAX_BODY;
use quell_protocol::{Inventory, MachineFacts, ProtocolVersion, Sighting};

use super::survey::Seen;

/// The sightings of one message, in bytes of JSON. Half of what a server reads leaves room for
/// the rest of the message.
const MOST: usize = MAX_BODY / 2;

/// The messages that tell `seen`, in the order in which they are to be sent.
///
/// If `seen` is complete, the first message says so and the others add to it: what is gone is
/// forgotten by the first, and what the first had no room for follows at once.
#[must_use]
pub fn messages(machine: &MachineFacts, seen: Seen) -> Vec<Inventory> {
    packed(machine, seen, MOST)
}

fn packed(machine: &MachineFacts, seen: Seen, most: usize) -> Vec<Inventory> {
    let message = |complete: bool, sightings: Vec<Sighting>| Inventory {
        protocol_version: ProtocolVersion::CURRENT,
        machine: machine.clone(),
        complete,
        sightings,
    };
    let mut messages = Vec::new();
    let mut packet = Vec::new();
    let mut bytes = 0;
    for sighting in seen.sightings {
        let length = serde_json::to_vec(&sighting).map_or(most, |json| json.len() + 1);
        if bytes + length > most && !packet.is_empty() {
            let complete = seen.complete && messages.is_empty();
            messages.push(message(complete, std::mem::take(&mut packet)));
            bytes = 0;
        }
        bytes += length;
        packet.push(sighting);
    }
    if !packet.is_empty() || messages.is_empty() {
        messages.push(message(seen.complete && messages.is_empty(), packet));
    }
    messages
}

#[cfg(test)]
mod tests {
    use quell_model::{Sha1, Timestamp};
    use quell_protocol::WirePath;

    use super::*;

    fn facts() -> MachineFacts {
        MachineFacts {
            computer_dns_name: "h".to_owned(),
            os_platform: "Debian".to_owned(),
            version: None,
            os_architecture: None,
            os_processor: None,
            ip_addresses: Vec::new(),
            agent_version: "0".to_owned(),
            degraded: Vec::new(),
        }
    }

    fn seen(count: usize, complete: bool) -> Seen {
        let sighting = |i: usize| Sighting {
            sha1: Sha1::OF_NOTHING,
            sha256: None,
            size: 0,
            path: WirePath::from_bytes(format!("/{i}").as_bytes()),
            seen_at: Timestamp::UNIX_EPOCH,
            running: false,
            protection: None,
        };
        Seen {
            sightings: (0..count).map(sighting).collect(),
            complete,
        }
    }

    #[test]
    fn everything_is_told_in_messages_of_bounded_size() {
        for count in [0, 1, 2, 25] {
            let messages = packed(&facts(), seen(count, true), 1000);
            let told: Vec<_> = messages.iter().flat_map(|m| m.sightings.clone()).collect();
            assert_eq!(told, seen(count, true).sightings);
            for message in &messages {
                assert!(serde_json::to_vec(&message.sightings).unwrap().len() <= 1001);
            }
            let complete: Vec<bool> = messages.iter().map(|m| m.complete).collect();
            assert!(
                complete[0] && !complete[1..].contains(&true),
                "{complete:?}"
            );
        }
    }

    #[test]
    fn what_is_not_complete_never_says_so() {
        assert!(
            packed(&facts(), seen(25, false), 1000)
                .iter()
                .all(|m| !m.complete)
        );
    }
}
