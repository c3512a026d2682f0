//! Every setting of a server, once: its name, what it takes, what it does.
//!
//! From the name follow the three places in which it may be given: `tls.certificate` is the key
//! `certificate` of the section `[tls]` in a file, `QUELL_SERVER_TLS_CERTIFICATE` in the environment, and
//! `--tls-certificate` on the command line.

use super::plan::Plan;
use super::values::{self, Wrong};

/// A setting.
pub(super) struct Key {
    /// Its name, with its section before a dot.
    pub(super) name: &'static str,
    /// Its option on the command line, without the dashes.
    pub(super) flag: &'static str,
    /// What stands for its value in help.
    pub(super) value_name: &'static str,
    /// What it is for, in one line.
    pub(super) help: &'static str,
    /// How it is written in a file.
    pub(super) kind: Kind,
    /// Reads a value; [`Wrong`] says what would be right.
    pub(super) set: fn(&mut Plan, &str) -> Result<(), Wrong>,
    /// The value that holds, if there is any.
    pub(super) shown: fn(&Plan) -> Option<String>,
}

/// How a value is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In quotes.
    Text,
    /// In quotes; what does not begin with a slash is looked for beside the configuration file.
    Path,
    /// In quotes, and never shown.
    #[expect(dead_code, reason = "no setting is a secret; files hold them")]
    Secret,
    /// A whole number.
    Number,
}

impl Key {
    /// `QUELL_SERVER_TLS_CERTIFICATE`.
    pub(super) fn variable(&self) -> String {
        let name = self.name.replace(['.', '-'], "_").to_ascii_uppercase();
        format!("{}{name}", super::sources::PREFIX)
    }
}

/// All of them, in the order in which they are shown.
pub(super) const KEYS: &[Key] = &[
    Key {
        name: "data",
        flag: "data",
        value_name: "DIR",
        help: "Directory that keeps everything, one for each server; made when it is not there",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.data = Some(path)),
        shown: |plan| plan.data.as_deref().map(values::shown_path),
    },
    Key {
        name: "store",
        flag: "store",
        value_name: "URL",
        help: "PostgreSQL database that servers share, as postgresql://USER@HOST/DATABASE without its password, which is that of PGPASSWORD or ~/.pgpass [default: a file in the data directory]",
        kind: Kind::Text,
        // Read with everything else: what is wrong about it might be shown, and hold a password.
        set: |plan, text| {
            plan.database.url = Some(text.to_owned());
            Ok(())
        },
        shown: |plan| plan.database.shown(),
    },
    Key {
        name: "store-password-file",
        flag: "store-password-file",
        value_name: "FILE",
        help: "File with the database's password in its first line",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.database.password_file = Some(path)),
        shown: |plan| {
            plan.database
                .password_file
                .as_deref()
                .map(values::shown_path)
        },
    },
    Key {
        name: "store-authority",
        flag: "store-authority",
        value_name: "FILE",
        help: "Authorities by which the database is trusted, in PEM; else those of the system",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.database.authority = Some(path)),
        shown: |plan| plan.database.authority.as_deref().map(values::shown_path),
    },
    Key {
        name: "listen",
        flag: "listen",
        value_name: "ADDRESS",
        help: "Where to listen: loopback, or any address once TLS is given [default: 127.0.0.1:8642]",
        kind: Kind::Text,
        set: |plan, text| values::address(text).map(|address| plan.server.listen = address),
        shown: |plan| Some(plan.server.listen.to_string()),
    },
    Key {
        name: "public-url",
        flag: "public-url",
        value_name: "URL",
        help: "Where clients and devices reach the server, if not at the address that it listens on",
        kind: Kind::Text,
        set: |plan, text| values::text(text).map(|url| plan.server.public_url = Some(url)),
        shown: |plan| plan.server.public_url.clone(),
    },
    Key {
        name: "tls.certificate",
        flag: "tls-certificate",
        value_name: "FILE",
        help: "The server's certificate, followed by the intermediate ones, in PEM; read again when it changes",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.certificate = Some(path)),
        shown: |plan| plan.certificate.as_deref().map(values::shown_path),
    },
    Key {
        name: "tls.key",
        flag: "tls-key",
        value_name: "FILE",
        help: "The certificate's private key, in PEM",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.key = Some(path)),
        shown: |plan| plan.key.as_deref().map(values::shown_path),
    },
    Key {
        name: "tls.authority",
        flag: "tls-authority",
        value_name: "FILE",
        help: "The authority that devices are to trust, in PEM; else the last certificate of the chain",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.authority = Some(path)),
        shown: |plan| plan.authority.as_deref().map(values::shown_path),
    },
    Key {
        name: "unknown-file",
        flag: "unknown-file",
        value_name: "CHOICE",
        help: "What to do about a file that was not seen on the machine: refuse with 404 as Microsoft's service does, or deliver the order so that the machine looks for itself [default: refuse]",
        kind: Kind::Text,
        set: |plan, text| {
            values::unknown_file(text).map(|choice| plan.server.unknown_file = choice)
        },
        shown: |plan| Some(values::shown_unknown_file(plan.server.unknown_file).to_owned()),
    },
    Key {
        name: "blast-radius",
        flag: "blast-radius",
        value_name: "PERCENT",
        help: "Of a hundred of the tenant's machines, how many a file may be on before stopping it takes a caller who insists and may; ten machines are always allowed; off for any number [default: 10]",
        kind: Kind::Text,
        set: |plan, text| {
            values::blast_radius(text).map(|radius| plan.server.blast_radius = radius)
        },
        shown: |plan| Some(values::shown_blast_radius(plan.server.blast_radius)),
    },
    Key {
        name: "ceiling.machines",
        flag: "ceiling-machines",
        value_name: "N",
        help: "On how many machines an application may have files stopped within an hour, whatever the files [default: any number]",
        kind: Kind::Number,
        set: |plan, text| {
            values::machines(text).map(|most| plan.server.ceiling.machines = Some(most))
        },
        shown: |plan| plan.server.ceiling.machines.map(|most| most.to_string()),
    },
    Key {
        name: "ceiling.machines-for-one-file",
        flag: "ceiling-machines-for-one-file",
        value_name: "N",
        help: "On how many machines an application may have one file stopped within an hour [default: any number]",
        kind: Kind::Number,
        set: |plan, text| {
            values::machines(text)
                .map(|most| plan.server.ceiling.machines_for_one_file = Some(most))
        },
        shown: |plan| {
            let most = plan.server.ceiling.machines_for_one_file;
            most.map(|most| most.to_string())
        },
    },
    Key {
        name: "inactive-after",
        flag: "inactive-after",
        value_name: "TIME",
        help: "How long a machine may be silent until it is Inactive; agents ask at least every 50 seconds [default: 5m]",
        kind: Kind::Text,
        set: |plan, text| values::silence(text).map(|time| plan.server.inactive_after = time),
        shown: |plan| Some(values::shown_span(plan.server.inactive_after)),
    },
    Key {
        name: "sightings-kept",
        flag: "sightings-kept",
        value_name: "TIME",
        help: "How long a file counts as seen on a machine since it was seen there last; Microsoft's service says 30 days [default: 30d]",
        kind: Kind::Text,
        set: |plan, text| values::keeping(text).map(|time| plan.server.sightings_kept = time),
        shown: |plan| Some(values::shown_span(plan.server.sightings_kept)),
    },
    Key {
        name: "permissions",
        flag: "permissions",
        value_name: "READING",
        help: "Which permissions operations ask for: observed (both halves, reading and acting, as Microsoft's service was observed to ask), documented (any one of the page's list: who may read machines may then quarantine files on them), or documented-2021-03 (Machine.StopAndQuarantine alone, as the page said then) [default: observed]",
        kind: Kind::Text,
        set: |plan, text| values::permissions(text).map(|rule| plan.server.permissions = rule),
        shown: |plan| Some(values::shown_permissions(plan.server.permissions).to_owned()),
    },
    Key {
        name: "limits",
        flag: "limits",
        value_name: "LIMITS",
        help: "Calls an application may make of one operation, for instance 100/60s,1500/3600s, or documented, or off [default: documented]",
        kind: Kind::Text,
        set: |plan, text| values::limits(text).map(|limits| plan.server.limits = limits),
        shown: |plan| Some(values::shown_limits(&plan.server.limits)),
    },
    Key {
        name: "arrivals",
        flag: "arrivals",
        value_name: "FILE",
        help: "Add a line for every call to this file: the seconds since the start at which it arrived, application, operation, status; what the file holds stays [default: none]",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.server.arrivals = Some(path)),
        shown: |plan| plan.server.arrivals.as_deref().map(values::shown_path),
    },
    Key {
        name: "rotate-keys-after",
        flag: "rotate-keys-after",
        value_name: "TIME",
        help: "How long a key signs access tokens until the next one takes over [default: 90d]",
        kind: Kind::Text,
        set: |plan, text| values::span(text).map(|time| plan.server.key_rotation.every = time),
        shown: |plan| Some(values::shown_span(plan.server.key_rotation.every)),
    },
    Key {
        name: "clients.connections",
        flag: "clients-connections",
        value_name: "N",
        help: "The most connections at once; who comes then waits [default: 20000]",
        kind: Kind::Number,
        set: |plan, text| values::count(text).map(|count| plan.server.max_connections = count),
        shown: |plan| Some(plan.server.max_connections.to_string()),
    },
    Key {
        name: "clients.per-address",
        flag: "clients-per-address",
        value_name: "N",
        help: "The most connections of one address [default: 1000, and from loopback any number]",
        kind: Kind::Number,
        set: |plan, text| {
            values::count(text).map(|count| plan.server.max_connections_per_address = Some(count))
        },
        shown: |plan| {
            let count = plan.server.max_connections_per_address;
            count.map(|count| count.to_string())
        },
    },
    Key {
        name: "drain-seconds",
        flag: "drain-seconds",
        value_name: "SECONDS",
        help: "The most time that open requests have to end when the server is told to stop [default: 30]",
        kind: Kind::Number,
        set: |plan, text| values::seconds(text).map(|time| plan.server.drain = time),
        shown: |plan| Some(plan.server.drain.as_secs().to_string()),
    },
    Key {
        name: "metrics.listen",
        flag: "metrics-listen",
        value_name: "ADDRESS",
        help: "Where metrics (Prometheus) and health are told, without TLS: loopback, or a network that you trust [default: nowhere]",
        kind: Kind::Text,
        set: |plan, text| values::address(text).map(|address| plan.server.metrics = Some(address)),
        shown: |plan| plan.server.metrics.map(|address| address.to_string()),
    },
    Key {
        name: "outgoing-authority",
        flag: "outgoing-authority",
        value_name: "FILE",
        help: "Authorities, in PEM, trusted beside the system's when the server calls others: for other issuers' keys, and at the audit webhook [default: none]",
        kind: Kind::Path,
        set: |plan, text| {
            values::path(text).map(|path| plan.server.outgoing_authority = Some(path))
        },
        shown: |plan| {
            plan.server
                .outgoing_authority
                .as_deref()
                .map(values::shown_path)
        },
    },
    Key {
        name: "audit.key",
        flag: "audit-key",
        value_name: "FILE",
        help: "The key that signs the audit trail, made when it is not there [default: audit.key in the data directory]",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.audit.key = Some(path)),
        shown: |plan| plan.audit.key.as_deref().map(values::shown_path),
    },
    Key {
        name: "audit.file",
        flag: "audit-file",
        value_name: "FILE",
        help: "Append every entry of the audit trail to this file, which may be rotated by renaming",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.audit.file = Some(path)),
        shown: |plan| plan.audit.file.as_deref().map(values::shown_path),
    },
    Key {
        name: "audit.syslog",
        flag: "audit-syslog",
        value_name: "ADDRESS",
        help: "Send every entry of the audit trail to a syslog daemon: unix:/dev/log, udp:HOST:PORT or tcp:HOST:PORT",
        kind: Kind::Text,
        set: |plan, text| values::syslog(text).map(|address| plan.audit.syslog = Some(address)),
        shown: |plan| plan.audit.syslog.as_ref().map(ToString::to_string),
    },
    Key {
        name: "audit.webhook",
        flag: "audit-webhook",
        value_name: "URL",
        help: "Post every entry of the audit trail to this https URL, in signed batches",
        kind: Kind::Text,
        set: |plan, text| values::url(text).map(|url| plan.audit.webhook = Some(url)),
        shown: |plan| plan.audit.webhook.as_ref().map(values::shown_url),
    },
    Key {
        name: "audit.webhook-secret-file",
        flag: "audit-webhook-secret-file",
        value_name: "FILE",
        help: "The file of the secret that the batches are signed with",
        kind: Kind::Path,
        set: |plan, text| {
            values::path(text).map(|path| plan.audit.webhook_secret_file = Some(path))
        },
        shown: |plan| {
            plan.audit
                .webhook_secret_file
                .as_deref()
                .map(values::shown_path)
        },
    },
    Key {
        name: "traces.endpoint",
        flag: "traces-endpoint",
        value_name: "URL",
        help: "Send a span for every request to this collector, by OTLP over HTTP: the whole URL, such as http://127.0.0.1:4318/v1/traces [default: nowhere]",
        kind: Kind::Text,
        set: |plan, text| values::url(text).map(|url| plan.traces.endpoint = Some(url)),
        shown: |plan| plan.traces.endpoint.as_ref().map(values::shown_url),
    },
    Key {
        name: "traces.headers-file",
        flag: "traces-headers-file",
        value_name: "FILE",
        help: "File of what the collector asks for: a header in each line, as `authorization: Bearer …`",
        kind: Kind::Path,
        set: |plan, text| values::path(text).map(|path| plan.traces.headers_file = Some(path)),
        shown: |plan| plan.traces.headers_file.as_deref().map(values::shown_path),
    },
    Key {
        name: "log.level",
        flag: "log-level",
        value_name: "DIRECTIVES",
        help: "What is logged: error, warn, info, debug, trace, or directives as RUST_LOG has them, which overrides this [default: info]",
        kind: Kind::Text,
        set: |plan, text| values::directives(text).map(|text| plan.log = Some(text)),
        shown: |plan| Some(plan.log.clone().unwrap_or_else(|| "info".to_owned())),
    },
    Key {
        name: "log.format",
        flag: "log-format",
        value_name: "FORMAT",
        help: "How log lines look on standard error: text, or json for one object a line [default: text]",
        kind: Kind::Text,
        set: |plan, text| values::log_format(text).map(|format| plan.log_format = format),
        shown: |plan| Some(values::shown_log_format(plan.log_format).to_owned()),
    },
];

/// The setting of this name.
pub(super) fn named(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The setting that was probably meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let likeness = |key: &Key| strsim::jaro_winkler(key.name, name);
    let best = KEYS
        .iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(best) > 0.8).then_some(best.name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_settings_share_a_flag_or_a_variable() {
        let flags: BTreeSet<_> = KEYS.iter().map(|key| key.flag).collect();
        let variables: BTreeSet<_> = KEYS.iter().map(Key::variable).collect();
        assert_eq!((flags.len(), variables.len()), (KEYS.len(), KEYS.len()));
        for key in KEYS {
            assert_eq!(key.flag, key.name.replace('.', "-"));
        }
        let key = named("tls.certificate").unwrap();
        assert_eq!(key.variable(), "QUELL_SERVER_TLS_CERTIFICATE");
    }

    #[test]
    fn slip_is_recognised_and_nonsense_is_not() {
        assert_eq!(nearest("listn"), Some("listen"));
        assert_eq!(nearest("tls.certficate"), Some("tls.certificate"));
        assert_eq!(nearest("xyzzy"), None);
    }

    #[test]
    fn guide_names_every_setting() {
        let guide = include_str!("../../../../../docs/guide/server.md");
        for key in KEYS {
            assert!(guide.contains(&format!("`{}`", key.name)), "{}", key.name);
        }
    }
}
