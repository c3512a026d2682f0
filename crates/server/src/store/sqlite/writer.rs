//! One thread that writes, and many writes for one sync.
//!
//! SQLite lets one connection write at a time, and a durable commit waits for the disk. So all
//! writes go to one thread; it takes every job that is waiting, runs them in one transaction,
//! commits once, and only then answers them all. A job that fails takes nothing with it but itself:
//! then everything is undone, and run again with a savepoint for each job. Nearly no job fails, and
//! a savepoint costs a copy of every page that its job changes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Instant;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;
use crate::store::watch::Watched;

/// The most jobs that share a commit: bounds how long the first of them waits.
const MAX_BATCH: usize = 256;
/// The most jobs that wait: bounds memory; who comes then waits to be let in.
const MAX_WAITING: usize = 4096;

/// Something to be written, for somebody who waits for it.
trait Job: Send {
    /// Does it, once more if need be; whether it could be done.
    fn run(&mut self, connection: &Connection) -> Result<(), Failed>;
    /// Tells who waits what became of it, once that is known for certain.
    fn answer(self: Box<Self>, committed: Result<(), &str>);
}

/// Why it could not be done is what its caller is told.
struct Failed;

/// One caller's job.
struct Write<T, W> {
    work: W,
    outcome: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Write<T, W>
where
    T: Send,
    W: Fn(&Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), Failed> {
        let outcome = self.outcome.insert((self.work)(connection));
        outcome.as_ref().map(|_| ()).map_err(|_| Failed)
    }

    fn answer(self: Box<Self>, committed: Result<(), &str>) {
        let outcome = match committed {
            Ok(()) => self.outcome,
            Err(fault) => Some(Err(StoreError::Unavailable(fault.to_owned()))),
        };
        // Nobody listens when the caller went away; the work is done all the same.
        if let Some(outcome) = outcome {
            drop(self.caller.send(outcome));
        }
    }
}

/// A handle to the writing thread, which ends when the last handle is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pub(super) watched: Watched,
    jobs: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(MAX_WAITING);
        let watched = Watched::default();
        let watch = watched.clone();
        thread::Builder::new()
            .name("quell-store".to_owned())
            .spawn(move || write_all(connection, waiting, &watch))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { watched, jobs })
    }

    /// Runs `work` and returns when what it did is durable. A caller that goes away meanwhile does
    /// not stop it. It may be run again, after everything was undone: it has no effect but through
    /// the connection.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (caller, receive) = oneshot::channel();
        let job = Box::new(Write {
            work,
            outcome: None,
            caller,
        });
        let gone = || StoreError::Unavailable("the writing thread has ended".to_owned());
        self.jobs.send(job).await.map_err(|_| gone())?;
        receive.await.map_err(|_| gone())?
    }
}

fn write_all(
    mut connection: Connection,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
    watched: &Watched,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH {
            let Ok(next) = waiting.try_recv() else { break };
            batch.push(next);
        }
        // A fault of ours in one batch must not end all writing: the transaction is rolled back
        // and the callers of this batch are told so by their closed channels.
        let together = AssertUnwindSafe(|| commit_together(&mut connection, batch, watched));
        if catch_unwind(together).is_err() {
            tracing::error!("a write panicked; its batch was rolled back");
        }
    }
}

fn commit_together(connection: &mut Connection, mut batch: Vec<Box<dyn Job>>, watched: &Watched) {
    let began = Instant::now();
    let committed = match run(connection, &mut batch, together) {
        // The whole batch again, for what one of them did before it failed may be half done.
        Ok(Ended::Undone) => run(connection, &mut batch, apart),
        ended => ended,
    };
    let committed = committed.and_then(|ended| match ended {
        Ended::Committed => Ok(()),
        Ended::Undone => Err("the database keeps no savepoint".to_owned()),
    });
    watched.committed(batch.len(), began.elapsed(), committed.is_ok());
    for job in batch {
        job.answer(committed.as_ref().copied().map_err(String::as_str));
    }
}

/// How a transaction ended.
enum Ended {
    Committed,
    Undone,
}

/// Runs jobs in a transaction; commits, or undoes everything where `each` gives up.
fn run(
    connection: &mut Connection,
    batch: &mut [Box<dyn Job>],
    each: fn(&Connection, &mut dyn Job) -> Result<(), Failed>,
) -> Result<Ended, String> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| error.to_string())?;
    for job in batch {
        let done = each(&transaction, job.as_mut());
        // Some faults (a full disk, a failed read) make SQLite roll the whole transaction back by
        // itself; what followed would then be committed one by one.
        if transaction.is_autocommit() {
            return Err("the disk failed or is full: the transaction was rolled back".to_owned());
        }
        if done.is_err() {
            transaction.rollback().map_err(|error| error.to_string())?;
            return Ok(Ended::Undone);
        }
    }
    transaction.commit().map_err(|error| error.to_string())?;
    Ok(Ended::Committed)
}

fn together(connection: &Connection, job: &mut dyn Job) -> Result<(), Failed> {
    job.run(connection)
}

/// What fails leaves no trace, and is no reason to give up: its caller is told.
fn apart(connection: &Connection, job: &mut dyn Job) -> Result<(), Failed> {
    let savepoint = |text| connection.execute_batch(text).map_err(|_| Failed);
    savepoint("SAVEPOINT job")?;
    if job.run(connection).is_err() && !connection.is_autocommit() {
        savepoint("ROLLBACK TO job")?;
    }
    savepoint("RELEASE job")
}

#[cfg(test)]
mod tests {
    use super::super::error::store_error;
    use super::*;

    fn writer() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)")
            .unwrap();
        Writer::start(connection).unwrap()
    }

    async fn insert(writer: &Writer, n: i64) -> Result<(), StoreError> {
        writer
            .write(move |c| {
                c.execute("INSERT INTO t VALUES (?1)", [n])
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }

    async fn count(writer: &Writer) -> i64 {
        writer
            .write(|c| {
                c.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
                    .map_err(store_error)
            })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn job_that_fails_takes_nothing_with_it() {
        let writer = writer();
        insert(&writer, 1).await.unwrap();
        let (twice, other) = tokio::join!(insert(&writer, 1), insert(&writer, 2));
        assert!(twice.is_err());
        other.unwrap();
        assert_eq!(count(&writer).await, 2);
    }

    #[tokio::test]
    async fn job_that_fails_half_way_leaves_no_half() {
        let writer = writer();
        let half: Result<(), _> = writer
            .write(|c| {
                c.execute("INSERT INTO t VALUES (7)", [])
                    .map_err(store_error)?;
                Err(StoreError::Unavailable("on purpose".to_owned()))
            })
            .await;
        assert!(half.is_err());
        assert_eq!(count(&writer).await, 0);
    }

    #[tokio::test]
    async fn batch_in_which_one_fails_is_written_once_and_without_its_half() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)")
            .unwrap();
        let (mut jobs, mut answers): (Vec<Box<dyn Job>>, Vec<_>) = (Vec::new(), Vec::new());
        for n in 0..4_i64 {
            let (caller, answer) = oneshot::channel();
            answers.push(answer);
            jobs.push(Box::new(Write {
                work: move |c: &Connection| {
                    c.execute("INSERT INTO t VALUES (?1)", [n])
                        .map_err(store_error)?;
                    match n {
                        2 => Err(StoreError::Unavailable("on purpose".to_owned())),
                        kept => Ok(kept),
                    }
                },
                outcome: None,
                caller,
            }));
        }
        commit_together(&mut connection, jobs, &Watched::default());
        assert!(connection.is_autocommit());
        for (n, answer) in (0..4).zip(answers) {
            let told = answer.await.unwrap();
            assert_eq!(told.ok(), (n != 2).then_some(n));
            let kept: i64 = connection
                .query_row("SELECT count(*) FROM t WHERE n = ?1", [n], |row| row.get(0))
                .unwrap();
            assert_eq!(kept, i64::from(n != 2), "{n}");
        }
    }

    #[tokio::test]
    async fn full_disk_acknowledges_nothing_that_is_not_kept() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB); PRAGMA max_page_count = 9",
            )
            .unwrap();
        let writer = Writer::start(connection).unwrap();
        let put = async |n: i64, bytes: i64| {
            writer
                .write(move |c| {
                    c.execute("INSERT INTO t VALUES (?1, zeroblob(?2))", [n, bytes])
                        .map(drop)
                        .map_err(store_error)
                })
                .await
        };
        let answers = tokio::join!(
            put(0, 1),
            put(1, 1),
            put(2, 1_000_000),
            put(3, 1),
            put(4, 1)
        );
        assert!(matches!(answers.2, Err(StoreError::Unavailable(_))));
        put(5, 1).await.unwrap();
        let told: Vec<bool> = [answers.0, answers.1, answers.2, answers.3, answers.4]
            .map(|answer| answer.is_ok())
            .to_vec();
        let kept = writer
            .write(|c| {
                let mut statement = c
                    .prepare("SELECT n FROM t ORDER BY n")
                    .map_err(store_error)?;
                let rows = statement.query_map([], |row| row.get(0));
                rows.and_then(Iterator::collect::<rusqlite::Result<Vec<i64>>>)
                    .map_err(store_error)
            })
            .await
            .unwrap();
        for (n, told) in (0..5).zip(told) {
            assert_eq!(kept.contains(&n), told, "{n}");
        }
    }

    #[tokio::test]
    async fn job_that_panics_does_not_end_writing() {
        let writer = writer();
        let gone: Result<(), _> = writer.write(|_| panic!("on purpose")).await;
        assert!(matches!(gone, Err(StoreError::Unavailable(_))));
        insert(&writer, 3).await.unwrap();
        assert_eq!(count(&writer).await, 1);
    }
}
