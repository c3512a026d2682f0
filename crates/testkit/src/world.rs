//! One server, one device, one directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use quell::{Client, Service};
use quell_protocol::EnrolmentToken;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Outcome, Quell};
use crate::process::Process;

/// How long the device may take to tell of a file.
const PATIENCE: Duration = Duration::from_secs(30);

/// The application that a test acts as.
#[derive(Debug, Clone)]
pub struct Application {
    /// The tenant.
    pub tenant_id: String,
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// What a world is to be like.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The limits at the server.
    pub limits: &'static str,
    /// Whether the server takes orders about files that no device has told of.
    pub allow_unknown_files: bool,
    /// The process whose descendants the agent may stop, and no others; none for every process that it
    /// sees, which only a process namespace of the test's own may have.
    pub ancestor: Option<u32>,
    /// The server's data, when they are to be there before and after.
    pub data: Option<PathBuf>,
    /// The URL of the server's database, where it is to be no file among its data.
    pub store: Option<String>,
    /// What the device's policy says besides, in TOML.
    pub policy: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: "100/60s,1500/3600s",
            allow_unknown_files: false,
            ancestor: Some(std::process::id()),
            data: None,
            store: None,
            policy: String::new(),
        }
    }
}

/// One temporary directory with a server and a device in it.
#[derive(Debug)]
pub struct World {
    quell: Quell,
    setup: Setup,
    directory: TempDir,
    data: PathBuf,
    server: Option<Process>,
    agent: Option<Process>,
    base_url: String,
    machine_id: String,
}

impl World {
    /// A server and an enrolled device; the agent does not run yet.
    ///
    /// # Panics
    /// When anything of it fails.
    #[must_use]
    pub fn new(executable: &str) -> Self {
        Self::of(executable, Setup::default())
    }

    /// The same, with other limits at the server.
    ///
    /// # Panics
    /// When anything of it fails.
    #[must_use]
    pub fn with_limits(executable: &str, limits: &'static str) -> Self {
        let setup = Setup {
            limits,
            ..Setup::default()
        };
        Self::of(executable, setup)
    }

    /// The same, with the server's data in a directory that was there before and will be there
    /// after; another device is enrolled in it each time.
    ///
    /// # Panics
    /// When anything of it fails.
    #[must_use]
    pub fn on_data(executable: &str, limits: &'static str, data: &Path) -> Self {
        let setup = Setup {
            limits,
            data: Some(data.to_owned()),
            ..Setup::default()
        };
        Self::of(executable, setup)
    }

    /// The same, as the setup says.
    ///
    /// # Panics
    /// When anything of it fails.
    #[must_use]
    pub fn of(executable: &str, setup: Setup) -> Self {
        let directory = tempfile::Builder::new().prefix("quell-world-").tempdir();
        let directory = directory.expect("a directory can be made");
        let inside = || directory.path().join("server");
        let data = setup.data.clone().unwrap_or_else(inside);
        for made in [&directory.path().join("files"), &data] {
            std::fs::create_dir_all(made).expect("the directory is ours");
        }
        let mut world = Self {
            quell: Quell::new(executable),
            setup,
            directory,
            data,
            server: None,
            agent: None,
            base_url: String::new(),
            machine_id: String::new(),
        };
        world.start_server();
        world.enrol();
        world
    }

    /// The directory whose files the agent may take.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.directory.path().join("files")
    }

    /// The agent's state directory.
    #[must_use]
    pub fn agent_state(&self) -> PathBuf {
        self.path("agent")
    }

    /// The server's data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The server's process id.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn server_id(&self) -> u32 {
        self.server.as_ref().expect("the server runs").id()
    }

    /// Where the API is.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The device.
    #[must_use]
    pub fn machine_id(&self) -> &str {
        &self.machine_id
    }

    /// The executable under test.
    #[must_use]
    pub fn quell(&self) -> &Quell {
        &self.quell
    }

    /// Starts the server, on its former address if it had one.
    ///
    /// # Panics
    /// When it does not become ready.
    pub fn start_server(&mut self) {
        let listen = self
            .base_url
            .strip_prefix("http://")
            .map_or("127.0.0.1:0", |address| address.trim_end_matches('/'));
        let mut command = self.quell.command();
        command
            .args(["serve", "--listen", listen, "--limits", self.setup.limits])
            .args(["--output", "json", "--data"])
            .arg(&self.data);
        if let Some(store) = &self.setup.store {
            command.args(["--store", store]);
        }
        if self.setup.allow_unknown_files {
            command.args(["--unknown-file", "deliver"]);
        }
        let mut process = Process::start(&mut command, &self.path("server.log"));
        let ready: Value =
            serde_json::from_str(&process.first_line()).expect("the server says where it listens");
        self.base_url = text(&ready, "baseUrl");
        self.server = Some(process);
    }

    /// `kill -9` of the server.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill_server(&mut self) {
        self.server.take().expect("the server runs").kill_hard();
    }

    /// Registers an application with these permissions.
    #[must_use]
    pub fn application(&self, permissions: &[&str]) -> Application {
        let mut arguments = vec!["app", "add", "test", "--output", "json"];
        for permission in permissions {
            arguments.extend(["--permission", permission]);
        }
        let added = self.server_command(&arguments).json();
        Application {
            tenant_id: text(&added, "tenantId"),
            client_id: text(&added, "clientId"),
            client_secret: text(&added, "clientSecret"),
        }
    }

    /// An application that may do everything that quarantining needs.
    #[must_use]
    pub fn responder(&self) -> Application {
        self.application(&[
            "Machine.StopAndQuarantine",
            "Machine.Read.All",
            "File.Read.All",
        ])
    }

    /// Runs a client command as this application.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run_as(&self, application: &Application, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command_as(application, &self.base_url, arguments))
    }

    /// The same, not started yet, for the server at this base URL, which may be that of a
    /// [`Relay`](crate::Relay).
    #[must_use]
    pub fn command_as(
        &self,
        application: &Application,
        base_url: &str,
        arguments: &[&str],
    ) -> Command {
        let mut command = self.quell.command();
        command
            .env("QUELL_BASE_URL", base_url)
            .env("QUELL_TENANT_ID", &application.tenant_id)
            .env("QUELL_CLIENT_ID", &application.client_id)
            .env("QUELL_CLIENT_SECRET", &application.client_secret)
            .args(arguments);
        command
    }

    /// Waits until the device has told the server of the file, as the API shows it.
    ///
    /// # Panics
    /// When half a minute is not enough.
    pub fn wait_until_seen(&self, application: &Application, sha1: &str) {
        let service = Service::custom(&self.base_url, &self.base_url).client_secret(
            &application.tenant_id,
            &application.client_id,
            &application.client_secret,
        );
        let client = Client::builder()
            .service(service)
            .build()
            .expect("the service is well formed");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        let seen = runtime.block_on(async {
            let looking = async {
                while !self.is_seen(&client, sha1).await {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            tokio::time::timeout(PATIENCE, looking).await
        });
        assert!(
            seen.is_ok(),
            "the agent never told of {sha1}; its log: {}",
            self.agent_log()
        );
    }

    async fn is_seen(&self, client: &Client, sha1: &str) -> bool {
        let machines = client
            .file(sha1)
            .machines()
            .await
            .expect("the server answers");
        machines
            .iter()
            .any(|machine| machine.id.as_str() == self.machine_id)
    }

    /// What the agent wrote to its log so far.
    #[must_use]
    pub fn agent_log(&self) -> String {
        std::fs::read_to_string(self.path("agent.log")).unwrap_or_default()
    }

    /// What the device's policy says besides, from the agent's next start on.
    pub fn set_policy(&mut self, policy: &str) {
        policy.clone_into(&mut self.setup.policy);
    }

    /// Starts the agent.
    pub fn start_agent(&mut self) {
        self.start_agent_until("");
    }

    /// Starts the agent, which kills itself at the named crash point.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_agent_until(&mut self, crash_point: &str) {
        let mut command = self.agent_run();
        if !crash_point.is_empty() {
            command.env("QUELL_CRASH_AT", crash_point);
        }
        self.start_agent_by(&mut command);
    }

    /// Starts the agent by a command of the test's own, made of [`Self::agent_run`].
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_agent_by(&mut self, command: &mut Command) {
        self.agent = Some(Process::start(command, &self.path("agent.log")));
    }

    /// The command that runs the agent, not started yet.
    #[must_use]
    pub fn agent_run(&self) -> Command {
        let mut command = self.quell.command();
        command
            .args(["agent", "run", "--inventory-interval", "1", "--state"])
            .arg(self.path("agent"));
        let policy = self.path("policy.toml");
        write_policy(&policy, &self.setup.policy);
        command.arg("--policy").arg(policy);
        command.arg("--root").arg(self.files());
        if let Some(ancestor) = self.setup.ancestor {
            command
                .arg("--confine-to-descendants-of")
                .arg(ancestor.to_string());
        }
        command
    }

    /// The running agent, taken out of the world.
    ///
    /// # Panics
    /// When it does not run.
    pub fn take_agent(&mut self) -> Process {
        self.agent.take().expect("the agent runs")
    }

    /// `quell agent …` on this world's agent state.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn agent_command(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.quell.command();
        command
            .arg("agent")
            .args(arguments)
            .arg("--state")
            .arg(self.path("agent"));
        Outcome::of(&mut command)
    }

    /// `quell server …` on this world's database.
    #[must_use]
    pub fn server_command(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.quell.command();
        command.arg("server").args(arguments);
        match &self.setup.store {
            Some(store) => command.args(["--store", store]),
            None => command.arg("--data").arg(&self.data),
        };
        Outcome::of(&mut command)
    }

    /// A token that lets so many devices in.
    ///
    /// # Panics
    /// When the server does not make one.
    #[must_use]
    pub fn enrolment_token(&self, uses: u32) -> EnrolmentToken {
        self.new_token(uses)
            .parse()
            .expect("the server makes tokens that are some")
    }

    fn new_token(&self, uses: u32) -> String {
        let uses = uses.to_string();
        let made = self.server_command(&[
            "device",
            "enrol-token",
            "--uses",
            &uses,
            "--server",
            &self.base_url,
            "--output",
            "json",
        ]);
        text(&made.json(), "token")
    }

    fn enrol(&mut self) {
        let token = self.new_token(1);
        let file = self.path("token");
        std::fs::write(&file, token).expect("the directory is ours");
        let mut command = self.quell.command();
        command
            .args(["agent", "enrol", "--output", "json", "--token-file"])
            .arg(&file);
        command
            .arg("--state")
            .arg(self.path("agent"))
            .stderr(Stdio::piped());
        self.machine_id = text(&Outcome::of(&mut command).json(), "machineId");
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::join(self.directory.path(), name)
    }
}

fn text(document: &Value, property: &str) -> String {
    document[property]
        .as_str()
        .unwrap_or_else(|| panic!("no {property} in {document}"))
        .to_owned()
}

/// What an hour may have on a real machine is no matter of what this world tries.
fn write_policy(path: &Path, more: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let policy = format!("actions-per-hour = 1000000\n{more}");
    std::fs::write(path, policy).expect("the policy can be written");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, private).expect("the policy is this user's");
}
