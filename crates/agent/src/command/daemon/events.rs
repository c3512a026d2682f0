//! What the agent's main thread hears.

use std::sync::mpsc::Sender;

use super::Broken;
use crate::link::{FromDevice, Heard};

/// All that the main thread waits for.
#[derive(Debug)]
pub(super) enum Event {
    /// The device has news for the server.
    Device(FromDevice),
    /// The network half of this number was heard of.
    Network(u64, Heard),
    /// A thread cannot go on.
    Broken(Broken),
    /// Somebody asks the agent to end.
    End,
}

/// The way to the main thread. Nobody listens any more when the agent ends, which is no harm.
#[derive(Debug, Clone)]
pub(super) struct ToMain(pub(super) Sender<Event>);

impl ToMain {
    /// Tells the server, in the end.
    pub(super) fn tell(&self, event: FromDevice) {
        let _ = self.0.send(Event::Device(event));
    }

    /// Says that a thread cannot go on.
    pub(super) fn broke(&self, broken: Broken) {
        let _ = self.0.send(Event::Broken(broken));
    }

    /// Says what was heard of a network half; `false` when nobody listens.
    pub(super) fn heard(&self, half: u64, heard: Heard) -> bool {
        self.0.send(Event::Network(half, heard)).is_ok()
    }

    /// Asks for the end.
    pub(super) fn end(&self) {
        let _ = self.0.send(Event::End);
    }
}
