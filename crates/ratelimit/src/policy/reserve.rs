/// Calls of a window that only [interactive](crate::Priority::Interactive) callers may make.
///
/// Batch calls keep at least one call of the window, whatever is reserved, and may use what is
/// reserved at the turn that keeps them from starving: see [`Limiter`](crate::Limiter).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Reserve {
    calls: u32,
    always: bool,
}

impl Reserve {
    /// Nothing is kept back.
    pub const NONE: Self = Self {
        calls: 0,
        always: false,
    };

    /// Kept back while an interactive call is known to wait, and free for all otherwise. It costs
    /// nothing while nobody waits, and lets whoever waits have the next slot before every batch
    /// call of any process; it frees no slot that batch calls have used already.
    #[must_use]
    pub const fn while_waiting(calls: u32) -> Self {
        Self {
            calls,
            always: false,
        }
    }

    /// Kept back always: so many interactive calls in a window find a slot at once, even when batch
    /// calls have used an hour in its first minutes. Batch calls are slower by as much.
    #[must_use]
    pub const fn always(calls: u32) -> Self {
        Self {
            calls,
            always: true,
        }
    }

    /// The calls kept back.
    #[must_use]
    pub const fn calls(self) -> u32 {
        self.calls
    }

    /// Whether they are kept back when nobody waits.
    #[must_use]
    pub const fn is_always(self) -> bool {
        self.always
    }
}
