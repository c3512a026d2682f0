use super::*;
use Sign::{Answered, Failed, Nothing};

const HOME: usize = 0;
const NEAR: usize = 1;
const FAR: usize = 2;
/// No endpoint is to be looked at.
const NONE: [usize; 0] = [];

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// A course and the time, which passes only when it is told to.
struct Told {
    course: Course,
    now: Instant,
}

impl Told {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            course: Course::new(3, now),
            now,
        }
    }

    /// Home at 100 ms, near at 30 ms, far at 200 ms.
    fn measured() -> Self {
        let mut told = Self::new();
        told.probe([Some(100), Some(30), Some(200)]);
        told
    }

    fn pass(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        self
    }

    fn probe(&mut self, scores: [Option<u64>; 3]) -> &mut Self {
        self.probe_in(scores, false)
    }

    fn probe_in(&mut self, scores: [Option<u64>; 3], elsewhere: bool) -> &mut Self {
        let scores: Vec<_> = scores
            .into_iter()
            .enumerate()
            .map(|(host, score)| (host, score.map(ms)))
            .collect();
        self.course.probed(self.now, &scores, elsewhere);
        self
    }

    fn probe_one(&mut self, host: usize, score: Option<u64>) -> &mut Self {
        self.course
            .probed(self.now, &[(host, score.map(ms))], false);
        self
    }

    fn report(&mut self, host: usize, sign: Sign) -> &mut Self {
        self.course.report(self.now, host, sign);
        self
    }

    fn fail(&mut self, host: usize, times: usize) -> &mut Self {
        for _ in 0..times {
            self.report(host, Failed);
        }
        self
    }

    fn due(&self) -> Vec<usize> {
        self.course.due(self.now)
    }

    fn using(&self) -> usize {
        self.course.using()
    }
}

#[test]
fn home_is_used_until_the_first_measurement_which_decides_alone() {
    let mut told = Told::new();
    assert_eq!((told.using(), told.course.why()), (HOME, Why::NotMeasured));
    assert_eq!(told.due(), [HOME, NEAR, FAR]);
    told.probe([Some(100), Some(99), Some(200)]);
    assert_eq!((told.using(), told.course.why()), (NEAR, Why::Nearest));
    assert_eq!(told.due(), NONE);
}

#[test]
fn a_measurement_holds_for_a_day() {
    let mut told = Told::measured();
    told.pass(FRESH - ms(1));
    assert_eq!(told.due(), NONE);
    told.pass(ms(1));
    assert_eq!(told.due(), [HOME, NEAR, FAR]);
}

#[test]
fn an_earlier_measurement_is_continued_for_what_is_left_of_its_day() {
    let now = Instant::now();
    let scores = vec![Some(ms(100)), None, Some(ms(20))];
    let course = Course::resume(scores, FAR, FRESH - minutes(1), now);
    assert_eq!((course.using(), course.why()), (FAR, Why::Nearest));
    assert_eq!(course.due(now + ms(59_999)), NONE);
    assert_eq!(course.due(now + minutes(1)).len(), 3);
}

#[test]
fn a_small_gain_moves_nothing() {
    // 15 ms of 100 ms are less than 20%; 20% of 30 ms are less than 15 ms.
    for (preferred, rival) in [(100, 81), (30, 16)] {
        let mut told = Told::new();
        told.probe([Some(preferred), Some(preferred + 50), None]);
        for _ in 0..5 {
            told.pass(minutes(10))
                .probe([Some(preferred), Some(rival), None]);
        }
        assert_eq!(told.using(), HOME, "{rival} instead of {preferred}");
    }
}

#[test]
fn a_clear_gain_moves_after_two_probes_ten_minutes_apart() {
    for (preferred, rival) in [(100, 80), (30, 15)] {
        let mut told = Told::new();
        told.probe([Some(preferred), Some(preferred + 50), None]);
        let better = [Some(preferred), Some(rival), None];
        told.pass(FRESH).probe(better);
        assert_eq!(told.using(), HOME, "one probe is no proof");
        told.pass(minutes(10) - ms(1));
        assert_eq!(told.due(), NONE);
        told.probe(better);
        assert_eq!(told.using(), HOME, "two probes at once are one");
        told.pass(ms(1));
        assert_eq!(told.due().len(), 3, "the second look is due");
        told.probe(better);
        assert_eq!(told.using(), NEAR);
        assert_eq!(told.due(), NONE);
    }
}

#[test]
fn a_gain_that_does_not_last_is_forgotten() {
    let mut told = Told::measured();
    let better = [Some(10), Some(30), Some(200)];
    told.pass(FRESH).probe(better);
    told.pass(minutes(10))
        .probe([Some(100), Some(30), Some(200)]);
    told.pass(minutes(10)).probe(better);
    assert_eq!(told.using(), NEAR);
}

#[test]
fn three_failures_in_a_row_lead_to_the_next_best() {
    let mut told = Told::measured();
    told.fail(NEAR, 2);
    assert_eq!(told.using(), NEAR);
    told.fail(NEAR, 1);
    assert_eq!((told.using(), told.course.why()), (HOME, Why::FailedOver));
    told.fail(HOME, 3);
    assert_eq!(told.using(), FAR);
}

#[test]
fn an_answer_between_failures_makes_them_no_row() {
    let mut told = Told::measured();
    told.fail(NEAR, 2)
        .report(NEAR, Answered(ms(50)))
        .fail(NEAR, 2);
    assert_eq!(told.using(), NEAR);
}

#[test]
fn failures_over_more_than_half_a_minute_are_no_row() {
    let mut told = Told::measured();
    told.fail(NEAR, 1)
        .pass(ms(15_000))
        .fail(NEAR, 1)
        .pass(ms(15_001));
    told.fail(NEAR, 1);
    assert_eq!(told.using(), NEAR);
    told.fail(NEAR, 1);
    assert_eq!(told.using(), HOME, "the last three are");
}

#[test]
fn neither_slowness_nor_doubt_is_a_failure() {
    let mut told = Told::measured();
    for _ in 0..10 {
        told.report(NEAR, Nothing);
        told.report(NEAR, Answered(Duration::from_secs(90)));
    }
    assert_eq!(told.using(), NEAR);
}

#[test]
fn failures_of_another_endpoint_do_not_count_for_this_one() {
    let mut told = Told::measured();
    told.fail(HOME, 2).fail(NEAR, 2).fail(FAR, 2);
    assert_eq!(told.using(), NEAR);
}

#[test]
fn without_a_score_home_comes_first() {
    let mut told = Told::new();
    told.probe([None, Some(30), None]).fail(NEAR, 3);
    assert_eq!(told.using(), HOME);
}

#[test]
fn it_is_used_again_after_two_good_probes_ten_minutes_apart() {
    let mut told = Told::measured();
    told.fail(NEAR, 3);
    assert_eq!(told.due(), NONE, "not at once");
    told.pass(minutes(1));
    assert_eq!(told.due(), [NEAR], "and no other");
    told.probe_one(NEAR, None).pass(minutes(1));
    assert_eq!(told.due(), [NEAR]);
    told.probe_one(NEAR, Some(30));
    assert_eq!(told.using(), HOME, "once is not enough");
    told.pass(minutes(10) - ms(1));
    assert_eq!(told.due(), NONE);
    told.pass(ms(1)).probe_one(NEAR, Some(30));
    assert_eq!((told.using(), told.course.why()), (NEAR, Why::Nearest));
    assert_eq!(told.due(), NONE);
}

#[test]
fn a_bad_probe_between_good_ones_starts_again() {
    let mut told = Told::measured();
    told.fail(NEAR, 3)
        .pass(minutes(1))
        .probe_one(NEAR, Some(30));
    told.pass(minutes(10)).probe_one(NEAR, None);
    told.pass(minutes(1)).probe_one(NEAR, Some(30));
    assert_eq!(told.using(), HOME);
    told.pass(minutes(10)).probe_one(NEAR, Some(30));
    assert_eq!(told.using(), NEAR);
}

#[test]
fn when_all_fail_it_is_none_of_them() {
    let mut told = Told::measured();
    told.fail(NEAR, 3).fail(HOME, 3);
    assert_eq!(told.using(), FAR);
    told.fail(FAR, 3);
    assert_eq!(told.using(), NEAR);
}

#[test]
fn a_measurement_that_reaches_none_teaches_nothing() {
    let mut told = Told::measured();
    told.pass(FRESH).probe([None; 3]);
    assert_eq!(told.using(), NEAR);
    assert_eq!(told.due(), NONE, "not again at once");
    told.pass(minutes(1));
    assert_eq!(told.due().len(), 3);
}

#[test]
fn an_endpoint_that_a_measurement_does_not_reach_is_left() {
    let mut told = Told::measured();
    told.pass(FRESH).probe([Some(100), None, Some(90)]);
    assert_eq!((told.using(), told.course.why()), (FAR, Why::FailedOver));
}

#[test]
fn another_network_is_another_choice() {
    let mut told = Told::measured();
    told.fail(NEAR, 3).pass(FRESH);
    told.probe_in([Some(30), Some(31), Some(20)], true);
    assert_eq!((told.using(), told.course.why()), (FAR, Why::Nearest));
    told.pass(FRESH).probe_in([None; 3], true);
    let why = told.course.why();
    assert_eq!(
        (told.using(), why),
        (FAR, Why::Nearest),
        "no network is not another one"
    );
}

#[test]
fn another_network_that_one_endpoint_betrays_is_measured_at_once() {
    let mut told = Told::measured();
    told.fail(NEAR, 3).pass(minutes(1));
    told.course.probed(told.now, &[(NEAR, Some(ms(5)))], true);
    assert_eq!((told.using(), told.course.why()), (HOME, Why::NotMeasured));
    assert_eq!(told.due(), [HOME, NEAR, FAR]);
    told.probe([Some(30), Some(31), Some(20)]);
    assert_eq!((told.using(), told.course.why()), (FAR, Why::Nearest));
}

#[test]
fn a_first_measurement_in_vain_is_told_from_none() {
    let mut told = Told::new();
    assert_eq!(told.course.why(), Why::NotMeasured);
    told.probe([None; 3]);
    assert_eq!((told.using(), told.course.why()), (HOME, Why::NoneReached));
    told.pass(minutes(1)).probe([Some(100), Some(30), None]);
    assert_eq!((told.using(), told.course.why()), (NEAR, Why::Nearest));
}

#[test]
fn slower_calls_are_a_reason_to_look_and_none_to_move() {
    let mut told = Told::measured();
    for _ in 0..20 {
        told.report(NEAR, Answered(ms(60)));
    }
    told.pass(minutes(20));
    assert_eq!(told.due(), NONE);
    for _ in 0..20 {
        told.report(NEAR, Answered(ms(200)));
    }
    assert_eq!(told.due().len(), 3);
    assert_eq!(told.using(), NEAR);
    told.probe([Some(100), Some(30), Some(200)]);
    assert_eq!((told.using(), told.due()), (NEAR, vec![]));
}

#[test]
fn a_named_endpoint_is_never_left_and_never_measured() {
    let now = Instant::now();
    let mut course = Course::new(1, now);
    for _ in 0..10 {
        course.report(now, 0, Failed);
    }
    assert_eq!((course.using(), course.why()), (0, Why::Named));
    assert_eq!(course.due(now + FRESH), NONE);
}

#[test]
fn a_position_that_does_not_exist_is_ignored() {
    let mut told = Told::measured();
    told.fail(99, 5).probe_one(99, Some(1));
    assert_eq!(told.using(), NEAR);
}
