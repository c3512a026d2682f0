//! How hard to chase processes that keep appearing.
//!
//! A scan sees a process only if it exists while the scan passes by, so one that keeps handing over
//! to a child could slip through for ever. As soon as new ones appear after the first scan, whole
//! groups are stopped at once, which no fork outruns; whoever leaves his group each time is stopped
//! with his control group, which nobody leaves without being let.

/// How many scans in a row must find nothing new while nobody that was found can run.
const QUIET: u32 = 2;

/// What one scan showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// Whether a process appeared that was not in hand.
    pub appeared: bool,
    /// Whether one came since the scan began.
    pub fled: bool,
    /// Whether nobody in hand can run.
    pub still: bool,
    /// Whether the time for chasing is over.
    pub late: bool,
}

/// What to do after a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Look again.
    ScanAgain,
    /// Stop the process groups of those that appeared, or the control groups of those whose process
    /// group may not be stopped; then look again.
    StopGroups,
    /// Freeze the control groups of those that appeared; then look again.
    FreezeControlGroups,
    /// Nobody is left to stop.
    Enough,
    /// Go on with those that are in hand; another search follows.
    GiveUp,
}

/// One chase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chase {
    quiet: u32,
    scans: u32,
    restless: u32,
}

impl Chase {
    /// Whether the next scan should also look at what is mapped and at scripts, which costs more:
    /// the one that would end the chase does.
    #[must_use]
    pub fn is_deep(&self) -> bool {
        self.quiet + 1 == QUIET
    }

    /// Weighs a scan.
    pub fn observe(&mut self, scan: Scan) -> Measure {
        self.quiet = if scan.still && !scan.appeared && !scan.fled {
            self.quiet + 1
        } else {
            0
        };
        // What runs already is no sign of flight, neither at the first nor at the first deep look.
        let is_flight = scan.fled || (scan.appeared && self.scans > 0);
        self.scans += 1;
        self.restless += u32::from(is_flight);
        if self.quiet == QUIET {
            return Measure::Enough;
        }
        match (scan.late, is_flight, self.restless) {
            (true, ..) => Measure::GiveUp,
            (_, false, _) => Measure::ScanAgain,
            (_, true, 0 | 1) => Measure::StopGroups,
            (_, true, _) => Measure::FreezeControlGroups,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET_SCAN: Scan = Scan {
        appeared: false,
        fled: false,
        still: true,
        late: false,
    };
    const NEW_ONES: Scan = Scan {
        appeared: true,
        ..QUIET_SCAN
    };

    fn measures(scans: &[Scan]) -> Vec<Measure> {
        let mut chase = Chase::default();
        scans.iter().map(|scan| chase.observe(*scan)).collect()
    }

    #[test]
    fn chase_ends_after_two_quiet_scans_of_which_the_last_is_deep() {
        let mut chase = Chase::default();
        assert!(!chase.is_deep());
        assert_eq!(chase.observe(NEW_ONES), Measure::ScanAgain);
        assert!(!chase.is_deep());
        assert_eq!(chase.observe(QUIET_SCAN), Measure::ScanAgain);
        assert!(chase.is_deep());
        assert_eq!(chase.observe(QUIET_SCAN), Measure::Enough);
    }

    #[test]
    fn chase_is_not_quiet_while_somebody_in_hand_can_still_run() {
        let restless = Scan {
            still: false,
            ..QUIET_SCAN
        };
        let told = measures(&[QUIET_SCAN, restless, QUIET_SCAN, QUIET_SCAN]);
        assert_eq!(told[..3], [Measure::ScanAgain; 3]);
        assert_eq!(told[3], Measure::Enough);
    }

    #[test]
    fn chase_stops_groups_first_and_then_whole_control_groups() {
        assert_eq!(
            measures(&[NEW_ONES, NEW_ONES, QUIET_SCAN, NEW_ONES, NEW_ONES]),
            [
                Measure::ScanAgain,
                Measure::StopGroups,
                Measure::ScanAgain,
                Measure::FreezeControlGroups,
                Measure::FreezeControlGroups,
            ]
        );
    }

    #[test]
    fn chase_takes_who_came_during_the_first_scan_for_a_flight() {
        let fled = Scan {
            fled: true,
            ..QUIET_SCAN
        };
        let told = measures(&[fled, fled, QUIET_SCAN, QUIET_SCAN]);
        assert_eq!(
            told[..2],
            [Measure::StopGroups, Measure::FreezeControlGroups]
        );
        assert_eq!(told[3], Measure::Enough);
    }

    #[test]
    fn chase_is_given_up_when_time_is_up_but_not_when_it_has_just_ended() {
        let late = |scan| Scan { late: true, ..scan };
        let told = measures(&[late(NEW_ONES)]);
        assert_eq!(told, [Measure::GiveUp]);
        let told = measures(&[QUIET_SCAN, late(QUIET_SCAN)]);
        assert_eq!(told, [Measure::ScanAgain, Measure::Enough]);
    }
}
