//! Requests of unknown outcome: what became of them.

use quell::{ActionId, Client, Intent, IntentId, Settlement, Sha1, Timestamp};
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table, output};
use serde::Serialize;

use crate::commands::quarantine::{Finding, find_out};
use crate::connection::{Connection, Explained as _};

/// Which request, and what became of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Settle {
    /// The request, as `quell action unsettled` names it
    request: String,
    #[command(flatten)]
    became: Became,
    #[command(flatten)]
    consent: Consent,
}

/// What became of it.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Became {
    /// This action was made for it
    #[arg(long, value_name = "ID")]
    action: Option<ActionId>,
    /// It was never executed
    #[arg(long)]
    not_performed: bool,
}

#[derive(Debug, Serialize)]
struct Many {
    unsettled: Vec<One>,
}

/// One request of unknown outcome, and what was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct One {
    request: String,
    machine_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<Sha1>,
    comment: String,
    begun: Timestamp,
    finding: &'static str,
    actions: Vec<ActionId>,
}

/// Lists them, asks the service's list what became of each, and settles what that tells.
pub(super) async fn list(client: &Client, format: Format) -> Result<Exit, Failure> {
    let mut unsettled = Vec::new();
    for (id, intent) in client.unsettled().await.explained()? {
        let finding = find_out(client, &id, &intent).await.explained()?;
        unsettled.push(One::new(&id, &intent, finding));
    }
    let many = Many { unsettled };
    format.write(&many, table)?;
    let open = many.unsettled.iter().any(|one| !one.is_settled());
    if open {
        output::note(
            "next: look again later; where several actions may be the one, look at them and say which it was \
             with `quell action settle`",
        );
        return Ok(Exit::Unknown);
    }
    Ok(Exit::Success)
}

/// Notes what a person found out.
pub(super) async fn settle(
    which: &Settle,
    connection: &Connection,
    format: Format,
) -> Result<Exit, Failure> {
    let client = &connection.client;
    let unsettled = client.unsettled().await.explained()?;
    let id = IntentId::new(&which.request);
    let Some((_, intent)) = unsettled.into_iter().find(|(known, _)| *known == id) else {
        let what = format!("no request {id} of this application is unsettled");
        return Err(Failure::usage(what).next("`quell action unsettled` lists them"));
    };
    let (settlement, finding, actions) = match &which.became.action {
        Some(action) => {
            // It must be there: what is noted is what later commands go by.
            let found = client.action(action.clone()).get().await.explained()?;
            (
                Settlement::Placed(found.id.clone()),
                "Found",
                vec![found.id],
            )
        }
        None => (Settlement::NotPerformed, "NotPerformed", Vec::new()),
    };
    let one = One {
        finding,
        actions,
        ..One::new(&id, &intent, Finding::NotPerformed)
    };
    let mut about = vec![connection.destination.clone()];
    about.extend(one.about_to_settle());
    which.consent.or_ask(&Question::go_on(&about))?;
    client.settle(&id, &settlement).await.explained()?;
    let many = Many {
        unsettled: vec![one],
    };
    format.write(&many, table)?;
    Ok(Exit::Success)
}

impl One {
    fn new(id: &IntentId, intent: &Intent, finding: Finding) -> Self {
        let (finding, actions) = match finding {
            Finding::Found(action) => ("Found", vec![action.id]),
            Finding::NotPerformed => ("NotPerformed", Vec::new()),
            Finding::MayArrive(_) => ("MayArrive", Vec::new()),
            Finding::Ambiguous(actions) => {
                let ids = actions.into_iter().map(|action| action.id);
                ("Ambiguous", ids.collect())
            }
        };
        Self {
            request: id.to_string(),
            machine_id: intent.machine.to_string(),
            kind: intent.kind.as_str().to_owned(),
            sha1: intent.sha1,
            comment: intent.comment.to_string(),
            begun: intent.begun,
            finding,
            actions,
        }
    }

    /// What a person must know of a request before it is looked for no more.
    fn about_to_settle(&self) -> Vec<String> {
        let became = match self.actions.first() {
            Some(action) => format!("note that request {} made action {action}", self.request),
            None => format!("note that request {} was never executed", self.request),
        };
        let mut lines = vec![
            became,
            format!("  {} on machine {}", self.kind, self.machine_id),
        ];
        lines.extend(self.sha1.map(|sha1| format!("  file {sha1}")));
        lines.push(format!("  begun at {}", self.begun));
        lines.push(format!("  comment: {}", self.comment));
        lines.push("it is not looked for any more, and the same may be asked again".to_owned());
        lines
    }

    fn is_settled(&self) -> bool {
        matches!(self.finding, "Found" | "NotPerformed")
    }
}

fn table(many: &Many) -> String {
    let mut table = Table::new(&["request", "begun", "machine", "file", "finding", "actions"]);
    for one in &many.unsettled {
        let actions: Vec<_> = one.actions.iter().map(ActionId::as_str).collect();
        table.row([
            one.request.as_str(),
            &one.begun.to_string(),
            &one.machine_id,
            &one.sha1.map_or_else(String::new, |sha1| sha1.to_string()),
            one.finding,
            &actions.join(", "),
        ]);
    }
    table.render("no request of unknown outcome")
}
