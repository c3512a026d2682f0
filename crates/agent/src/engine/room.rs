//! Whether the vault has room, asked while everything can still be left as it is.
//!
//! Past the kill a full vault would leave a file that no longer runs and cannot be restored. So the
//! file stays and goes on running: whoever ordered it can make room and order again.

use super::action::{Action, Fault};
use super::target::{Name, Spot, Target, link_count};
use crate::plan::obstacle::Obstacle;

impl Action<'_> {
    /// Sets aside what the vault has no room for: its names stay, its processes go on.
    pub(super) fn leave_what_finds_no_room(&mut self) -> Result<(), Fault> {
        let mut promised: u64 = 0;
        for target in std::mem::take(&mut self.targets) {
            let wanted = promised.saturating_add(room_for(&target));
            let fits = wanted == promised || self.bench.seal.has_room(wanted);
            if fits && !self.no_room.contains_key(&target.id) {
                promised = wanted;
                self.targets.push(target);
            } else {
                self.leave_for_want_of_room(target)?;
            }
        }
        Ok(())
    }

    fn leave_for_want_of_room(&mut self, mut target: Target) -> Result<(), Fault> {
        let bytes = *self
            .no_room
            .entry(target.id)
            .or_insert_with(|| room_for(&target));
        tracing::warn!(bytes, "the vault has no room for a file: it stays and runs");
        let detail = format!("the vault has no room for {bytes} bytes");
        let left = Spot::Left(Obstacle::VaultUnavailable, detail);
        for name in &mut target.names {
            name.spot = left.clone();
        }
        if link_count(&target.content) == 0 {
            target.names = vec![Name::lost(&target, left)];
        }
        if !target.names.is_empty() {
            self.intend(std::slice::from_ref(&target))?;
            self.note(&target)?;
        }
        self.leave_alone(target.id)
    }

    /// Bytes that the vault lacked; nothing when it lacked none.
    pub(super) fn room_lacking(&self) -> Option<u64> {
        let total = self.no_room.values().copied().reduce(u64::saturating_add);
        total.filter(|bytes| *bytes > 0)
    }
}

/// Bytes that taking a file costs. One without a name is copied before it is sealed, beside the
/// vault; one whose names are all out of reach is not taken.
fn room_for(target: &Target) -> u64 {
    let is_nameless = link_count(&target.content) == 0;
    match (is_nameless, target.names.is_empty()) {
        (true, _) if target.is_kept => 0,
        (true, _) => target.digests.size.saturating_mul(2),
        (false, true) => 0,
        (false, false) => target.digests.size,
    }
}
