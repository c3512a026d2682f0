//! One thread that writes, and many writes for one sync.
//!
//! SQLite lets one connection write at a time, and a durable commit waits for the disk. So all
//! writes go to one thread; it takes every job that is waiting, runs each in a savepoint of its own
//! inside one transaction, commits once, and only then answers them all. A job that fails takes
//! nothing with it but itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::error::store_error;
use crate::store::StoreError;
use crate::store::watch::Watched;

/// The most jobs that share a commit: bounds how long the first of them waits.
const MAX_BATCH: usize = 256;
/// The most jobs that wait: bounds memory; who comes then waits to be let in.
const MAX_WAITING: usize = 4096;

/// Tells one caller what became of his job, once that is known for certain.
type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;
type Job = Box<dyn FnOnce(&mut Transaction<'_>) -> Answer + Send>;

/// A handle to the writing thread, which ends when the last handle is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pub(super) watched: Watched,
    jobs: mpsc::Sender<Job>,
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
    /// not stop it.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (send, receive) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let outcome = in_savepoint(transaction, work);
            Box::new(move |committed: Result<(), &str>| {
                let outcome = match committed {
                    Ok(()) => outcome,
                    Err(fault) => Err(StoreError::Unavailable(fault.to_owned())),
                };
                // Nobody listens when the caller went away; the work is done all the same.
                drop(send.send(outcome));
            })
        });
        let gone = || StoreError::Unavailable("the writing thread has ended".to_owned());
        self.jobs.send(job).await.map_err(|_| gone())?;
        receive.await.map_err(|_| gone())?
    }
}

fn in_savepoint<T>(
    transaction: &mut Transaction<'_>,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let savepoint = transaction.savepoint().map_err(store_error)?;
    let value = work(&savepoint)?;
    savepoint.commit().map_err(store_error)?;
    Ok(value)
}

fn write_all(mut connection: Connection, mut waiting: mpsc::Receiver<Job>, watched: &Watched) {
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

fn commit_together(connection: &mut Connection, batch: Vec<Job>, watched: &Watched) {
    let writes = batch.len();
    let mut answers = Vec::with_capacity(writes);
    let began = Instant::now();
    let committed = run(connection, batch, &mut answers);
    watched.committed(writes, began.elapsed(), committed.is_ok());
    for answer in answers {
        answer(committed.as_ref().copied().map_err(String::as_str));
    }
}

/// Fills `answers` with one for each job that was run. A job that was not run is dropped, which
/// closes its caller's channel: he is told that nothing was done.
fn run(
    connection: &mut Connection,
    batch: Vec<Job>,
    answers: &mut Vec<Answer>,
) -> Result<(), String> {
    let mut transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| error.to_string())?;
    for job in batch {
        answers.push(job(&mut transaction));
        // Some faults (a full disk, a failed read) make SQLite roll the whole transaction back by
        // itself; what followed would then be committed one by one.
        if transaction.is_autocommit() {
            return Err("the disk failed or is full: the transaction was rolled back".to_owned());
        }
    }
    transaction.commit().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
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
