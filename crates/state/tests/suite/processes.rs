//! Many processes on one store: the referee never sees more than the quota.

use std::time::Duration;

use crate::database::Database;
use crate::network::{Network, referee};

const PROCESSES: usize = 8;
const CALLS: usize = 230;

/// Eight processes; both limits are reached and neither is exceeded.
async fn share(store: &str, tick: impl AsyncFnMut(Duration)) {
    let mut network = Network::new(&vec![store.to_owned(); PROCESSES], 7);
    network.run(CALLS, tick).await;
    assert_eq!(
        referee(&network.arrivals),
        [20, 100],
        "the quota is used up"
    );
    // 230 calls at 100 an hour: the last 30 go out as soon as two hours are over.
    assert!(
        network.now < Duration::from_secs(2 * 3600 + 300),
        "{:?}",
        network.now
    );
}

/// Fifty kills at random; what was held frees itself and nothing is forgotten.
async fn die(store: &str, tick: impl AsyncFnMut(Duration)) {
    let mut network = Network::new(&vec![store.to_owned(); PROCESSES], 11);
    network.kills = 50;
    network.run(CALLS, tick).await;
    assert_eq!(network.kills, 0, "all were killed");
    referee(&network.arrivals);
}

/// Two runs inside one hour: the second goes on where the first stopped.
async fn run_twice(store: &str, mut tick: impl AsyncFnMut(Duration)) {
    let mut network = Network::new(&vec![store.to_owned(); 2], 13);
    network.run(70, &mut tick).await;
    let (now, arrivals) = (network.now, network.arrivals.clone());
    drop(network);
    let mut network = Network::new(&vec![store.to_owned(); 2], 17);
    (network.now, network.arrivals) = (now, arrivals);
    network.run(140, &mut tick).await;
    assert_eq!(
        referee(&network.arrivals)[1],
        100,
        "the hour was shared by both runs"
    );
}

macro_rules! on_a_file {
    ($name:ident, $play:expr) => {
        #[tokio::test]
        async fn $name() {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("state.db");
            $play(file.to_str().unwrap(), async |_| ()).await;
        }
    };
}

macro_rules! on_a_database {
    ($name:ident, $play:expr) => {
        #[tokio::test]
        async fn $name() {
            let database = Database::create().await;
            database.stop_clock().await;
            let store = format!("postgres:{}", database.connection_string());
            $play(&store, async |by| database.advance(by).await).await;
        }
    };
}

on_a_file!(processes_share_a_file, share);
on_a_file!(killed_processes_leave_a_file_in_order, die);
on_a_file!(two_runs_in_an_hour_share_a_file, run_twice);
on_a_database!(processes_share_a_database_on_postgres, share);
on_a_database!(killed_processes_leave_a_database_in_order_on_postgres, die);
on_a_database!(two_runs_in_an_hour_share_a_database_on_postgres, run_twice);
