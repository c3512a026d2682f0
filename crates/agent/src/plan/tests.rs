use super::*;

const FOUND: Fact = Fact::Located {
    fresh: true,
    protected: false,
};
const STOPPED: Fact = Fact::Frozen { too_many: false };
const NOTHING: Fact = Fact::Located {
    fresh: false,
    protected: false,
};

/// Everything before the files are read again goes well.
fn ready_to_verify() -> Plan {
    after(&[FOUND, Fact::Gated, STOPPED, Fact::Leased])
}

fn after(facts: &[Fact]) -> Plan {
    let mut plan = Plan::new(3, false);
    for fact in facts {
        plan.observe(*fact);
    }
    plan
}

#[test]
fn plan_in_good_weather_takes_every_step_in_order_and_searches_again() {
    let mut plan = Plan::new(3, false);
    let story = [
        (Step::Locate(Reach::Running), FOUND),
        (Step::Gate, Fact::Gated),
        (Step::Freeze, STOPPED),
        (Step::Lease, Fact::Leased),
        (Step::Verify, Fact::Verified { intact: true }),
        (Step::Capture, Fact::Captured),
        (Step::Kill, Fact::Killed),
        (Step::Seal, Fact::Sealed),
        (Step::Release, Fact::Released),
        (Step::Locate(Reach::Everything), NOTHING),
    ];
    for (step, fact) in story {
        assert_eq!(plan.next(), step);
        plan.observe(fact);
    }
    let ending = Ending::Finished { settled: true };
    assert_eq!(plan.next(), Step::Conclude(ending));
}

#[test]
fn plan_that_finds_nothing_running_searches_everything() {
    let mut plan = after(&[NOTHING]);
    assert_eq!(plan.next(), Step::Locate(Reach::Everything));
    plan.observe(NOTHING);
    let ending = Ending::Finished { settled: true };
    assert_eq!(plan.next(), Step::Conclude(ending));
}

#[test]
fn plan_for_a_protected_file_touches_nothing() {
    let plan = after(&[Fact::Located {
        fresh: true,
        protected: true,
    }]);
    assert_eq!(plan.next(), Step::Conclude(Ending::Refused));
}

#[test]
fn plan_that_stopped_too_many_lets_all_go_on_and_takes_nothing() {
    let too_many = Fact::Frozen { too_many: true };
    let mut plan = after(&[FOUND, Fact::Gated, too_many]);
    assert_eq!(plan.next(), Step::Thaw);
    plan.observe(Fact::Thawed);
    assert_eq!(plan.next(), Step::Conclude(Ending::Refused));
}

#[test]
fn plan_that_stopped_too_many_later_lets_those_go_on_and_ends_what_it_began() {
    let mut plan = Plan::new(3, true);
    for fact in [FOUND, Fact::Gated, Fact::Frozen { too_many: true }] {
        plan.observe(fact);
    }
    assert_eq!(plan.next(), Step::Thaw);
    plan.observe(Fact::Thawed);
    assert_eq!(plan.next(), Step::Locate(Reach::Everything));
    plan.observe(NOTHING);
    let ending = Ending::Finished { settled: true };
    assert_eq!(plan.next(), Step::Conclude(ending));
}

#[test]
fn plan_cancelled_behind_the_gate_thaws_and_ends() {
    for story in [
        &[FOUND, Fact::Gated][..],
        &[FOUND, Fact::Gated, STOPPED],
        &[FOUND, Fact::Gated, STOPPED, Fact::Leased],
    ] {
        let mut plan = after(story);
        plan.cancel();
        assert_eq!(plan.next(), Step::Thaw, "{story:?}");
        plan.observe(Fact::Thawed);
        assert_eq!(plan.next(), Step::Conclude(Ending::Cancelled));
    }
}

#[test]
fn plan_cancelled_after_the_capture_goes_on() {
    let mut plan = ready_to_verify();
    plan.observe(Fact::Verified { intact: true });
    plan.observe(Fact::Captured);
    plan.cancel();
    assert_eq!(plan.next(), Step::Kill);
}

#[test]
fn plan_broken_in_the_capture_puts_back_before_it_thaws() {
    let mut plan = ready_to_verify();
    plan.observe(Fact::Verified { intact: true });
    plan.observe(Fact::Broken);
    assert_eq!(plan.next(), Step::PutBack);
    plan.observe(Fact::PutBack);
    assert_eq!(plan.next(), Step::Thaw);
    plan.observe(Fact::Thawed);
    assert_eq!(plan.next(), Step::Conclude(Ending::Broken));
}

#[test]
fn plan_whose_file_changed_thaws_and_searches_again_but_not_for_ever() {
    let mut plan = Plan::new(2, false);
    for _ in 0..2 {
        for fact in [FOUND, Fact::Gated, STOPPED, Fact::Leased] {
            plan.observe(fact);
        }
        plan.observe(Fact::Verified { intact: false });
        assert_eq!(plan.next(), Step::Thaw);
        plan.observe(Fact::Thawed);
    }
    let ending = Ending::Finished { settled: false };
    assert_eq!(plan.next(), Step::Conclude(ending));
}

#[test]
fn state_names_read_back() {
    for state in State::ALL {
        assert_eq!(State::from_name(state.as_str()), Some(state));
    }
    assert_eq!(State::from_name("napping"), None);
}
