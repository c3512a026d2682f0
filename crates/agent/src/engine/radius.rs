//! How much an action touches, counted before anything is done that cannot be undone.
//!
//! First whatever was found, before anybody is stopped. Then whoever was stopped: a search looks
//! closely at what is mapped and at scripts only where nothing else was found, a freeze always does.

use quell_protocol::{ProcessOutcome, ResidualReason};

use super::action::Action;
use super::outcome::process_result;
use crate::find::user_of;
use crate::policy::Permit;

impl Action<'_> {
    /// Answers whether it would be too much to touch what was found besides what was touched.
    pub(super) fn leave_beyond_the_radius(&mut self) -> bool {
        let mut hidden = 0;
        for candidate in &self.candidates {
            for link in &candidate.links {
                self.radius.add_path(link.path());
            }
            // The names of what an earlier round took were counted then.
            if !self.known.contains_key(&candidate.id) {
                let links = usize::try_from(candidate.link_count()).unwrap_or(usize::MAX);
                hidden += links.saturating_sub(candidate.links.len());
            }
            for pid in &candidate.running {
                if let Some(user) = user_of(*pid) {
                    self.radius.add_process(*pid, user);
                }
            }
        }
        self.radius.set_more_paths(hidden);
        self.leave_if_too_much()
    }

    /// Answers whether more is stopped than may be touched. Then nothing is taken, and it is for the
    /// plan to let everybody go on.
    pub(super) fn stopped_too_many(&mut self) -> bool {
        for row in self.frozen.rows() {
            self.radius.add_process(row.identity.pid, row.uid);
        }
        let too_many = self.leave_if_too_much();
        if too_many {
            for row in self.frozen.rows() {
                let left = process_result(row, ProcessOutcome::LeftAlone);
                self.refused.add_process(left);
            }
        }
        too_many
    }

    fn leave_if_too_much(&mut self) -> bool {
        match self.policy.weigh_radius(&self.radius, self.force) {
            Ok(Permit::Plain) => false,
            Ok(Permit::Forced) => {
                let forced = "Force was honored: more is touched than this machine's policy allows";
                self.forced.insert(forced.to_owned());
                false
            }
            Err(refusal) => {
                self.leave_all(ResidualReason::BlastRadius);
                self.refuse(refusal);
                true
            }
        }
    }
}
