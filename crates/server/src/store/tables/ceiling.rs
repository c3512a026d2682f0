//! How many machines an application had files stopped on lately.

use std::time::Duration;

use crate::core::ActionKind;
use crate::store::StoreError;
use crate::store::database::{Sql, values};
use crate::store::record::{Submission, Submitted};

/// How long ago counts.
const WINDOW: Duration = Duration::from_secs(60 * 60);

/// What is to be answered to a submission beyond its application's ceiling. A machine that is
/// counted already does not count again. No more rows of the window are looked at than decide.
pub(super) fn reached(
    sql: &mut dyn Sql,
    submission: &Submission,
) -> Result<Option<Submitted>, StoreError> {
    if submission.ask.kind() != ActionKind::StopAndQuarantineFile {
        return Ok(None);
    }
    let limits = [
        (submission.ceiling.machines, false),
        (submission.ceiling.machines_for_one_file, true),
    ];
    for (most, of_one_file) in limits {
        if let Some(most) = most
            && others(sql, submission, of_one_file, most)? >= u64::from(most)
        {
            return Ok(Some(Submitted::Ceiling { most, of_one_file }));
        }
    }
    Ok(None)
}

fn others(
    sql: &mut dyn Sql,
    submission: &Submission,
    of_one_file: bool,
    most: u32,
) -> Result<u64, StoreError> {
    let (count,) = sql.query_sure(
        "SELECT count(*) FROM (
             SELECT DISTINCT machine FROM actions
             WHERE tenant = ?1 AND application = ?2 AND created > ?3 AND machine <> ?4
                 AND type = 'StopAndQuarantineFile' AND (sha1 = ?5 OR NOT ?6)
             LIMIT ?7) AS few",
        values![
            submission.tenant,
            &submission.application,
            submission.now.saturating_sub(WINDOW),
            &submission.machine,
            submission.sha1,
            of_one_file,
            most,
        ],
    )?;
    Ok(count)
}
