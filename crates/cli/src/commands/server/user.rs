//! `quell server user`.

use std::io::Read as _;

use quell_server::admin::{Admin, NewPerson, PersonSummary};
use quell_server::secret::Secret;
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table, output};
use serde::Serialize;

use super::cannot;

/// No password is longer, in bytes, with the line's end.
const LONGEST: u64 = 1024;

/// What to do with persons.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Let a person sign in; the password is made and shown once, unless it is read
    Add {
        /// What the person signs in with, for instance ana@contoso.example
        name: String,
        /// The person's name for people; else the name to sign in with
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
        /// What applications may do in the person's name, for instance Machine.StopAndQuarantine;
        /// several times for several
        #[arg(long = "scope", value_name = "NAME", required = true)]
        scopes: Vec<String>,
        #[command(flatten)]
        password: Password,
    },
    /// List the persons
    List,
    /// Remove a person; whatever the person is signed in to ends at once
    Remove {
        /// What the person signs in with
        name: String,
        #[command(flatten)]
        consent: Consent,
    },
    /// Give a person another password; whatever the person is signed in to ends at once
    Passwd {
        /// What the person signs in with
        name: String,
        #[command(flatten)]
        password: Password,
    },
    /// Put a person into user groups, which roles are granted to, or take him out of them
    Group {
        /// What the person signs in with
        name: String,
        /// A user group that he comes into; may be given several times
        #[arg(long, value_name = "GROUP", required_unless_present = "remove")]
        add: Vec<String>,
        /// A user group that he leaves; may be given several times
        #[arg(long, value_name = "GROUP")]
        remove: Vec<String>,
    },
}

/// Where the password comes from.
#[derive(Debug, clap::Args)]
pub(crate) struct Password {
    /// Read the password from standard input (one line) instead of making one
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    display_name: String,
    object_id: String,
    scopes: Vec<String>,
    groups: Vec<String>,
    created: String,
}

#[derive(Debug, Serialize)]
struct Many {
    users: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Joined<'a> {
    name: &'a str,
    groups: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    name: &'a str,
    removed: bool,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::Add {
            name,
            display_name,
            scopes,
            password,
        } => {
            let new = NewPerson {
                name: name.clone(),
                display_name: display_name.clone().unwrap_or_else(|| name.clone()),
                scopes: scopes.clone(),
            };
            let password = password.read()?;
            let made = admin
                .add_person(new, password.as_deref())
                .await
                .map_err(|error| cannot(&error))?;
            show(name, made.as_ref(), format)
        }
        Command::List => list(admin, format).await,
        Command::Remove { name, consent } => {
            let known = admin.people().await.map_err(|error| cannot(&error))?;
            if !known
                .iter()
                .any(|known| known.name.to_lowercase() == name.to_lowercase())
            {
                return Err(nobody(name));
            }
            let about = [format!("remove user {name}: sign-ins end at once")];
            consent.or_ask(&Question::go_on(&about))?;
            remove(name, admin, format).await
        }
        Command::Passwd { name, password } => {
            let password = password.read()?;
            let made = admin
                .set_password(name, password.as_deref())
                .await
                .map_err(|error| cannot(&error))?
                .ok_or_else(|| nobody(name))?;
            show(name, made.as_ref(), format)
        }
        Command::Group { name, add, remove } => {
            let joined = admin.join_groups(name, add.clone(), remove.clone()).await;
            let groups = joined.map_err(|error| cannot(&error))?;
            format.write(&Joined { name, groups }, |joined| {
                format!("user groups of {name}: {}\n", joined.groups.join(", "))
            })
        }
    }
}

impl Password {
    /// The line on standard input, if it is to be read.
    fn read(&self) -> Result<Option<String>, Failure> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut text = String::new();
        std::io::stdin()
            .take(LONGEST)
            .read_to_string(&mut text)
            .map_err(|error| Failure::usage("the password cannot be read").because(&error))?;
        let mut lines = text.lines();
        match (lines.next(), lines.next()) {
            (Some(line), None) => Ok(Some(line.to_owned())),
            _ => Err(Failure::usage(
                "standard input must have one line: the password",
            )),
        }
    }
}

/// Shows a password that was made, once.
fn show(name: &str, made: Option<&Secret>, format: Format) -> Result<(), Failure> {
    let shown = Shown {
        name,
        password: made.map(Secret::expose),
    };
    if format == Format::Json {
        return output::json(&shown);
    }
    let mut table = Table::of_properties();
    table.row(["name", shown.name]);
    if let Some(password) = shown.password {
        table.row(["password", password]);
    }
    output::text(&table.render(""))?;
    if shown.password.is_some() {
        output::note("The password is shown this once. Hand it over on a safe way.");
    }
    Ok(())
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let people = admin.people().await.map_err(|error| cannot(&error))?;
    let in_groups = admin.user_groups().await.map_err(|error| cannot(&error))?;
    let users = people.into_iter().map(|person| listed(person, &in_groups));
    let users = users.collect();
    format.write(&Many { users }, |many| {
        let mut table = Table::new(&["name", "display name", "created", "scopes", "user groups"]);
        for user in &many.users {
            let scopes = user.scopes.join(" ");
            table.row([
                &user.name,
                &user.display_name,
                &user.created,
                &scopes,
                &user.groups.join(", "),
            ]);
        }
        table.render("no users")
    })
}

fn listed(person: PersonSummary, in_groups: &[(String, String)]) -> Listed {
    let its = in_groups.iter().filter(|(_, of)| *of == person.name);
    let groups = its.map(|(group, _)| group.clone()).collect();
    Listed {
        groups,
        name: person.name,
        display_name: person.display_name,
        object_id: person.id,
        scopes: person.scopes,
        created: person.created.to_string(),
    }
}

async fn remove(name: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    let removed = admin
        .remove_person(name)
        .await
        .map_err(|error| cannot(&error))?;
    if !removed {
        return Err(nobody(name));
    }
    let removed = Removed {
        name,
        removed: true,
    };
    format.write(&removed, |_| format!("removed user {name}\n"))
}

fn nobody(name: &str) -> Failure {
    Failure::new(Exit::Refused, format!("there is no user {name}"))
        .next("`quell server user list` shows them")
}
