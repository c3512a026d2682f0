//! Whether who asks for orders is the one agent that a machine has.
//!
//! An agent counts its starts durably, draws a number at each, and counts its requests. What it
//! tells can therefore only grow. Two agents that are copies of one another both tell lives that
//! grow from the same point, and so one of them contradicts the other.
//!
//! A request that was delayed on its way contradicts too. It is known by the moment at which it was
//! made, and gets nothing; but no machine delays so many that this could be its clone's excuse.

use quell_protocol::Life;

/// The most requests in one life that come later than ones made after them.
const MOST_LATE: u32 = 3;

/// What was heard of a machine's life last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The life.
    pub life: Life,
    /// When that request was made by the machine's clock, in seconds since the Unix epoch.
    pub made: u64,
    /// How many requests of this life came too late.
    pub late: u32,
}

/// What a request for orders shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The one agent lives on, or was started anew. This is to be remembered.
    Lives(Heard),
    /// It was overtaken on its way. This is to be remembered, and there is nobody to be answered.
    Late(Heard),
    /// There are two.
    Cloned,
}

impl Heard {
    /// What is known after the first request.
    #[must_use]
    pub fn first(life: Life, made: u64) -> Self {
        let late = 0;
        Self { life, made, late }
    }

    /// Judges the next request.
    #[must_use]
    pub fn then(&self, life: Life, made: u64) -> Sign {
        let told = (life.start, life.count);
        let known = (self.life.start, self.life.count);
        let same_start = life.start == self.life.start;
        let is_told_twice = same_start && (life.nonce != self.life.nonce || told == known);
        if is_told_twice {
            return Sign::Cloned;
        }
        if told > known {
            let late = if same_start { self.late } else { 0 };
            return Sign::Lives(Self { life, made, late });
        }
        let late = self.late.saturating_add(1);
        if made > self.made || late > MOST_LATE {
            return Sign::Cloned;
        }
        Sign::Late(Self {
            late,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An agent with its state: a copy of it is a clone.
    #[derive(Clone, Debug)]
    struct Agent {
        start: u64,
        nonce: u64,
        count: u64,
    }

    impl Agent {
        fn new() -> Self {
            let (start, nonce, count) = (1, 0, 0);
            Self {
                start,
                nonce,
                count,
            }
        }

        fn restart(&mut self, nonce: u64) {
            self.start += 1;
            self.nonce = nonce;
            self.count = 0;
        }

        fn asks(&mut self) -> Life {
            self.count += 1;
            Life {
                start: self.start,
                nonce: self.nonce.to_string(),
                count: self.count,
            }
        }
    }

    /// What a server knows after these requests, in this order; none once it has seen two.
    fn after(requests: impl IntoIterator<Item = (Life, u64)>) -> Option<Heard> {
        let mut known: Option<Heard> = None;
        for (life, made) in requests {
            known = Some(match known.map(|known| known.then(life.clone(), made)) {
                None => Heard::first(life, made),
                Some(Sign::Lives(heard) | Sign::Late(heard)) => heard,
                Some(Sign::Cloned) => return None,
            });
        }
        known
    }

    #[test]
    fn state_put_back_from_a_copy_is_noticed_at_once() {
        let mut agent = Agent::new();
        let mut requests = vec![(agent.asks(), 100)];
        let copy = agent.clone();
        agent.restart(1);
        requests.push((agent.asks(), 200));
        agent.restart(2);
        requests.push((agent.asks(), 300));
        assert!(after(requests.clone()).is_some());
        let mut put_back = copy;
        put_back.restart(3);
        requests.push((put_back.asks(), 400));
        assert_eq!(after(requests), None);
    }

    #[test]
    fn two_that_began_from_one_image_are_noticed_by_the_second_s_first_request() {
        let image = Agent::new();
        let (mut one, mut two) = (image.clone(), image);
        one.restart(7);
        two.restart(8);
        assert_eq!(after([(one.asks(), 100), (two.asks(), 100)]), None);
    }

    #[test]
    fn copy_of_a_machine_s_memory_is_noticed_though_it_knows_the_same_number() {
        let mut one = Agent::new();
        let first = one.asks();
        let mut two = one.clone();
        assert_eq!(
            after([(first, 100), (one.asks(), 150), (two.asks(), 120)]),
            None
        );
    }

    #[test]
    fn copy_with_a_slow_clock_is_no_late_request_for_long() {
        let mut one = Agent::new();
        let mut two = one.clone();
        let mut requests = Vec::new();
        one.restart(5);
        for second in (1000..).step_by(50).take(4) {
            one.restart(second);
            requests.push((one.asks(), second));
            requests.push((two.asks(), second - 300));
        }
        assert!(after(requests.clone()[..2].to_vec()).is_some());
        assert!(after([requests[1].clone(), requests[0].clone()]).is_some());
        let ours = requests.iter().take(1).cloned();
        let theirs = (0..4).map(|second| (two.asks(), 500 + second));
        assert_eq!(after(ours.chain(theirs)), None);
    }

    #[derive(Clone, Copy, Debug)]
    enum Happening {
        Asks,
        Restarts,
        /// The clock is set to another time, in either direction.
        ClockSteps(u32),
    }

    fn happening() -> impl Strategy<Value = Happening> {
        prop_oneof![
            5 => Just(Happening::Asks),
            2 => Just(Happening::Restarts),
            1 => (0_u32..2_000_000).prop_map(Happening::ClockSteps),
        ]
    }

    fn life_of_one(happenings: &[Happening]) -> Vec<(Life, u64)> {
        let (mut agent, mut clock, mut requests) = (Agent::new(), 1_000_000_u64, Vec::new());
        for (number, happening) in happenings.iter().enumerate() {
            clock += 1;
            match happening {
                Happening::Asks => requests.push((agent.asks(), clock)),
                Happening::Restarts => agent.restart(number as u64 + 1),
                Happening::ClockSteps(to) => clock = u64::from(*to),
            }
        }
        requests
    }

    proptest! {
        #[test]
        fn one_agent_is_never_taken_for_two(
            happenings in proptest::collection::vec(happening(), 1..60)
        ) {
            let requests = life_of_one(&happenings);
            prop_assume!(!requests.is_empty());
            prop_assert!(after(requests).is_some());
        }

        #[test]
        fn one_request_that_is_overtaken_is_no_clone(
            restarts in proptest::collection::vec(any::<bool>(), 3..40),
            delayed in 0_usize..20,
            by in 1_usize..5,
        ) {
            let happenings: Vec<_> = restarts
                .iter()
                .flat_map(|restarts| match restarts {
                    true => vec![Happening::Restarts, Happening::Asks],
                    false => vec![Happening::Asks],
                })
                .collect();
            let mut requests = life_of_one(&happenings);
            let delayed = delayed % requests.len();
            let arrives = (delayed + by).min(requests.len() - 1);
            let late = requests.remove(delayed);
            requests.insert(arrives, late);
            prop_assert!(after(requests).is_some());
        }

        #[test]
        fn two_copies_that_both_ask_are_noticed(
            before in proptest::collection::vec(happening(), 1..20),
            turns in proptest::collection::vec(any::<bool>(), 1..30),
        ) {
            let mut requests = life_of_one(&before);
            let copied = Agent { start: 1_000, nonce: 1_000, count: 0 };
            let (mut one, mut two) = (copied.clone(), copied);
            one.restart(2_001);
            two.restart(2_002);
            let clock = 5_000_000;
            requests.push((one.asks(), clock));
            for (second, is_one) in (1_u64..).zip(turns) {
                let asks = if is_one { one.asks() } else { two.asks() };
                requests.push((asks, clock + second));
            }
            requests.push((one.asks(), clock + 100));
            requests.push((two.asks(), clock + 101));
            prop_assert_eq!(after(requests), None);
        }
    }
}
