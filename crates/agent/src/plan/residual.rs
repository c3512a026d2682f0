//! What is left over, from what became of each process and each path.

use quell_protocol::{
    Coverage, FileOutcome, FileResult, ProcessOutcome, ProcessResult, Residual, ResidualReason,
    WirePath,
};

use super::obstacle::Obstacle;

/// Everything that keeps "it is gone" from being the whole truth, most particular first.
#[must_use]
pub fn residuals(
    processes: &[ProcessResult],
    files: &[(FileResult, Option<Obstacle>)],
    coverage: &Coverage,
) -> Vec<Residual> {
    let mut residuals: Vec<Residual> = processes.iter().filter_map(of_process).collect();
    for (file, obstacle) in files {
        residuals.extend(of_file(file, *obstacle));
        residuals.extend(of_links(file));
    }
    residuals.extend(of_search(coverage));
    residuals
}

fn of_process(process: &ProcessResult) -> Option<Residual> {
    let reason = match process.outcome {
        ProcessOutcome::KillPending => ResidualReason::KillPending,
        ProcessOutcome::AccessDenied => ResidualReason::ProcessAccessDenied,
        ProcessOutcome::LeftAlone | ProcessOutcome::StillMapped => ResidualReason::LeftRunning,
        // A dry run leaves everything; that is no residual of anything.
        ProcessOutcome::Stopped | ProcessOutcome::AlreadyEnded | ProcessOutcome::WouldStop => {
            return None;
        }
        _ => ResidualReason::Other,
    };
    let mut residual = Residual::new(reason).of_process(process.pid);
    residual.unit = process.unit.clone();
    Some(residual)
}

fn of_file(file: &FileResult, obstacle: Option<Obstacle>) -> Option<Residual> {
    let reason = match file.outcome {
        FileOutcome::Quarantined
        | FileOutcome::QuarantinedDeleted
        | FileOutcome::Restored
        | FileOutcome::WouldQuarantine => return None,
        FileOutcome::HeldInCapture => ResidualReason::HeldInCapture,
        FileOutcome::Protected => ResidualReason::Protected,
        _ => obstacle.map_or(ResidualReason::Failed, reason_of),
    };
    let residual = Residual::new(reason).at(file.path.clone());
    Some(residual.because(file.detail.clone()))
}

fn of_links(file: &FileResult) -> Option<Residual> {
    let residual = Residual::new(ResidualReason::ResidualLinks).at(file.path.clone());
    (file.residual_links > 0).then(|| residual.counting(file.residual_links))
}

/// Whoever read the file that was at this path and does not show it. It is told of every file that
/// is run by its readers alone, and makes no success a failure: nobody could do more.
#[must_use]
pub fn of_readers(path: WirePath) -> Residual {
    let why = "it is run by whoever reads it, and who has read it and closed it does not show";
    let residual = Residual::new(ResidualReason::NotAttributable).at(path);
    residual.because(Some(why.to_owned()))
}

fn of_search(coverage: &Coverage) -> Vec<Residual> {
    let mut residuals = Vec::new();
    let unknown = coverage.processes_unreadable;
    if unknown > 0 {
        residuals.push(Residual::new(ResidualReason::UnknownProcesses).counting(unknown));
    }
    // What is refused before it is looked for is not cut short.
    let refused = coverage.protection.is_some();
    if !coverage.complete && !refused {
        let why: Vec<_> = coverage.ended_by.iter().map(|limit| limit.what()).collect();
        let why = (!why.is_empty()).then(|| why.join("; "));
        residuals.push(Residual::new(ResidualReason::NotSearched).because(why));
    }
    residuals
}

fn reason_of(obstacle: Obstacle) -> ResidualReason {
    match obstacle {
        Obstacle::AccessDenied => ResidualReason::FileAccessDenied,
        Obstacle::ReadOnly => ResidualReason::ReadOnly,
        Obstacle::Unsupported => ResidualReason::Unsupported,
        Obstacle::ImageLayer => ResidualReason::ImageLayer,
        Obstacle::OutsideRoots => ResidualReason::OutsideRoots,
        Obstacle::ContentChanged => ResidualReason::ContentChanged,
        Obstacle::RaceDetected => ResidualReason::RaceDetected,
        Obstacle::VaultUnavailable => ResidualReason::VaultUnavailable,
        Obstacle::Failed => ResidualReason::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quell_protocol::Limit;

    fn process(outcome: ProcessOutcome) -> ProcessResult {
        ProcessResult::new(7, 1, 0, WirePath::from_bytes(b"/x"), outcome)
    }

    fn file(outcome: FileOutcome) -> FileResult {
        FileResult::new(WirePath::from_bytes(b"/x"), outcome)
    }

    fn searched() -> Coverage {
        Coverage {
            complete: true,
            ..Coverage::default()
        }
    }

    fn reasons(residuals: &[Residual]) -> Vec<ResidualReason> {
        residuals.iter().map(|residual| residual.reason).collect()
    }

    #[test]
    fn whole_success_leaves_nothing_over() {
        let processes = [
            process(ProcessOutcome::Stopped),
            process(ProcessOutcome::AlreadyEnded),
        ];
        let files = [
            (file(FileOutcome::Quarantined), None),
            (file(FileOutcome::QuarantinedDeleted), None),
        ];
        assert_eq!(residuals(&processes, &files, &searched()), []);
    }

    #[test]
    fn survivor_is_named_with_the_unit_that_it_belongs_to() {
        let mut pending = process(ProcessOutcome::KillPending);
        pending.unit = Some("bad.service".to_owned());
        let [residual] = residuals(&[pending], &[], &searched()).try_into().unwrap();
        assert_eq!(residual.reason, ResidualReason::KillPending);
        assert_eq!(
            (residual.pid, residual.unit.as_deref()),
            (Some(7), Some("bad.service"))
        );
    }

    #[test]
    fn file_left_at_its_path_is_named_with_what_kept_it() {
        for obstacle in Obstacle::ALL {
            let left = [(file(FileOutcome::NotRemoved), Some(obstacle))];
            let [residual] = residuals(&[], &left, &searched()).try_into().unwrap();
            assert_eq!(residual.at, Some(WirePath::from_bytes(b"/x")));
            assert_ne!(residual.reason, ResidualReason::Other, "{obstacle:?}");
        }
        let read_only = [(file(FileOutcome::NotRemoved), Some(Obstacle::ReadOnly))];
        let found = residuals(&[], &read_only, &searched());
        assert_eq!(reasons(&found), [ResidualReason::ReadOnly]);
    }

    #[test]
    fn links_that_were_not_found_are_counted_beside_a_success() {
        let mut taken = file(FileOutcome::Quarantined);
        taken.residual_links = 3;
        let [residual] = residuals(&[], &[(taken, None)], &searched())
            .try_into()
            .unwrap();
        assert_eq!(residual.reason, ResidualReason::ResidualLinks);
        assert_eq!(residual.count, Some(3));
    }

    #[test]
    fn search_that_missed_something_says_so() {
        let mut coverage = searched();
        coverage.processes_unreadable = 2;
        coverage.cut_by(Limit::Time);
        let [unknown, cut] = residuals(&[], &[], &coverage).try_into().unwrap();
        assert_eq!(
            (unknown.reason, unknown.count),
            (ResidualReason::UnknownProcesses, Some(2))
        );
        assert_eq!(cut.reason, ResidualReason::NotSearched);
        assert_eq!(
            cut.detail.as_deref(),
            Some("the time for searching was over")
        );
    }
}
