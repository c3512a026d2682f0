//! Who begins to run while all files are looked at, which may take long: nobody shall wait for its end to be known.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use quell_protocol::{Sighting, WirePath};

/// Who begins to run while all files are looked at.
pub struct Meanwhile<'a> {
    every: Duration,
    next: Instant,
    tell: &'a mut dyn FnMut(&[Sighting]),
    came: HashMap<WirePath, Sighting>,
}

impl<'a> Meanwhile<'a> {
    /// They are looked at this often, and told at once.
    pub fn told(every: Duration, tell: &'a mut dyn FnMut(&[Sighting])) -> Self {
        Self {
            every,
            next: Instant::now() + every,
            tell,
            came: HashMap::new(),
        }
    }

    pub(super) fn is_due(&self) -> bool {
        self.next <= Instant::now()
    }

    pub(super) fn see(&mut self, sightings: Vec<Sighting>) {
        (self.tell)(&sightings);
        let by_path = sightings.into_iter().map(|one| (one.path.clone(), one));
        self.came.extend(by_path);
        self.next = Instant::now() + self.every;
    }

    /// A path is told once: as what runs, if it was seen running at all.
    pub(super) fn replace_in(&mut self, sightings: &mut Vec<Sighting>) {
        let came = std::mem::take(&mut self.came);
        sightings.retain(|sighting| !came.contains_key(&sighting.path));
        sightings.extend(came.into_values());
    }
}

impl fmt::Debug for Meanwhile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { every, came, .. } = self;
        let mut shown = f.debug_struct("Meanwhile");
        shown.field("every", every).field("came", &came.len());
        shown.finish_non_exhaustive()
    }
}
