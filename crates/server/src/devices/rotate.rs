//! Machines that change their keys.

use quell_protocol::{FaultCode, RotateRequest};

use super::enrol::public_key;
use super::fault::DeviceFault;
use super::report::Noted;
use super::{Devices, Message};
use crate::store::record::{Rotated, Rotation};

impl Devices {
    pub(super) async fn rotate(&self, message: &Message) -> Result<Noted, DeviceFault> {
        let proven = self.prove_by_either(message).await?;
        let request: RotateRequest = message.parse()?;
        let new_key = public_key(&request.new_public_key)?;
        // Who signs with the new key has proved it by that.
        if new_key != proven.public_key {
            self.prove_proposal(&request.proof, &proven, &new_key)?;
        }
        let rotated = self
            .store
            .rotate(Rotation {
                tenant: proven.tenant,
                machine: proven.machine.clone(),
                signed_by: proven.public_key,
                new_key,
                now: self.clock.now(),
            })
            .await?;
        match rotated {
            Rotated::Proposed => Ok(Noted {}),
            Rotated::Taken => {
                tracing::info!(tenant = %proven.tenant, machine = %proven.machine, "machine has a new key");
                Ok(Noted {})
            }
            Rotated::Unknown => Err(DeviceFault::new(
                FaultCode::InvalidAssertion,
                "the assertion is not signed by the machine's key",
            )),
            Rotated::Dead => Err(DeviceFault::new(
                FaultCode::InvalidMessage,
                "the key was the machine's before: it needs a new one",
            )),
        }
    }
}
