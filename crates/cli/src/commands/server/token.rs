//! `quell server device enrol-token`.

use quell::MachineId;
use quell_server::admin::{Admin, NewToken};
use quell_server::core::Tag;
use quell_server::store::record::TokenRecord;
use quell_terminal::{Consent, Exit, Failure, Format, Question, Span, Table, output};
use serde::Serialize;

use super::cannot;

/// A token to be made, or what to do with those that were.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where devices reach the server, if not where it said when it started last
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// How many devices it lets in
    #[arg(long, value_name = "N", default_value_t = 1)]
    uses: u32,
    /// How long it lets devices in
    #[arg(long, value_name = "TIME", default_value = "24h")]
    expires_in: Span,
    /// A tag that every device gets with it; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// Let in this machine alone, in the place of the system that is enrolled under its id
    #[arg(long, value_name = "MACHINE")]
    replaces: Option<MachineId>,
    /// The device group that the devices come into; else the one that their tags say
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the tokens, without their secrets
    List,
    /// Let a token let nobody in any more
    Revoke {
        /// The token's id, as the list shows it
        id: String,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Serialize)]
struct Token<'a> {
    token: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    created: String,
    expires: String,
    uses: u32,
    uses_left: u32,
    revoked: bool,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

#[derive(Debug, Serialize)]
struct Many {
    tokens: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Revoked<'a> {
    id: &'a str,
    revoked: bool,
}

/// Does it.
pub(super) async fn run(
    arguments: &Arguments,
    admin: &Admin,
    format: Format,
) -> Result<(), Failure> {
    match &arguments.command {
        None => make(arguments, admin, format).await,
        Some(Command::List) => list(admin, format).await,
        Some(Command::Revoke { id, consent }) => {
            let known = admin.enrolment_tokens().await;
            let known = known.map_err(|error| cannot(&error))?;
            if !known.iter().any(|known| known.id == *id) {
                return Err(no_token(id));
            }
            let about = [format!("revoke enrolment token {id}: it lets nobody in")];
            consent.or_ask(&Question::go_on(&about))?;
            revoke(id, admin, format).await
        }
    }
}

async fn make(arguments: &Arguments, admin: &Admin, format: Format) -> Result<(), Failure> {
    let new = NewToken {
        lifetime: arguments.expires_in.duration(),
        uses: arguments.uses,
        server_url: arguments.server.clone(),
        authority: None,
        tags: arguments.tags.clone(),
        replaces: arguments.replaces.clone(),
        group: arguments.group.clone(),
    };
    let token = admin
        .enrolment_token(new)
        .await
        .map_err(|error| cannot(&error))?;
    let line = token.encode();
    if format == Format::Json {
        return output::json(&Token { token: &line });
    }
    output::text(&format!("{line}\n"))?;
    output::note("On the device: quell-agent enrol --token-file FILE   (the token is a secret)");
    Ok(())
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let tokens = admin
        .enrolment_tokens()
        .await
        .map_err(|error| cannot(&error))?;
    let tokens = tokens.into_iter().map(listed).collect();
    format.write(&Many { tokens }, |many| table(&many.tokens))
}

fn listed(token: TokenRecord) -> Listed {
    Listed {
        id: token.id,
        created: token.created.to_string(),
        expires: token.expires.to_string(),
        uses: token.made_for,
        uses_left: token.uses,
        revoked: token.revoked,
        tags: token.tags,
        replaces: token.replaces.map(|machine| machine.to_string()),
    }
}

fn table(tokens: &[Listed]) -> String {
    let mut table = Table::new(&["token", "made", "expires", "uses left", "for", "tags"]);
    for token in tokens {
        let left = match token.revoked {
            true => "revoked".to_owned(),
            false => format!("{} of {}", token.uses_left, token.uses),
        };
        table.row([
            token.id.as_str(),
            &token.created,
            &token.expires,
            &left,
            token.replaces.as_deref().unwrap_or("any device"),
            &token.tags.join(" "),
        ]);
    }
    table.render("no enrolment tokens")
}

fn no_token(id: &str) -> Failure {
    Failure::new(Exit::Refused, format!("there is no enrolment token {id}"))
        .next("`quell server device enrol-token list` shows them")
}

async fn revoke(id: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    let revoked = admin.revoke_enrolment_token(id).await;
    if !revoked.map_err(|error| cannot(&error))? {
        return Err(no_token(id));
    }
    let revoked = Revoked { id, revoked: true };
    format.write(&revoked, |_| format!("revoked enrolment token {id}\n"))
}
