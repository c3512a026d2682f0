//! One thread that writes, and many writes for one sync.
//!
//! SQLite lets one connection write at a time, and a durable commit waits for the disk. So all
//! writes of this process go to one thread; it takes every job that is waiting, runs each in a
//! savepoint of its own inside one transaction, commits once, and only then answers them all. A job
//! that fails takes nothing with it but itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use rusqlite::{Connection, Error as Fault, Transaction, TransactionBehavior, ffi};
use tokio::sync::{mpsc, oneshot};

use super::error::state_error;
use crate::StateError;

/// The most jobs that share a commit: bounds how long the first of them waits.
const MAX_BATCH: usize = 256;
/// The most jobs that wait: bounds memory; who comes then waits to be let in.
const MAX_WAITING: usize = 4096;

/// Tells one caller what became of his job, once that is known for certain.
type Answer = Box<dyn FnOnce(Result<(), StateError>) + Send>;
/// Does the work in the transaction; or, where there is none, tells its caller why.
type Job = Box<dyn FnOnce(Result<&mut Transaction<'_>, StateError>) -> Option<Answer> + Send>;

/// A handle to the writing thread, which ends when the last handle is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> Result<Self, StateError> {
        let (jobs, waiting) = mpsc::channel(MAX_WAITING);
        thread::Builder::new()
            .name("quell-state".to_owned())
            .spawn(move || write_all(connection, waiting))
            .map_err(|error| StateError::Database {
                source: error.into(),
            })?;
        Ok(Self { jobs })
    }

    /// Runs `work` and returns when what it did is durable. A caller that goes away meanwhile does
    /// not stop it. If it is not committed after all, `undone` is called.
    pub(super) async fn write<T, W, U>(&self, work: W, undone: U) -> Result<T, StateError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StateError> + Send + 'static,
        U: FnOnce() + Send + 'static,
    {
        let (job, receive) = job(work, undone);
        self.jobs.send(job).await.map_err(|_| ended())?;
        receive.await.map_err(|_| ended())?
    }

    /// The same for a caller who cannot wait, and for work that may be left undone.
    pub(super) fn write_some_time<W, U>(&self, work: W, undone: U)
    where
        W: FnOnce(&Connection) -> Result<(), StateError> + Send + 'static,
        U: FnOnce() + Send + 'static,
    {
        let (job, _nobody_listens) = job(work, undone);
        drop(self.jobs.try_send(job));
    }
}

fn job<T, W, U>(work: W, undone: U) -> (Job, oneshot::Receiver<Result<T, StateError>>)
where
    T: Send + 'static,
    W: FnOnce(&Connection) -> Result<T, StateError> + Send + 'static,
    U: FnOnce() + Send + 'static,
{
    let (send, receive) = oneshot::channel();
    let job: Job = Box::new(move |transaction| {
        // Nobody listens when the caller went away; the work is done all the same.
        let tell = move |outcome| drop(send.send(outcome));
        let transaction = match transaction {
            Ok(transaction) => transaction,
            Err(fault) => {
                tell(Err(fault));
                return None;
            }
        };
        let unless_committed = Undo(Some(undone));
        let outcome = in_savepoint(transaction, work);
        Some(Box::new(move |committed| {
            if committed.is_ok() && outcome.is_ok() {
                unless_committed.not_needed();
            }
            // A job's own failure says more than that the batch was not committed.
            tell(outcome.and_then(|value| committed.map(|()| value)));
        }))
    });
    (job, receive)
}

/// Undoes what was done in memory for a transaction that is not committed, also when that is
/// because somebody panicked.
struct Undo<U: FnOnce()>(Option<U>);

impl<U: FnOnce()> Undo<U> {
    fn not_needed(mut self) {
        self.0 = None;
    }
}

impl<U: FnOnce()> Drop for Undo<U> {
    fn drop(&mut self) {
        if let Some(undo) = self.0.take() {
            undo();
        }
    }
}

fn ended() -> StateError {
    StateError::Database {
        source: "the writing thread gave no answer".into(),
    }
}

fn in_savepoint<T>(
    transaction: &mut Transaction<'_>,
    work: impl FnOnce(&Connection) -> Result<T, StateError>,
) -> Result<T, StateError> {
    let savepoint = transaction.savepoint().map_err(state_error)?;
    let value = work(&savepoint)?;
    savepoint.commit().map_err(state_error)?;
    Ok(value)
}

fn write_all(mut connection: Connection, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH {
            let Ok(next) = waiting.try_recv() else { break };
            batch.push(next);
        }
        // A fault of ours in one batch must not end all writing: the transaction is rolled back
        // and the callers of this batch are told so by their closed channels.
        let together = AssertUnwindSafe(|| commit_together(&mut connection, batch));
        drop(catch_unwind(together));
    }
}

fn commit_together(connection: &mut Connection, batch: Vec<Job>) {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let mut transaction = match begun {
        Ok(transaction) => transaction,
        Err(fault) => {
            for job in batch {
                job(Err(state_error(repeated(&fault))));
            }
            return;
        }
    };
    let mut answers = Vec::with_capacity(batch.len());
    let committed = match run(&mut transaction, batch, &mut answers) {
        Ok(()) => transaction.commit(),
        Err(fault) => Err(fault),
    };
    for answer in answers {
        answer(match &committed {
            Ok(()) => Ok(()),
            Err(fault) => Err(state_error(repeated(fault))),
        });
    }
}

/// Runs the jobs until all are done or the transaction is gone.
fn run(
    transaction: &mut Transaction<'_>,
    batch: Vec<Job>,
    answers: &mut Vec<Answer>,
) -> Result<(), Fault> {
    let mut gone = None;
    for job in batch {
        if let Some(fault) = &gone {
            job(Err(state_error(repeated(fault))));
            continue;
        }
        answers.extend(job(Ok(transaction)));
        // Some faults (a full disk, a failed read) make SQLite roll the whole transaction back by
        // itself; what followed would then be committed one by one.
        if transaction.is_autocommit() {
            gone = Some(rolled_back());
        }
    }
    gone.map_or(Ok(()), Err)
}

fn rolled_back() -> Fault {
    let why = "the disk failed or is full: the transaction was rolled back";
    Fault::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), Some(why.to_owned()))
}

/// The same fault for one caller more.
fn repeated(fault: &Fault) -> Fault {
    match fault {
        Fault::SqliteFailure(failure, words) => Fault::SqliteFailure(*failure, words.clone()),
        other => Fault::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn writer(pages: u32) -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        let table = "CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB)";
        connection.execute_batch(table).unwrap();
        connection
            .pragma_update(None, "max_page_count", pages)
            .unwrap();
        Writer::start(connection).unwrap()
    }

    async fn put(
        writer: &Writer,
        undone: &Arc<AtomicU32>,
        n: i64,
        bytes: i64,
    ) -> Result<(), StateError> {
        let undone = Arc::clone(undone);
        let insert = move |connection: &Connection| {
            connection
                .execute("INSERT INTO t VALUES (?1, zeroblob(?2))", [n, bytes])
                .map(drop)
                .map_err(state_error)
        };
        let undo = move || {
            undone.fetch_add(1, Ordering::Relaxed);
        };
        writer.write(insert, undo).await
    }

    async fn kept(writer: &Writer) -> Vec<i64> {
        let all = |connection: &Connection| {
            let mut statement = connection.prepare("SELECT n FROM t ORDER BY n").unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            Ok(rows.collect::<Result<_, _>>().unwrap())
        };
        writer.write(all, || ()).await.unwrap()
    }

    #[tokio::test]
    async fn job_that_fails_takes_nothing_with_it() {
        let (writer, undone) = (writer(1000), Arc::default());
        put(&writer, &undone, 1, 1).await.unwrap();
        let (twice, other) = tokio::join!(put(&writer, &undone, 1, 1), put(&writer, &undone, 2, 1));
        assert!(twice.is_err());
        other.unwrap();
        assert_eq!(kept(&writer).await, [1, 2]);
    }

    #[tokio::test]
    async fn full_disk_is_said_and_promises_nothing_that_is_not_kept() {
        let (writer, undone) = (writer(9), Arc::default());
        let answers = tokio::join!(
            put(&writer, &undone, 0, 1),
            put(&writer, &undone, 1, 1),
            put(&writer, &undone, 2, 1_000_000),
            put(&writer, &undone, 3, 1),
        );
        assert!(matches!(answers.2, Err(StateError::Full { .. })));
        put(&writer, &undone, 5, 1).await.unwrap();
        let told = [answers.0, answers.1, answers.2, answers.3];
        let failed = told.iter().filter(|told| told.is_err()).count();
        let promised = told.iter().enumerate().filter(|(_, told)| told.is_ok());
        let promised: Vec<i64> = promised.map(|(n, _)| n as i64).chain([5]).collect();
        assert_eq!(kept(&writer).await, promised);
        // Who was never run has nothing to undo.
        assert!((1..=failed).contains(&(undone.load(Ordering::Relaxed) as usize)));
    }

    #[tokio::test]
    async fn job_that_panics_does_not_end_writing_and_undoes_the_batch() {
        let (writer, undone) = (writer(1000), Arc::<AtomicU32>::default());
        let counted = Arc::clone(&undone);
        let gone: Result<(), _> = writer
            .write(
                |_| panic!("on purpose"),
                move || {
                    counted.fetch_add(1, Ordering::Relaxed);
                },
            )
            .await;
        assert!(matches!(gone, Err(StateError::Database { .. })));
        assert_eq!(undone.load(Ordering::Relaxed), 1);
        put(&writer, &undone, 3, 1).await.unwrap();
        assert_eq!(kept(&writer).await, [3]);
    }
}
