//! The name of a server, proved or not.

use std::sync::Arc;

use quell_state::{PostgresOptions, PostgresState, ServerTrust, StateError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::Config;
use tokio_rustls::TlsAcceptor;

use crate::database::Database;
use crate::outage::to_server;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn trusted(&self) -> ServerTrust {
        ServerTrust::Only(self.0.pem().into_bytes())
    }

    fn server(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A server of this name on loopback, which speaks TLS as PostgreSQL does; its port.
async fn encrypted(acceptor: TlsAcceptor, database: &Database) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connection = database.connection_string();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, acceptor.clone(), connection.clone()));
        }
    });
    port
}

async fn serve(mut client: TcpStream, acceptor: TlsAcceptor, connection: String) {
    let mut asked = [0; 8];
    client.read_exact(&mut asked).await.unwrap();
    assert_eq!(
        asked,
        [0, 0, 0, 8, 4, 210, 22, 47],
        "nothing is sent before TLS"
    );
    client.write_all(b"S").await.unwrap();
    if let Ok(mut client) = acceptor.accept(client).await {
        let mut server = to_server(&connection).await;
        drop(copy_bidirectional(&mut client, &mut server).await);
    }
}

async fn connect(
    port: u16,
    database: &Database,
    trust: ServerTrust,
) -> Result<PostgresState, StateError> {
    let config: Config = database.connection_string().parse().unwrap();
    let connection = format!(
        "host=localhost hostaddr=127.0.0.1 port={port} user={} dbname={} sslmode=verify-full",
        config.get_user().unwrap(),
        config.get_dbname().unwrap()
    );
    PostgresState::connect(PostgresOptions::parse(&connection)?.trust(trust)).await
}

#[tokio::test]
async fn server_that_proves_its_name_is_spoken_to_on_postgres() {
    let (database, authority) = (Database::create().await, Authority::new());
    let port = encrypted(authority.server("localhost"), &database).await;
    connect(port, &database, authority.trusted()).await.unwrap();
}

#[tokio::test]
async fn server_of_another_name_or_authority_is_not_on_postgres() {
    let (database, authority) = (Database::create().await, Authority::new());
    let other_name = encrypted(authority.server("db.example"), &database).await;
    let other_authority = encrypted(Authority::new().server("localhost"), &database).await;
    for port in [other_name, other_authority] {
        let refused = connect(port, &database, authority.trusted())
            .await
            .unwrap_err();
        assert!(
            matches!(refused, StateError::Unreachable { .. }),
            "{refused}"
        );
    }
}

#[test]
fn trust_in_nobody_is_a_mistake() {
    let options = PostgresOptions::parse("host=db.example user=u").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let connecting = PostgresState::connect(options.trust(ServerTrust::Only(Vec::new())));
    let refused = runtime.block_on(connecting).unwrap_err();
    assert!(matches!(refused, StateError::Settings(_)), "{refused}");
}
