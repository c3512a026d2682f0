// Most of what is built here is built over a transport that comes with the crate.
#![cfg(any(feature = "reqwest", feature = "hyper"))]

use std::error::Error as _;

use super::*;
use crate::{ClientSecret, DeviceCode, ErrorKind, ManagedIdentity, StaticToken, WorkloadIdentity};

fn microsofts() -> ClientSecret {
    ClientSecret::new("contoso.example", "app", "canary")
}

fn service() -> Service {
    Service::custom("https://edr.example/mde", "https://login.example")
        .client_secret("tenant", "app", "canary")
}

fn refused(builder: ClientBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn a_missing_credential_is_asked_for() {
    assert!(refused(Client::builder()).contains(".credential(ClientSecret::new("));
    let bare = Service::custom("https://edr.example", "https://login.example");
    assert!(refused(Client::builder().service(bare)).contains("no credential of its own"));
}

#[test]
fn microsofts_credential_and_a_service_of_ones_own_do_not_mix() {
    let builder = Client::builder()
        .credential(microsofts())
        .service(service());
    assert!(matches!(
        builder.build(),
        Err(BuildError::CredentialForAnother)
    ));
    let builder = Client::builder().service(service()).region(Region::Europe);
    assert!(matches!(
        builder.build(),
        Err(BuildError::PlaceForCustomService)
    ));
}

#[test]
fn what_is_wrong_with_a_service_is_said() {
    let at = |base: &str, authority: &str| {
        Client::builder().service(Service::custom(base, authority).client_secret("t", "a", "s"))
    };
    let error = at("http://edr.example", "https://login.example")
        .build()
        .unwrap_err();
    assert!(matches!(error, BuildError::BaseUrl(_)));
    assert!(
        error.source().unwrap().to_string().contains("https"),
        "{error:?}"
    );
    let error = at("https://edr.example", "login.example")
        .build()
        .unwrap_err();
    assert!(matches!(error, BuildError::Authority(_)));
    let builder = Client::builder().service(service().audience(""));
    assert!(matches!(builder.build(), Err(BuildError::EmptyAudience)));
}

#[test]
fn an_unknown_place_is_named() {
    let builder = Client::builder()
        .credential(microsofts())
        .cloud(Cloud::GccHigh);
    let error = refused(builder.region(Region::Europe));
    assert_eq!(error, "no host is known for region eu of cloud gcc-high");
    let builder = Client::builder()
        .credential(microsofts())
        .region(Region::Australia);
    let error = refused(builder.host_family(HostFamily::SecurityCenter));
    assert!(error.ends_with("in this family of host names"), "{error}");
}

#[test]
fn every_cloud_keeps_its_own_audience_and_authority_whatever_the_host() {
    for info in quell_model::CLOUDS {
        for family in [
            None,
            Some(HostFamily::SecurityCenter),
            Some(HostFamily::Security),
        ] {
            let place = Microsoft {
                cloud: Some(info.cloud),
                region: None,
                family,
                nearest: false,
            };
            let identity = Credential::from(microsofts()).into_identity();
            let Ok(target) = Target::microsoft(identity, place) else {
                continue;
            };
            assert_eq!(target.expected.audience(), info.audience);
            assert_eq!(
                target.authority.to_string().trim_end_matches('/'),
                info.authority
            );
        }
    }
}

#[test]
fn a_service_of_ones_own_has_the_commercial_audience_unless_told() {
    let target = Target::custom(service()).unwrap();
    assert_eq!(
        target.expected.audience(),
        "https://api.securitycenter.microsoft.com"
    );
    assert_eq!(target.base_url.to_string(), "https://edr.example/mde");
    let target = Target::custom(service().audience("api://mine")).unwrap();
    assert_eq!(target.expected.audience(), "api://mine");
}

#[test]
fn microsofts_tokens_are_not_asked_for_on_behalf_of_another_service_unless_it_is_named() {
    for authority in [
        "https://login.microsoftonline.com",
        "https://LOGIN.microsoftonline.us/",
        "https://login.microsoftonline.com./",
        "https://login.windows.net",
        "https://login.microsoft.com",
        "https://westus2.login.microsoft.com",
        "https://sts.windows.net",
        "https://login-us.microsoftonline.com",
        "https://login.usgovcloudapi.net",
        "https://login.partner.microsoftonline.cn",
        "https://LOGIN.Microsoftonline.US:443/",
    ] {
        let service =
            || Service::custom("https://edr.example", authority).client_secret("t", "a", "s");
        let error = Client::builder().service(service()).build().unwrap_err();
        assert!(matches!(error, BuildError::MissingAudience), "{authority}");
        let named = Client::builder().service(service().audience("api://edr"));
        assert!(named.build().is_ok(), "{authority}");
    }
    let service = Service::custom("https://edr.example", "https://login.example")
        .managed_identity(ManagedIdentity::imds());
    let error = Client::builder().service(service).build().unwrap_err();
    assert!(matches!(error, BuildError::MissingAudience));
}

#[test]
fn every_identity_is_checked_before_anything_is_sent() {
    let error = |credential: Credential| {
        let builder = Client::builder().credential(credential);
        builder.build().unwrap_err()
    };
    let workload = WorkloadIdentity::new("a/b", "app", "token");
    assert!(matches!(error(workload.into()), BuildError::InvalidTenant));
    let person = DeviceCode::new("t", "", |_| {});
    assert!(matches!(
        error(person.into()),
        BuildError::MissingApplication
    ));
    let secret = ClientSecret::new("t", "a", "");
    assert!(matches!(error(secret.into()), BuildError::MissingSecret));
    let elsewhere = ManagedIdentity::imds_at("http://metadata.example");
    let error = error(elsewhere.into());
    assert!(matches!(error, BuildError::ManagedIdentity(_)));
    assert!(error.source().unwrap().to_string().contains("loopback"));
}

#[test]
#[cfg(feature = "nearest")]
fn the_nearest_host_has_no_name_and_is_microsofts() {
    let nearest = NearestRegion::new;
    let named = Client::builder()
        .credential(microsofts())
        .region(Region::Global);
    let error = named.nearest(nearest()).build().unwrap_err();
    assert!(matches!(error, BuildError::RegionAndNearest), "{error:?}");

    let own = Client::builder().service(service()).nearest(nearest());
    let error = own.build().unwrap_err();
    assert!(
        matches!(error, BuildError::PlaceForCustomService),
        "{error:?}"
    );

    let elsewhere = Client::builder()
        .credential(microsofts())
        .transport(quell_transport::testing::NeverTransport);
    let error = elsewhere.nearest(nearest()).build().unwrap_err();
    assert!(matches!(error, BuildError::MissingNetwork), "{error:?}");

    let built_in = Client::builder().credential(microsofts());
    let client = built_in.nearest(nearest()).build().unwrap();
    let home = "https://api.securitycenter.microsoft.com/";
    assert_eq!(client.endpoint().to_string(), home);
}

#[test]
fn options_do_not_reach_a_foreign_transport() {
    let token = StaticToken::new("token").unwrap();
    let builder = Client::builder()
        .credential(token)
        .transport(quell_transport::testing::NeverTransport)
        .transport_options(TransportOptions::default());
    assert!(matches!(
        builder.build(),
        Err(BuildError::OptionsForOwnTransport)
    ));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let builder = Client::builder()
        .transport(quell_transport::testing::NeverTransport)
        .transport_options(TransportOptions::default());
    let error = builder.build().unwrap_err();
    assert!(
        matches!(&error, BuildError::Several(wrong) if matches!(
            wrong.as_slice(),
            [BuildError::MissingCredential, BuildError::OptionsForOwnTransport]
        )),
        "{error:?}"
    );
    let line = error.to_string();
    assert!(
        line.starts_with("2 things are wrong: a credential is missing"),
        "{line}"
    );
    assert!(line.contains("; transport options"), "{line}");
}

#[test]
fn a_build_error_becomes_an_error_that_keeps_it() {
    let error = crate::Error::from(BuildError::MissingCredential);
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.to_string(), "the client is not set up rightly");
    assert!(
        error
            .source()
            .unwrap()
            .downcast_ref::<BuildError>()
            .is_some()
    );
}

#[test]
fn debug_shows_no_secret() {
    let builder = Client::builder()
        .credential(microsofts())
        .service(service());
    assert!(!format!("{builder:?}").contains("canary"));
    let client = Client::builder().service(service()).build().unwrap();
    assert!(!format!("{client:?}").contains("canary"));
}

#[test]
fn an_application_or_a_secret_with_a_line_break_is_refused_before_it_is_sent() {
    let at = |application: &str, secret: &str| {
        refused(Client::builder().credential(ClientSecret::new("t", application, secret)))
    };
    for application in ["app\n", " app", "a\u{7f}pp"] {
        let error = at(application, "s");
        assert!(error.contains("client id is not usable"), "{error}");
    }
    for secret in ["canary\n", "canary\r\n", "can\tary"] {
        let error = at("app", secret);
        assert!(error.contains("line break"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}
