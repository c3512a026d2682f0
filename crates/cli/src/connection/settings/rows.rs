//! Settings as people see them: without a secret, and with where each comes from.

use std::path::PathBuf;

use super::{Settings, Target};
use crate::connection::given::SecretGiven;
use crate::connection::identity::{Identity, Proof};
use crate::connection::place::family_name;
use crate::connection::told::Told;

type Row = (&'static str, Told<String>);

impl Settings {
    /// Each setting that holds, by its name in a profile.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut rows = of_target(&self.target);
        if let Some(ca) = &self.ca {
            rows.push(("ca_file", path(ca)));
        }
        rows.extend(of_identity(&self.identity));
        let limits = match &self.limits {
            Some(told) => told.clone().map(|quota| quota.to_string()),
            None => Told::default("as documented for each operation".to_owned()),
        };
        rows.push(("limits", limits));
        rows.push(("state", self.state.clone().map(|place| place.to_string())));
        rows
    }
}

fn of_target(target: &Target) -> Vec<Row> {
    match target {
        Target::Own {
            base_url,
            authority,
            audience,
        } => {
            let mut rows = vec![
                ("base_url", base_url.clone()),
                ("authority", authority.clone()),
            ];
            rows.extend(audience.clone().map(|audience| ("audience", audience)));
            rows
        }
        Target::Microsoft {
            cloud,
            region,
            family,
        } => {
            let mut rows = vec![
                ("cloud", cloud.clone().map(|cloud| cloud.to_string())),
                ("region", region.clone().map(|region| region.to_string())),
            ];
            let named = |told: Told<_>| told.map(|family| family_name(family).to_owned());
            rows.extend(family.clone().map(|family| ("host_family", named(family))));
            rows
        }
    }
}

fn of_identity(identity: &Identity) -> Vec<Row> {
    let id = |name, told: &Told<String>| (name, told.clone());
    let optional = |name, told: &Option<Told<String>>| told.clone().map(|told| (name, told));
    match identity {
        Identity::Application {
            tenant,
            client,
            proof,
        } => vec![
            id("tenant_id", tenant),
            id("client_id", client),
            of_proof(proof),
        ],
        Identity::Person {
            tenant,
            client,
            remembers,
        } => {
            let kept = if *remembers { ", remembered" } else { "" };
            let credential = Told::new(format!("device-code{kept}"), &client.by);
            vec![
                id("tenant_id", tenant),
                id("client_id", client),
                ("credential", credential),
            ]
        }
        Identity::Managed { client } => {
            let by = client.as_ref().map_or("--credential", |told| &told.by);
            let credential = ("credential", Told::new("managed".to_owned(), by));
            let client = optional("client_id", client);
            client.into_iter().chain([credential]).collect()
        }
        Identity::Token {
            file,
            tenant,
            client,
        } => {
            let ids = [optional("tenant_id", tenant), optional("client_id", client)];
            let token = ("token_file", path(file));
            ids.into_iter().flatten().chain([token]).collect()
        }
    }
}

fn of_proof(proof: &Proof) -> Row {
    match proof {
        Proof::Secret(told) => match &told.value {
            SecretGiven::Text(_) => (
                "client_secret",
                Told::new("(not shown)".to_owned(), &told.by),
            ),
            SecretGiven::File(file) => {
                let shown = file.display().to_string();
                ("client_secret_file", Told::new(shown, &told.by))
            }
        },
        Proof::Certificate { file, .. } => ("client_certificate_file", path(file)),
        Proof::Workload(file) => ("federated_token_file", path(file)),
    }
}

fn path(told: &Told<PathBuf>) -> Told<String> {
    told.clone().map(|path| path.display().to_string())
}
