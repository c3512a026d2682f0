//! The running agent: the main thread leads the conversation with the server, other threads do the
//! work, and another process, the network half, carries what is said.
//!
//! ```text
//!  network half
//!    ▲ requests │ answers
//!    │          ▼      orders                    to do
//!   attend ─────────────────► intake ────────────────► worker     one action at a time
//!    ▲                          │ taken up, reports      │ reports
//!    └──────────────────────────┴────────────────────────┴──────── inventory
//! ```

mod attend;
mod care;
mod events;
mod intake;
mod notify;
mod waiting;
mod worker;

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use attend::Attendant;
use events::ToMain;
use notify::Notify;
use quell_terminal::{Exit, Failure};
use uuid::Uuid;

use super::noted_half::NotedHalf;
use super::pause::degraded_or_paused;
use super::safe_stop::SafeStop;
use crate::bridge::WallState;
use crate::config::StateDir;
use crate::engine::{Engine, EngineConfig, EngineError};
use crate::find::Scope;
use crate::inventory::{Intervals, News, Survey, SurveyLimits, watch};
use crate::link::{Conversation, FromDevice, Identity, Keyring, Launch, Session, machine_facts};
use crate::policy::{LocalPolicy, Rule};
use crate::protect::ProtectedSet;
use crate::sys::priority::step_back;
use crate::sys::signals::{Signals, Wish};
use crate::vault::Vault;

/// What the agent is to do.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) state: Arc<StateDir>,
    pub(super) identity: Identity,
    pub(super) scope: Scope,
    /// What the machine's owner allows.
    pub(super) policy: Arc<LocalPolicy>,
    pub(super) intervals: Intervals,
    /// The machine's key is changed when it is so old.
    pub(super) key_lifetime: Duration,
    /// How the network half is started.
    pub(super) launch: Launch,
}

/// Why a thread cannot go on, and the agent with it.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("a thread of the agent ended unexpectedly")]
    Thread,
}

/// Runs until a signal asks for the end, or the server does.
pub(super) fn run(task: Task) -> Result<(), Failure> {
    // Before any thread is started: the others are to leave these signals alone.
    let signals = Signals::hold_back()
        .map_err(|error| Failure::fault("signals cannot be listened for").because(&error))?;
    tell_what_is_off(&task.state);
    let vault = open_vault(&task)?;
    let protected = Arc::new(ProtectedSet::of_this_machine(Some(&task.state.protected())));
    let policy = Arc::clone(&task.policy);
    super::policy::apply(&policy.rule(), &protected);
    let safe_stop = Arc::new(SafeStop::default());
    let engine = open_engine(&task, vault, &protected, &safe_stop)?;
    let fault = |error: &EngineError| Failure::of(Exit::Fault, error);
    let session = begin(&engine, &task).map_err(|error| fault(&error))?;

    let (to_main, inbox) = mpsc::channel();
    let to_main = ToMain(to_main);
    let (orders, arriving) = mpsc::channel();
    let (to_do, doing) = mpsc::channel();
    let (_until_the_end, end) = mpsc::channel();
    tracing::info!(
        machine = %task.identity.machine_id(),
        server = %task.identity.endpoint(),
        roots = ?allowed(&policy.rule(), &task.scope.roots),
        protected = protected.len(),
        "the agent runs"
    );

    listen(signals, policy, Arc::clone(&protected), to_main.clone())?;
    worker::start(&engine, &protected, &safe_stop, doing, &to_main)?;
    intake::start(engine, arriving, to_do, to_main.clone())?;
    let (identity, state) = (task.identity.clone(), Arc::clone(&task.state));
    let (noted, mut watchdog) = (Arc::clone(&state), Notify::of_the_environment());
    let attendant = Attendant {
        begin: identity.begin(),
        conversation: Conversation::new(session, Keyring::new(identity, state, task.key_lifetime)),
        launch: task.launch.clone(),
        orders,
        inbox,
        to_main: to_main.clone(),
        announce: Box::new(move |half| note_the_half(&noted, half)),
        alive: Box::new(move |now| watchdog.alive(now)),
    };
    let _until_then = care::start(open_vault(&task)?)?;
    start_inventory(task, protected, end, to_main)?;
    Notify::of_the_environment().ready();
    let ended = attendant.attend();
    Notify::of_the_environment().stopping();
    tracing::info!("the agent ends as soon as nothing is left stopped");
    safe_stop.wait();
    ended
}

/// Below which directories files are looked for: what the policy leaves of those that the command line
/// names, and none under a policy that cannot be relied on.
fn allowed(rule: &Rule, roots: &[PathBuf]) -> Vec<PathBuf> {
    let policy = rule.policy();
    policy.map_or_else(|_| Vec::new(), |policy| policy.narrow(roots))
}

/// Writes down which network half carries now, for `status`.
fn note_the_half(state: &StateDir, half: Option<(u32, &[WallState])>) {
    let noted = half.map(|(pid, walls)| NotedHalf {
        pid,
        walls: walls.to_vec(),
    });
    if let Err(error) = noted.map_or(Ok(()), |half| half.store(state)) {
        tracing::warn!("it is not noted how the network half is shut in: {error}");
    }
}

/// Starts the thread that hears signals: to end, or to read the policy again.
fn listen(
    signals: Signals,
    policy: Arc<LocalPolicy>,
    protected: Arc<ProtectedSet>,
    to_main: ToMain,
) -> Result<(), Failure> {
    spawn("signals", move || {
        loop {
            match signals.wait() {
                Ok(Wish::Reload) => super::policy::reload(&policy, &protected),
                Ok(Wish::End) => return to_main.end(),
                Err(error) => return tracing::error!("signals are not heard: {error}"),
            }
        }
    })
}

/// Begins a life of the agent: counted before anybody hears of it.
fn begin(engine: &Engine, task: &Task) -> Result<Session, EngineError> {
    let start = engine.begin_life()?;
    let nonce = Uuid::new_v4().simple().to_string();
    let machine = task.identity.machine_id().clone();
    let session = Session::new(machine, start, nonce, engine.acknowledged()?);
    Ok(session.with_frozen(engine.is_frozen()?))
}

fn open_vault(task: &Task) -> Result<Vault, Failure> {
    let vault = Vault::open(&task.state.vault())?;
    Ok(vault.under(Arc::clone(&task.policy)))
}

fn tell_what_is_off(state: &StateDir) {
    for protection in degraded_or_paused(state) {
        tracing::warn!("off: {protection}");
    }
}

fn open_engine(
    task: &Task,
    vault: Vault,
    protected: &Arc<ProtectedSet>,
    safe_stop: &Arc<SafeStop>,
) -> Result<Arc<Engine>, Failure> {
    let state_dir = task.state.path().to_owned();
    let config = EngineConfig {
        passed_over: vec![task.state.vault()],
        ..EngineConfig::new(state_dir, task.scope.clone())
    };
    let safe_stop = Arc::clone(safe_stop);
    let given_back_from = open_vault(task)?;
    let engine = Engine::open(config, Box::new(vault), Box::new(Arc::clone(protected)))
        .map_err(|error| Failure::of(Exit::Fault, &error))?
        .with_progress(Box::new(move |_action, state| safe_stop.step(state)));
    let engine = engine.with_policy(Arc::clone(&task.policy));
    Ok(Arc::new(engine.with_vault(given_back_from)))
}

fn start_inventory(
    task: Task,
    protected: Arc<ProtectedSet>,
    end: mpsc::Receiver<()>,
    main: ToMain,
) -> Result<(), Failure> {
    let state = Arc::clone(&task.state);
    let passed_over = [task.state.path().to_owned()];
    let limits = SurveyLimits::default();
    spawn("inventory", move || {
        step_back();
        let survey = Survey::new(task.scope, &passed_over, protected, limits);
        let survey = survey.remembering(state.known()).under(task.policy);
        watch(
            survey,
            task.intervals,
            &end,
            || machine_facts(degraded_or_paused(&state)),
            |news| {
                main.tell(match news {
                    News::Everything(messages) => FromDevice::Everything(messages),
                    News::Addition(messages) => FromDevice::Addition(messages),
                });
            },
        );
    })
}

fn spawn(name: &'static str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned
        .map(drop)
        .map_err(|error| Failure::fault("a thread cannot be started").because(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_are_told_are_those_that_the_policy_leaves() {
        let told = |policy: Rule| allowed(&policy, &["/".into()]);
        let narrow = "roots = [\"/srv\"]".parse().unwrap();
        assert_eq!(told(Rule::Holds(Arc::new(narrow))), [PathBuf::from("/srv")]);
        assert_eq!(told(Rule::Holds(Arc::default())), [PathBuf::from("/")]);
        assert!(told(Rule::Unreliable("line 2".into())).is_empty());
    }
}
