use super::*;
use crate::connection::flags::{CredentialKind, IdentityFlags};
use crate::connection::given::SecretGiven;
use crate::connection::identity::Proof;
use secrecy::ExposeSecret as _;

const AZURE: &[(&str, &str)] = &[
    ("HOME", "/home/somebody"),
    ("AZURE_TENANT_ID", "t"),
    ("AZURE_CLIENT_ID", "c"),
    ("AZURE_CLIENT_SECRET", "azure-secret"),
];
const QUELL: &[(&str, &str)] = &[
    ("HOME", "/home/somebody"),
    ("QUELL_BASE_URL", "http://127.0.0.1:1"),
    ("QUELL_TENANT_ID", "qt"),
    ("QUELL_CLIENT_ID", "qc"),
    ("QUELL_CLIENT_SECRET", "quell-secret"),
];

fn resolve_with(flags: &ServiceFlags, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let lookup = |name: &str| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    };
    resolve(flags, &lookup).map_err(|failure| failure.render())
}

fn secret_of(settings: &Settings) -> String {
    match &settings.identity {
        Identity::Application {
            proof: Proof::Secret(told),
            ..
        } => match &told.value {
            SecretGiven::Text(secret) => secret.expose_secret().to_owned(),
            SecretGiven::File(file) => format!("file {}", file.display()),
        },
        other => panic!("no secret: {other:?}"),
    }
}

fn tenant_of(settings: &Settings) -> String {
    settings.identity.holder().unwrap().tenant
}

fn own(identity: IdentityFlags) -> ServiceFlags {
    ServiceFlags {
        base_url: Some("https://own.example".to_owned()),
        identity: IdentityFlags {
            tenant_id: Some("t".to_owned()),
            client_id: Some("c".to_owned()),
            ..identity
        },
        ..ServiceFlags::default()
    }
}

#[test]
fn azure_variables_serve_microsoft() {
    let settings = resolve_with(&ServiceFlags::default(), AZURE).unwrap();
    let Target::Microsoft { cloud, region, .. } = &settings.target else {
        panic!("{:?}", settings.target)
    };
    assert_eq!(cloud, &Told::default(Cloud::Commercial));
    assert_eq!(region.value, RegionChoice::Named(Region::Global));
    assert_eq!(secret_of(&settings), "azure-secret");
}

#[test]
fn own_service_takes_everything_from_quell_variables() {
    let both = [AZURE, QUELL].concat();
    let settings = resolve_with(&ServiceFlags::default(), &both).unwrap();
    assert_eq!(secret_of(&settings), "quell-secret");
    assert_eq!(tenant_of(&settings), "qt");
    let Target::Own {
        base_url,
        authority,
        ..
    } = settings.target
    else {
        panic!("Microsoft's")
    };
    assert_eq!(base_url.value, authority.value);
}

#[test]
fn azure_secret_never_goes_to_an_own_service() {
    let variables = [AZURE, &[("QUELL_BASE_URL", "http://127.0.0.1:1")]].concat();
    let told = resolve_with(&ServiceFlags::default(), &variables).unwrap_err();
    assert!(told.contains("QUELL_"), "{told}");
    assert!(!told.contains("azure-secret"));
}

#[test]
fn secret_of_the_environment_never_goes_to_a_url_of_the_command_line() {
    let told = resolve_with(&own(IdentityFlags::default()), &[AZURE, QUELL].concat()).unwrap_err();
    assert!(told.contains("--client-secret-file"), "{told}");
}

#[test]
fn own_service_without_its_address_is_told_what_is_missing() {
    let without = [QUELL.get(2..).unwrap(), AZURE].concat();
    let told = resolve_with(&ServiceFlags::default(), &without).unwrap_err();
    assert!(told.contains("QUELL_BASE_URL is not"), "{told}");
}

#[test]
fn identity_options_are_not_mixed_into_the_environment() {
    for identity in [
        IdentityFlags {
            client_id: Some("other".to_owned()),
            ..IdentityFlags::default()
        },
        IdentityFlags {
            client_certificate_file: Some("/c.pem".into()),
            ..IdentityFlags::default()
        },
    ] {
        let flags = ServiceFlags {
            identity,
            ..ServiceFlags::default()
        };
        let told = resolve_with(&flags, QUELL).unwrap_err();
        assert!(told.contains("cannot be mixed"), "{told}");
    }
}

#[test]
fn without_anything_it_says_what_to_set() {
    let told = resolve_with(&ServiceFlags::default(), &[]).unwrap_err();
    for word in ["AZURE_CLIENT_ID", "QUELL_BASE_URL", "quell lab"] {
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn options_alone_are_enough() {
    let flags = own(IdentityFlags {
        client_secret_file: Some("/s".into()),
        ..IdentityFlags::default()
    });
    let settings = resolve_with(&flags, AZURE).unwrap();
    assert_eq!(secret_of(&settings), "file /s");
}

#[test]
fn several_credentials_of_ones_own_must_be_told_apart() {
    let both = || IdentityFlags {
        client_secret_file: Some("/s".into()),
        token_file: Some("/t".into()),
        ..IdentityFlags::default()
    };
    let told = resolve_with(&own(both()), AZURE).unwrap_err();
    assert!(
        told.contains("secret, token-file") && told.contains("--credential"),
        "{told}"
    );
    let flags = own(IdentityFlags {
        credential: Some(CredentialKind::TokenFile),
        ..both()
    });
    let settings = resolve_with(&flags, AZURE).unwrap();
    assert!(matches!(settings.identity, Identity::Token { .. }));
}

#[test]
fn azures_variables_are_taken_in_azures_order() {
    let certificate = ("AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem");
    let workload = ("AZURE_FEDERATED_TOKEN_FILE", "/w");
    let all = [AZURE, &[certificate, workload]].concat();
    let settings = resolve_with(&ServiceFlags::default(), &all).unwrap();
    assert_eq!(secret_of(&settings), "azure-secret");
    let two = [AZURE.get(..3).unwrap(), &[workload, certificate]].concat();
    let settings = resolve_with(&ServiceFlags::default(), &two).unwrap();
    let Identity::Application { proof, .. } = settings.identity else {
        panic!("no application")
    };
    assert!(matches!(proof, Proof::Certificate { .. }), "{proof:?}");
}

#[test]
fn proof_of_the_command_line_puts_those_of_the_environment_aside() {
    let flags = ServiceFlags {
        identity: IdentityFlags {
            client_certificate_file: Some("/c.pem".into()),
            client_id: Some("other".to_owned()),
            ..IdentityFlags::default()
        },
        ..ServiceFlags::default()
    };
    let settings = resolve_with(&flags, AZURE).unwrap();
    let Identity::Application { client, proof, .. } = settings.identity else {
        panic!("no application")
    };
    assert_eq!(client, Told::new("other".to_owned(), "--client-id"));
    assert!(matches!(proof, Proof::Certificate { .. }), "{proof:?}");
}

#[test]
fn managed_identity_and_a_person_need_no_secret() {
    let of = |credential| ServiceFlags {
        identity: IdentityFlags {
            credential: Some(credential),
            ..IdentityFlags::default()
        },
        ..ServiceFlags::default()
    };
    let home = &AZURE[..1];
    let settings = resolve_with(&of(CredentialKind::Managed), home).unwrap();
    assert!(matches!(
        settings.identity,
        Identity::Managed { client: None }
    ));
    let settings = resolve_with(&of(CredentialKind::DeviceCode), AZURE).unwrap();
    assert!(matches!(settings.identity, Identity::Person { .. }));
    let told = resolve_with(&of(CredentialKind::DeviceCode), home).unwrap_err();
    assert!(told.contains("AZURE_TENANT_ID"), "{told}");
}

#[test]
fn authority_of_another_cloud_is_refused() {
    let sovereign = ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/");
    let variables = [AZURE, &[sovereign]].concat();
    let told = resolve_with(&ServiceFlags::default(), &variables).unwrap_err();
    assert!(told.contains("--cloud"), "{told}");
    let flags = ServiceFlags {
        cloud: Some(Cloud::GccHigh),
        ..ServiceFlags::default()
    };
    resolve_with(&flags, &variables).unwrap();
}
