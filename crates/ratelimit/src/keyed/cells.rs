use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;

/// GCRA cells for at most `most` keys, and one for all others.
#[derive(Debug)]
pub(super) struct BoundedCells<K> {
    cells: Mutex<Cells<K>>,
    most: usize,
}

/// A cell is the time at which the key will have its whole burst again.
#[derive(Debug)]
struct Cells<K> {
    own: HashMap<K, Nanos>,
    shared: Option<Nanos>,
}

impl<K> BoundedCells<K> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            cells: Mutex::new(Cells {
                own: HashMap::new(),
                shared: None,
            }),
            most,
        }
    }

    fn open(&self) -> MutexGuard<'_, Cells<K>> {
        // Each change is a single assignment, so a poisoned lock guards nothing half-done.
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash> StateStore for BoundedCells<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut cells = self.open();
        if let Some(cell) = cells.own.get_mut(key) {
            let (answer, charged) = decide(Some(*cell))?;
            *cell = charged;
            return Ok(answer);
        }
        if cells.own.len() < self.most {
            let (answer, charged) = decide(None)?;
            cells.own.insert(key.clone(), charged);
            return Ok(answer);
        }
        let (answer, charged) = decide(cells.shared)?;
        cells.shared = Some(charged);
        Ok(answer)
    }
}

impl<K: Clone + Eq + Hash> ShrinkableKeyedStateStore<K> for BoundedCells<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.open().own.retain(|_, cell| *cell > drop_below);
    }

    fn len(&self) -> usize {
        self.open().own.len()
    }

    fn is_empty(&self) -> bool {
        self.open().own.is_empty()
    }
}
