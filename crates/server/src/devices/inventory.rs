//! Which files machines have.

use quell_protocol::{FaultCode, Inventory, Sighting};

use super::enrol::check_facts;
use super::fault::DeviceFault;
use super::report::Noted;
use super::{Devices, Message};

/// The longest path that is kept, in bytes: Linux takes no longer one.
const MAX_PATH: usize = 4096;

impl Devices {
    pub(super) async fn inventory(&self, message: &Message) -> Result<Noted, DeviceFault> {
        let proven = self.prove(message).await?;
        let inventory: Inventory = message.parse()?;
        check_facts(&inventory.machine)?;
        inventory.sightings.iter().try_for_each(check)?;
        let count = inventory.sightings.len();
        self.store
            .record_inventory(proven.tenant, &proven.machine, inventory, self.clock.now())
            .await?;
        tracing::debug!(machine = %proven.machine, count, "inventory taken");
        Ok(Noted {})
    }
}

fn check(sighting: &Sighting) -> Result<(), DeviceFault> {
    let is_sha256 =
        |hash: &String| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !sighting.sha256.as_ref().is_none_or(is_sha256) {
        return Err(DeviceFault::new(
            FaultCode::InvalidMessage,
            "a SHA-256 has 64 hexadecimal digits",
        ));
    }
    match sighting.path.to_bytes().len() <= MAX_PATH {
        true => Ok(()),
        false => Err(DeviceFault::new(
            FaultCode::InvalidMessage,
            format!("a path is longer than {MAX_PATH} bytes"),
        )),
    }
}
