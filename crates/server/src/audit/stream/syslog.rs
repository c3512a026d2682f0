//! Messages to a syslog daemon (RFC 5424).

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket};

use super::{DeliveryError, Receiver, SyslogAddress};
use crate::admin::Line;
use crate::core::TenantId;
use crate::core::audit::Recorded;
use crate::store::record::KeptEntry;

/// Facility 10 (security), severity 5 (notice).
const PRIORITY: u8 = 10 * 8 + 5;
/// How long a daemon may take to take a batch.
const PATIENCE: Duration = Duration::from_secs(10);
/// What stands where nothing is known.
const NIL: &str = "-";

/// Sends a message an entry.
#[derive(Debug)]
pub(super) struct SyslogReceiver {
    address: SyslogAddress,
    host: String,
    /// Kept between batches.
    tcp: Option<TcpStream>,
}

impl SyslogReceiver {
    pub(super) fn new(address: SyslogAddress) -> Self {
        Self {
            address,
            host: host(),
            tcp: None,
        }
    }

    async fn send(&mut self, messages: &[String]) -> io::Result<()> {
        match &self.address {
            SyslogAddress::Unix(path) => send_unix(path, messages).await,
            SyslogAddress::Udp(address) => {
                // A socket of the address's own family.
                let to = tokio::net::lookup_host(address).await?.next();
                let to = to.ok_or(io::ErrorKind::AddrNotAvailable)?;
                let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(any).await?;
                for message in messages {
                    socket.send_to(message.as_bytes(), to).await?;
                }
                Ok(())
            }
            SyslogAddress::Tcp(address) => {
                let mut stream = match self.tcp.take() {
                    Some(stream) => stream,
                    None => TcpStream::connect(address).await?,
                };
                let counted: String = messages.iter().map(|message| counted(message)).collect();
                stream.write_all(counted.as_bytes()).await?;
                self.tcp = Some(stream);
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Receiver for SyslogReceiver {
    async fn deliver(&mut self, _: TenantId, entries: &[KeptEntry]) -> Result<(), DeliveryError> {
        let messages: Vec<_> = entries
            .iter()
            .map(|entry| message(entry, &self.host))
            .collect();
        let sent = tokio::time::timeout(PATIENCE, self.send(&messages)).await;
        sent.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        Ok(())
    }
}

#[cfg(unix)]
async fn send_unix(path: &std::path::Path, messages: &[String]) -> io::Result<()> {
    let socket = tokio::net::UnixDatagram::unbound()?;
    socket.connect(path)?;
    for message in messages {
        socket.send(message.as_bytes()).await?;
    }
    Ok(())
}

#[cfg(not(unix))]
async fn send_unix(_: &std::path::Path, _: &[String]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn message(entry: &KeptEntry, host: &str) -> String {
    let read = Recorded::read(&entry.entry);
    let time = read
        .as_ref()
        .map(|read| microseconds(&read.time.to_string()));
    let time = time.as_deref().unwrap_or(NIL);
    let deed = read.as_ref().map_or(NIL, |read| read.deed.as_str());
    let process = std::process::id();
    let line = Line::of_entry(entry);
    format!("<{PRIORITY}>1 {time} {host} quell {process} {deed} - {line}")
}

/// A message with its length before it.
fn counted(message: &str) -> String {
    format!("{} {message}", message.len())
}

/// RFC 5424 has six digits of a second at most.
fn microseconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, rest)) => {
            let digits: String = rest.chars().filter(char::is_ascii_digit).take(6).collect();
            format!("{seconds}.{digits}Z")
        }
        None => time.to_owned(),
    }
}

#[cfg(unix)]
fn host() -> String {
    let names = rustix::system::uname();
    let name: String = names
        .nodename()
        .to_string_lossy()
        .chars()
        .filter(char::is_ascii_graphic)
        .take(255)
        .collect();
    if name.is_empty() {
        NIL.to_owned()
    } else {
        name
    }
}

#[cfg(not(unix))]
fn host() -> String {
    NIL.to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;
    use crate::core::audit::{By, Deed, Entry, Link};

    fn entry() -> KeptEntry {
        let tenant = TenantId::fresh();
        let entry = Entry {
            sequence: 1,
            time: "2026-03-01T10:00:00.1234567Z".parse().unwrap(),
            tenant,
            by: &By::server("test"),
            deed: &Deed::BackupMade,
        }
        .spelled();
        KeptEntry {
            sequence: 1,
            hash: Link::start(tenant).hash,
            entry,
        }
    }

    fn expected(entry: &KeptEntry) -> String {
        let (host, process) = (host(), std::process::id());
        let line = Line::of_entry(entry);
        format!("<85>1 2026-03-01T10:00:00.123456Z {host} quell {process} BackupMade - {line}")
    }

    #[tokio::test]
    async fn message_has_the_form_of_rfc_5424_on_a_socket_of_this_host_and_by_udp() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let local = tokio::net::UnixDatagram::bind(&path).unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let entry = entry();
        let address = udp.local_addr().unwrap().to_string();
        for to in [SyslogAddress::Unix(path), SyslogAddress::Udp(address)] {
            let mut receiver = SyslogReceiver::new(to);
            let delivered = receiver.deliver(TenantId::fresh(), std::slice::from_ref(&entry));
            delivered.await.unwrap();
        }
        let mut buffer = vec![0; 4096];
        let length = local.recv(&mut buffer).await.unwrap();
        assert_eq!(
            std::str::from_utf8(&buffer[..length]).unwrap(),
            expected(&entry)
        );
        let length = udp.recv(&mut buffer).await.unwrap();
        assert_eq!(
            std::str::from_utf8(&buffer[..length]).unwrap(),
            expected(&entry)
        );
    }

    #[tokio::test]
    async fn messages_by_tcp_have_their_length_before_them() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = SyslogAddress::Tcp(listener.local_addr().unwrap().to_string());
        let entries = [entry(), entry()];
        let mut receiver = SyslogReceiver::new(to);
        receiver.deliver(TenantId::fresh(), &entries).await.unwrap();
        drop(receiver);
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let both: String = entries
            .iter()
            .map(|entry| format!("{} {}", expected(entry).len(), expected(entry)))
            .collect();
        assert_eq!(text, both);
    }

    #[tokio::test]
    async fn daemon_that_is_not_there_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let mut receiver = SyslogReceiver::new(SyslogAddress::Unix(dir.path().join("none")));
        let delivered = receiver.deliver(TenantId::fresh(), &[entry()]).await;
        assert!(matches!(delivered, Err(DeliveryError::Io(_))));
    }
}
