//! Waking the hold of a machine when there is an order for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use quell_model::MachineId;
use tokio::sync::Notify;

use crate::core::TenantId;
use crate::store::record::{Heard, Hearing};

type Key = (TenantId, MachineId);

/// The machines that hold a request open.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    sleepers: Mutex<HashMap<Key, Arc<Notify>>>,
}

/// A machine that waits; forgotten when it is dropped.
#[derive(Debug)]
pub(crate) struct Sleeper {
    wake: Arc<Wake>,
    key: Key,
    notify: Arc<Notify>,
}

impl Wake {
    /// Waits for a machine. Whoever wants to miss nothing sleeps first, then looks for orders, and
    /// only then waits.
    pub(crate) fn sleeper(self: &Arc<Self>, tenant: TenantId, machine: MachineId) -> Sleeper {
        let key = (tenant, machine);
        let notify = Arc::clone(self.lock().entry(key.clone()).or_default());
        Sleeper {
            wake: Arc::clone(self),
            key,
            notify,
        }
    }

    /// Wakes every hold of a machine on this server.
    pub(crate) fn wake(&self, tenant: TenantId, machine: &MachineId) {
        let sleeping = self.lock().get(&(tenant, machine.clone())).cloned();
        if let Some(notify) = sleeping {
            notify.notify_waiters();
        }
    }

    /// Wakes every machine of which another server tells that there is an order for it, and all of
    /// them when something may have been missed.
    pub(crate) async fn listen(&self, mut others: Hearing) {
        while let Some(heard) = others.next().await {
            match heard {
                Heard::Order(tenant, machine) => self.wake(tenant, &machine),
                Heard::Gap => self.wake_all(),
            }
        }
    }

    /// Wakes every hold on this server.
    pub(super) fn wake_all(&self) {
        let sleeping: Vec<_> = self.lock().values().cloned().collect();
        sleeping.iter().for_each(|notify| notify.notify_waiters());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Arc<Notify>>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sleeper {
    pub(crate) fn notify(&self) -> &Notify {
        &self.notify
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let mut sleepers = self.wake.lock();
        // The map's own handle and this one: nobody else sleeps for this machine.
        let is_last = sleepers
            .get(&self.key)
            .is_some_and(|notify| Arc::strong_count(notify) <= 2);
        if is_last {
            sleepers.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn wake_reaches_every_hold_of_this_machine_and_no_other() {
        let wake = Arc::new(Wake::default());
        let tenant = TenantId::fresh();
        let machine = MachineId::new("m").unwrap();
        let (one, two) = (
            wake.sleeper(tenant, machine.clone()),
            wake.sleeper(tenant, machine.clone()),
        );
        let other = wake.sleeper(TenantId::fresh(), machine.clone());
        let mut woken = [one.notify().notified(), two.notify().notified()].map(Box::pin);
        for woken in &mut woken {
            woken.as_mut().enable();
        }
        let mut asleep = Box::pin(other.notify().notified());
        asleep.as_mut().enable();
        wake.wake(tenant, &machine);
        for woken in woken {
            woken.await;
        }
        assert!(!asleep.as_mut().enable());
    }

    #[test]
    fn last_sleeper_leaves_nothing_behind() {
        let wake = Arc::new(Wake::default());
        let machine = MachineId::new("m").unwrap();
        let tenant = TenantId::fresh();
        let one = wake.sleeper(tenant, machine.clone());
        let two = wake.sleeper(tenant, machine);
        drop(one);
        assert_eq!(wake.lock().len(), 1);
        drop(two);
        assert!(wake.lock().is_empty());
    }
}
