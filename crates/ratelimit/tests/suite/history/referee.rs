//! Every answer against a referee that keeps all calls for ever and counts them afresh.

use std::time::Duration;

use proptest::prelude::*;
use quell_ratelimit::{Decision, LogState, Moment, PermitId, Priority, RollingLog, Wait};

use super::{Answer, Event, GRACE, LONG, Manners, SHORT, event, events, later, manners, play};

/// All that ever happened, in the plainest form.
#[derive(Debug, Default)]
struct Referee {
    calls: Vec<Call>,
    last: Option<Moment>,
    paused_until: Moment,
    interactive_until: Moment,
}

#[derive(Debug, Clone, Copy)]
struct Call {
    id: Option<PermitId>,
    sent: bool,
    /// When it is closed if nothing else happens.
    end: Option<Moment>,
    /// When it was over; refunded calls are removed.
    over: Option<Moment>,
}

const LINGERS: Duration = Duration::from_secs(5);

impl Referee {
    fn advance(&mut self, now: Moment) {
        for call in &mut self.calls {
            if call.over.is_none() && call.sent && call.end.is_some_and(|end| end <= now) {
                call.over = call.end;
            }
        }
        self.calls.retain(|call| {
            call.sent || call.over.is_some() || call.end.is_none_or(|end| end > now)
        });
    }

    /// How many calls count in a window of this length at `then`, if nothing comes back until then.
    fn counting(&self, length: Duration, then: Moment) -> usize {
        let counts = |call: &&Call| call.over.is_none_or(|over| over + length > then);
        self.calls.iter().filter(counts).count()
    }

    /// Whether a call fits at `then`, if batch calls keep the reserve free or need not.
    fn fits(&self, manners: &Manners, kept: u32, then: Moment) -> bool {
        let ours = |limit: u32| (limit * manners.share / 100).max(1);
        let (short, long) = (ours(manners.short), ours(manners.long));
        self.counting(SHORT, then) < short as usize
            && self.counting(LONG, then) < long.saturating_sub(kept).max(1) as usize
    }

    fn may_go(&self, manners: &Manners, who: Priority, waits: bool, then: Moment) -> bool {
        let reserve = manners.reserve;
        let keeps = who == Priority::Batch && (reserve.is_always() || waits);
        let open = self.calls.iter().filter(|call| call.over.is_none()).count();
        let even = SHORT / (manners.short * manners.share / 100).max(1);
        let spacing = manners
            .spacing
            .max(if manners.even { even } else { Duration::ZERO });
        self.fits(manners, if keeps { reserve.calls() } else { 0 }, then)
            && self.last.is_none_or(|last| then >= last + spacing)
            && open < manners.in_flight
            && then >= self.paused_until
    }

    fn grant(&mut self, id: PermitId, who: Priority, lease: Option<Duration>, now: Moment) {
        self.calls.push(Call {
            id: Some(id),
            sent: false,
            end: lease.map(|lease| now + lease),
            over: None,
        });
        self.last = Some(now);
        if who == Priority::Interactive {
            self.interactive_until = self.interactive_until.min(now);
        }
    }

    fn remember(&mut self, who: Priority, wait: Wait, manners: &Manners) {
        let least = match wait {
            Wait::Until(moment) => moment,
            Wait::Completion { not_before, .. } => not_before,
        };
        let keeps = !manners.reserve.is_always() && manners.reserve.calls() > 0;
        if who == Priority::Interactive && keeps {
            self.interactive_until = least + LINGERS;
        }
    }

    fn call(&mut self, id: PermitId) -> Option<&mut Call> {
        let out = |call: &&mut Call| call.id == Some(id) && call.over.is_none();
        self.calls.iter_mut().find(out)
    }

    fn note(&mut self, event: Event, permits: &[PermitId], now: Moment) {
        let permit = |nth: usize| permits.get(nth % permits.len().max(1)).copied();
        match event {
            Event::Sends(nth, timeout) => {
                if let Some(call) = permit(nth).and_then(|id| self.call(id)) {
                    (call.sent, call.end) = (true, Some(now + timeout + GRACE));
                }
            }
            Event::Completes(nth) => {
                let Some(id) = permit(nth) else { return };
                match self.call(id) {
                    Some(call) => call.over = Some(now),
                    None => self.calls.push(Call {
                        id: None,
                        sent: true,
                        end: None,
                        over: Some(now),
                    }),
                }
            }
            Event::Abandons(nth) => {
                let Some(id) = permit(nth) else { return };
                self.calls
                    .retain(|call| call.id != Some(id) || call.sent || call.over.is_some());
            }
            Event::Pauses(length) => self.paused_until = self.paused_until.max(now + length),
            Event::Passes(_) | Event::Asks(_) | Event::IsRefused(..) | Event::Looks => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_referees(manners in manners(), events in events()) {
        let mut log = RollingLog::new(manners.policy());
        let mut referee = Referee::default();
        let mut permits = Vec::new();
        let mut now = Moment::EPOCH;
        for event in events {
            if matches!(event, Event::IsRefused(..)) {
                continue;
            }
            now = later(now, event);
            referee.advance(now);
            let answer = play(&mut log, event, &permits, now);
            referee.note(event, &permits, now);
            let (Event::Asks(who), Answer::Asked(decision)) = (event, answer) else {
                continue;
            };
            let waits = now < referee.interactive_until;
            let may = referee.may_go(&manners, who, waits, now);
            match decision {
                Decision::Granted(id) => {
                    prop_assert!(may, "granted at {}: {:?}", now, referee);
                    referee.grant(id, who, manners.lease, now);
                    permits.push(id);
                }
                Decision::Wait(wait) => {
                    prop_assert!(!may, "{:?} at {}: {:?}", wait, now, referee);
                    if let Wait::Until(then) = wait {
                        prop_assert!(then > now);
                        let just_before = then.elapsed() - Duration::from_nanos(1);
                        let just_before = Moment::after_epoch(just_before);
                        prop_assert!(!referee.may_go(&manners, who, waits, just_before));
                        // Who waits now may not wait then.
                        let goes = referee.may_go(&manners, who, false, then);
                        prop_assert!(goes, "{:?} at {}: {:?}", wait, now, referee);
                    }
                    referee.remember(who, wait, &manners);
                }
            }
        }
    }

    /// Two users of one budget go by policies of their own; what the one has no use for any more, the
    /// other may have to know.
    #[test]
    fn no_change_of_policy_lets_a_call_too_many_through(
        policies in prop::array::uniform2(manners()),
        events in prop::collection::vec((0_usize..2, event()), 1..150),
    ) {
        let mut stored = LogState::default();
        let mut referee = Referee::default();
        let mut permits = Vec::new();
        let mut now = Moment::EPOCH;
        for (user, event) in events {
            if matches!(event, Event::IsRefused(..)) {
                continue;
            }
            let manners = &policies[user];
            now = later(now, event);
            referee.advance(now);
            let mut log = RollingLog::resume(manners.policy(), &stored);
            let answer = play(&mut log, event, &permits, now);
            for change in log.take_changes() {
                stored.apply(&change);
            }
            referee.note(event, &permits, now);
            if let (Event::Asks(who), Answer::Asked(Decision::Granted(id))) = (event, answer) {
                let may = referee.may_go(manners, who, false, now);
                prop_assert!(may, "granted at {}: {:?}", now, referee);
                referee.grant(id, who, manners.lease, now);
                permits.push(id);
            }
        }
    }
}
