//! `quell server issuer`.

use quell_server::admin::{Admin, IssuerSummary, NewIssuer};
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table};
use serde::Serialize;

use super::cannot;

/// What to do with issuers of others.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Take tokens of Entra ID, or of any issuer that speaks OpenID Connect
    Add(Add),
    /// List the issuers whose tokens are taken
    List,
    /// Take no more tokens of an issuer, within half a minute
    Remove {
        /// The issuer, as its tokens name it (iss)
        issuer: String,
        #[command(flatten)]
        consent: Consent,
    },
}

/// An issuer to be trusted.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// The issuer, as its tokens name it (iss), to the letter
    #[arg(required_unless_present = "entra")]
    issuer: Option<String>,
    /// A tenant of Entra ID, by its id: both names that its tokens have are trusted
    #[arg(long, value_name = "TENANT", conflicts_with_all = ["issuer", "keys", "foreign_tenant"])]
    entra: Option<String>,
    /// What tokens must be for (aud), to the letter; several times for several
    #[arg(long = "audience", value_name = "NAME", required = true)]
    audiences: Vec<String>,
    /// The issuer's own tenant that is meant (tid)
    #[arg(long, value_name = "ID")]
    foreign_tenant: Option<String>,
    /// Where the issuer's keys are, if its openid-configuration is not to be asked
    #[arg(long, value_name = "URL")]
    keys: Option<String>,
    /// An algorithm that tokens may be signed with, instead of RS256; several times for several
    #[arg(long = "algorithm", value_name = "NAME")]
    algorithms: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Trusted {
    issuers: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    issuer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    audiences: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
    algorithms: Vec<String>,
    created: String,
}

#[derive(Debug, Serialize)]
struct Many {
    issuers: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    issuer: &'a str,
    removed: bool,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::Add(new) => add(new, admin, format).await,
        Command::List => list(admin, format).await,
        Command::Remove { issuer, consent } => {
            let known = admin.issuers().await.map_err(|error| cannot(&error))?;
            if !known.iter().any(|known| known.issuer == *issuer) {
                return Err(not_trusted(issuer));
            }
            let about = [format!("take no more tokens of {issuer}")];
            consent.or_ask(&Question::go_on(&about))?;
            remove(issuer, admin, format).await
        }
    }
}

async fn add(new: &Add, admin: &Admin, format: Format) -> Result<(), Failure> {
    let mut issuers = Vec::new();
    for issuer in asked(new) {
        let name = issuer.issuer.clone();
        admin
            .trust_issuer(issuer)
            .await
            .map_err(|error| cannot(&error))?;
        issuers.push(name);
    }
    format.write(&Trusted { issuers }, |trusted| {
        format!("tokens are taken of {}\n", trusted.issuers.join(" and "))
    })
}

fn asked(new: &Add) -> Vec<NewIssuer> {
    if let Some(tenant) = &new.entra {
        return NewIssuer::of_entra(tenant, &new.audiences).into();
    }
    vec![NewIssuer {
        issuer: new.issuer.clone().unwrap_or_default(),
        foreign_tenant: new.foreign_tenant.clone(),
        audiences: new.audiences.clone(),
        keys_url: new.keys.clone(),
        algorithms: new.algorithms.clone(),
    }]
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let issuers = admin.issuers().await.map_err(|error| cannot(&error))?;
    let issuers = issuers.into_iter().map(listed).collect();
    format.write(&Many { issuers }, |many| {
        let mut table = Table::new(&["issuer", "tenant", "audiences", "algorithms", "since"]);
        for issuer in &many.issuers {
            table.row([
                issuer.issuer.as_str(),
                issuer.tenant.as_deref().unwrap_or_default(),
                &issuer.audiences.join(" "),
                &issuer.algorithms.join(" "),
                &issuer.created,
            ]);
        }
        table.render("no other issuers")
    })
}

fn listed(issuer: IssuerSummary) -> Listed {
    Listed {
        issuer: issuer.issuer,
        tenant: issuer.foreign_tenant,
        audiences: issuer.audiences,
        keys: issuer.keys_url,
        algorithms: issuer.algorithms,
        created: issuer.created.to_string(),
    }
}

fn not_trusted(issuer: &str) -> Failure {
    Failure::new(Exit::Refused, format!("{issuer} is not trusted"))
        .next("`quell server issuer list` shows who is")
}

async fn remove(issuer: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    let removed = admin
        .distrust_issuer(issuer)
        .await
        .map_err(|error| cannot(&error))?;
    if !removed {
        return Err(not_trusted(issuer));
    }
    let removed = Removed {
        issuer,
        removed: true,
    };
    format.write(&removed, |_| format!("tokens of {issuer} are refused\n"))
}
