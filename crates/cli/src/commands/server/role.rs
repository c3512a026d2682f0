//! `quell server role`.

use std::collections::BTreeMap;

use quell_server::admin::{Admin, Holder, NamedReach, NewRole, RoleRecord};
use quell_server::core::{Extent, GroupId, RolePermission};
use quell_terminal::{Consent, Failure, Format, Question, Table, output};
use serde::Serialize;

use super::cannot;

/// What the list says of devices that are in no group.
const UNGROUPED: &str = "(ungrouped)";

/// What to do with roles.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a role. With the first one, persons see nothing but what their roles show them, for good
    Add(Add),
    /// List the roles
    List,
    /// Remove a role; who held it has nothing of it at once
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        consent: Consent,
    },
    /// Say who holds a role, from now on, with tokens that were issued before too
    Grant(Grant),
}

/// A role to be made.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Its name
    name: String,
    /// What it permits: "View data" or "Active remediation actions"; several times for both
    #[arg(long = "permission", value_name = "NAME", required = true, value_parser = permission)]
    permissions: Vec<RolePermission>,
    /// A device group on whose devices; several times for several
    #[arg(
        long = "group",
        value_name = "GROUP",
        required_unless_present_any = ["ungrouped", "all_devices"]
    )]
    groups: Vec<String>,
    /// Devices in no group, too
    #[arg(long)]
    ungrouped: bool,
    /// Every device, in whatever group it is or comes to be
    #[arg(long, conflicts_with_all = ["groups", "ungrouped"])]
    all_devices: bool,
}

/// Who holds a role.
#[derive(Debug, clap::Args)]
pub(crate) struct Grant {
    /// Its name
    name: String,
    /// A user that it is given to; one of another issuer as "ISSUER OBJECT-ID" (iss and oid or sub)
    #[arg(
        long = "user",
        value_name = "NAME",
        required_unless_present_any = ["user_groups", "not_users", "not_user_groups"]
    )]
    users: Vec<String>,
    /// A user group that it is given to; see `quell server user group`
    #[arg(long = "user-group", value_name = "NAME")]
    user_groups: Vec<String>,
    /// A user that it is taken from
    #[arg(long = "not-user", value_name = "NAME")]
    not_users: Vec<String>,
    /// A user group that it is taken from
    #[arg(long = "not-user-group", value_name = "NAME")]
    not_user_groups: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    permissions: Vec<&'static str>,
    /// None: every device.
    groups: Option<Vec<String>>,
    users: Vec<String>,
    user_groups: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Many {
    /// Whether persons need roles.
    roles_in_force: bool,
    roles: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Done<'a> {
    name: &'a str,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::Add(new) => add(new, admin, format).await,
        Command::List => list(admin, format).await,
        Command::Remove { name, consent } => {
            let about = [format!("remove role {name}: who holds it loses it at once")];
            consent.or_ask(&Question::go_on(&about))?;
            let removed = admin.remove_role(name).await;
            removed.map_err(|error| cannot(&error))?;
            format.write(&Done { name }, |_| format!("removed role {name}\n"))
        }
        Command::Grant(grant) => {
            let granted = admin
                .grant_role(&grant.name, grant.to(), grant.from())
                .await;
            granted.map_err(|error| cannot(&error))?;
            let name = &grant.name;
            format.write(&Done { name }, |_| format!("granted role {name}\n"))
        }
    }
}

async fn add(new: &Add, admin: &Admin, format: Format) -> Result<(), Failure> {
    let is_first = roles(admin).await?.is_none();
    let role = NewRole {
        name: new.name.clone(),
        permissions: new.permissions.clone(),
        reach: match new.all_devices {
            true => NamedReach::All,
            false => NamedReach::Groups {
                names: new.groups.clone(),
                ungrouped: new.ungrouped,
            },
        },
    };
    let name = &new.name;
    let added = admin.add_role(role).await;
    added.map_err(|error| cannot(&error))?;
    format.write(&Done { name }, |_| format!("added role {name}\n"))?;
    if is_first {
        output::note(
            "From now on persons see nothing but what their roles show them; applications are as before.",
        );
    }
    output::note(&format!(
        "Nobody holds it yet: quell server role grant {name:?} --user NAME"
    ));
    Ok(())
}

impl Grant {
    fn to(&self) -> Vec<Holder> {
        holders(&self.users, &self.user_groups)
    }

    fn from(&self) -> Vec<Holder> {
        holders(&self.not_users, &self.not_user_groups)
    }
}

fn holders(users: &[String], groups: &[String]) -> Vec<Holder> {
    let users = users.iter().cloned().map(Holder::User);
    users
        .chain(groups.iter().cloned().map(Holder::UserGroup))
        .collect()
}

async fn roles(admin: &Admin) -> Result<Option<Vec<RoleRecord>>, Failure> {
    admin.roles().await.map_err(|error| cannot(&error))
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let roles = roles(admin).await?;
    let groups = admin.device_groups().await;
    let groups = groups.map_err(|error| cannot(&error))?;
    let names: BTreeMap<GroupId, String> = groups
        .into_iter()
        .map(|group| (group.id, group.name))
        .collect();
    let many = Many {
        roles_in_force: roles.is_some(),
        roles: roles
            .unwrap_or_default()
            .into_iter()
            .map(|role| listed(role, &names))
            .collect(),
    };
    format.write(&many, table)
}

fn listed(record: RoleRecord, names: &BTreeMap<GroupId, String>) -> Listed {
    let name_of = |group: &GroupId| {
        let name = names.get(group).cloned();
        name.unwrap_or_else(|| UNGROUPED.to_owned())
    };
    let (mut users, mut user_groups) = (Vec::new(), Vec::new());
    for holder in record.holders {
        match holder {
            Holder::User(name) => users.push(name),
            Holder::UserGroup(name) => user_groups.push(name),
        }
    }
    Listed {
        name: record.name,
        permissions: record
            .role
            .permissions
            .into_iter()
            .map(RolePermission::as_str)
            .collect(),
        groups: match record.role.machines {
            Extent::All => None,
            Extent::Groups(groups) => Some(groups.iter().map(name_of).collect()),
        },
        users,
        user_groups,
    }
}

fn table(many: &Many) -> String {
    let mut table = Table::new(&[
        "role",
        "permissions",
        "device groups",
        "users",
        "user groups",
    ]);
    for role in &many.roles {
        let groups = role.groups.as_ref();
        table.row([
            role.name.as_str(),
            &role.permissions.join(", "),
            &groups.map_or_else(|| "(all)".to_owned(), |groups| groups.join(", ")),
            &role.users.join(", "),
            &role.user_groups.join(", "),
        ]);
    }
    table.render(match many.roles_in_force {
        true => "no roles: persons see nothing",
        false => "no roles: persons may do on every device what their scopes say",
    })
}

fn permission(name: &str) -> Result<RolePermission, String> {
    RolePermission::named(name).ok_or_else(|| {
        let all = RolePermission::ALL.map(|one| format!("{:?}", one.as_str()));
        format!("it is one of {}", all.join(" and "))
    })
}
