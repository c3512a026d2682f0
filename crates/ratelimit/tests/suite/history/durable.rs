//! A log that is loaded, asked and written anew for every event is the same as one that lives on.

use proptest::prelude::*;
use quell_ratelimit::{Decision, LogState, Moment, RollingLog};

use super::{Answer, events, later, manners, play};

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn state_and_changes_are_the_whole_log(manners in manners(), events in events()) {
        let policy = manners.policy();
        let mut living = RollingLog::new(policy.clone());
        let mut stored = LogState::default();
        let mut permits = Vec::new();
        let mut now = Moment::EPOCH;
        for event in events {
            now = later(now, event);
            let answer = play(&mut living, event, &permits, now);

            let mut loaded = RollingLog::resume(policy.clone(), &stored);
            let durable = play(&mut loaded, event, &permits, now);
            for change in loaded.take_changes() {
                stored.apply(&change);
            }
            // What was learned goes through the text in which a store keeps it.
            stored.learned = stored.learned.to_string().parse().unwrap();

            prop_assert_eq!(&answer, &durable, "{:?} at {}", event, now);
            prop_assert_eq!(&stored, &loaded.state(), "changes of {:?}", event);
            if let Answer::Asked(Decision::Granted(id)) = answer {
                permits.push(id);
            }
        }
        let _ = living.snapshot(now);
        let mut loaded = RollingLog::resume(policy, &stored);
        let _ = loaded.snapshot(now);
        prop_assert_eq!(living.state(), loaded.state());
    }

    /// After a clock was set back, nothing waits for it to catch up, and no more calls go out than
    /// if every one on record had just ended.
    #[test]
    fn clamped_state_belongs_to_the_past(
        manners in manners(),
        events in events(),
        back_to in 0_u64..40_000,
    ) {
        let policy = manners.policy();
        let mut log = RollingLog::new(policy.clone());
        let mut permits = Vec::new();
        let mut now = Moment::EPOCH;
        for event in events {
            now = later(now, event);
            if let Answer::Asked(Decision::Granted(id)) = play(&mut log, event, &permits, now) {
                permits.push(id);
            }
        }
        let back_to = Moment::after_epoch(std::time::Duration::from_millis(back_to));
        let mut state = log.state();
        let open = state.open.len();
        state.clamp_to(back_to);
        prop_assert_eq!(state.open.len(), open);
        prop_assert!(state.completions.iter().all(|completion| completion.ended <= back_to));
        prop_assert!(state.open.iter().all(|permit| permit.granted <= back_to));
        let mut again = state.clone();
        again.clamp_to(back_to);
        prop_assert_eq!(&again, &state);
        let _ = RollingLog::resume(policy, &state).snapshot(back_to);
    }
}
