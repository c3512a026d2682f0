use super::*;
use crate::Quota;

fn at(seconds: u64) -> Moment {
    Moment::after_epoch(Duration::from_secs(seconds))
}

fn documented() -> Quota {
    Quota::parse("100/60s,1500/3600s").unwrap()
}

fn unspaced() -> Learning {
    Learning::resume(&Policy::new(documented()), &Learned::default())
}

fn usage(minute: u32, hour: u32) -> Vec<WindowUse> {
    let used = [minute, hour];
    let windows = documented().windows().to_vec();
    let with_use = windows.into_iter().zip(used);
    with_use
        .map(|(window, used)| WindowUse {
            window,
            share: window.limit(),
            limit: window.limit(),
            used,
        })
        .collect()
}

/// A call granted and refused at these seconds, by a service that asks to wait.
fn refuse(learning: &mut Learning, wait: u64, usage: &[WindowUse], granted: u64, now: u64) {
    learning.learn(&Refusal {
        push_back: &PushBack::new().retry_after(Duration::from_secs(wait)),
        usage,
        granted: Some(at(granted)),
        now: at(now),
        resumes: at(now + wait),
    });
}

/// Time passes, and calls are made in it.
fn calling(learning: &mut Learning, now: Moment) -> bool {
    learning.ease(now, Some(now))
}

fn limits(learning: &Learning) -> Vec<u32> {
    learning.limits().collect()
}

#[test]
fn refusals_of_calls_already_out_adjust_once() {
    let mut learning = unspaced();
    refuse(&mut learning, 30, &usage(80, 200), 99, 100);
    assert_eq!(limits(&learning), [76, 1500]);
    refuse(&mut learning, 30, &usage(60, 200), 100, 101);
    assert_eq!(
        limits(&learning),
        [76, 1500],
        "was granted before the adjustment"
    );
    refuse(&mut learning, 30, &usage(60, 200), 200, 201);
    assert_eq!(limits(&learning), [57, 1500]);
}

#[test]
fn third_adjustment_within_two_minutes_slows_the_pace_instead() {
    let mut learning = unspaced();
    for second in [10, 50, 90] {
        refuse(&mut learning, 30, &usage(80, 200), second, second + 1);
    }
    assert_eq!(learning.spacing(), Duration::from_millis(300));
    assert_eq!(limits(&learning), [76, 1500]);
}

#[test]
fn limits_come_back_after_quiet_and_not_before() {
    let mut learning = unspaced();
    refuse(&mut learning, 30, &usage(80, 200), 0, 1);
    refuse(&mut learning, 600, &usage(10, 1000), 300, 301);
    assert_eq!(limits(&learning), [76, 978]);

    calling(&mut learning, at(901 + 9 * 60));
    assert_eq!(limits(&learning), [76, 978], "after nine quiet minutes");
    assert!(calling(&mut learning, at(901 + 20 * 60)));
    let after_20_min = limits(&learning);
    assert!(
        after_20_min[0] > 76 && after_20_min[1] == 978,
        "{after_20_min:?}"
    );

    calling(&mut learning, at(901 + 24 * 3600));
    assert_eq!(limits(&learning), [100, 1500]);
    assert_eq!(learning.next_easing(), None, "nothing is left to give back");
}

#[test]
fn silence_is_no_evidence_and_fades_what_was_learned_by_half_a_day() {
    let mut learning = unspaced();
    refuse(&mut learning, 30, &usage(80, 1000), 0, 1);
    let last_call = Some(at(1));
    let mut steps = learning.clone();
    let day = 24 * 3600;
    for hour in 1..=25 {
        steps.ease(at(hour * 3600), last_call);
    }
    learning.ease(at(3600 + day), last_call);
    let (once, often) = (limits(&learning), limits(&steps));
    assert_eq!(once, often);
    assert!(
        (90..=96).contains(&once[0]),
        "76, ten quiet minutes more, and half of the rest: {once:?}"
    );
}

#[test]
fn what_was_learned_survives_as_text() {
    let mut learning = unspaced();
    refuse(&mut learning, 600, &usage(10, 700), 0, 1);
    refuse(&mut learning, 2, &usage(10, 700), 700, 701);
    let text = learning.learned().to_string();
    let policy = Policy::new(documented());
    let again = Learning::resume(&policy, &text.parse().unwrap());
    assert_eq!(again.learned(), learning.learned());
    assert_eq!(
        (limits(&again), again.spacing()),
        (limits(&learning), learning.spacing())
    );

    let other = Policy::new(Quota::parse("9/7s").unwrap());
    let other = Learning::resume(&other, &learning.learned());
    assert_eq!(
        limits(&other),
        [9],
        "what concerns other windows is left aside"
    );
}

#[test]
fn refusal_tells_what_was_missing_and_suggests_a_share() {
    let mut learning = unspaced();
    assert_eq!(learning.shortfall(at(0)), None);
    refuse(&mut learning, 600, &usage(10, 1200), 0, 100);
    let shortfall = learning.shortfall(at(130)).unwrap();
    assert_eq!((shortfall.window.limit(), shortfall.missing), (1500, 300));
    assert_eq!(shortfall.suggested, Share::percent(75));
    assert_eq!(shortfall.ago, Duration::from_secs(30));
    assert_eq!(learning.refusals(), 1);
}

#[test]
fn easing_in_one_leap_equals_easing_minute_by_minute() {
    let mut leap = Learning::resume(
        &Policy::new(documented()).spacing(Duration::from_millis(100)),
        &Learned::default(),
    );
    refuse(&mut leap, 600, &usage(10, 700), 0, 1);
    refuse(&mut leap, 2, &usage(10, 700), 700, 701);
    let mut steps = leap.clone();
    for second in (760..40_000).step_by(7) {
        calling(&mut steps, at(second));
    }
    calling(&mut leap, at(40_000));
    assert_eq!(limits(&leap), limits(&steps));
    assert_eq!(leap.spacing(), steps.spacing());
}
