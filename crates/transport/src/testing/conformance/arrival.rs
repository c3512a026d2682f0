//! One request, as it came over the wire.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// More than any case sends; a runaway client must not fill the memory.
const MAX_LENGTH: usize = 4 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// The number of the connection it came on, from 1.
    pub(super) connection: usize,
    pub(super) method: String,
    pub(super) target: String,
    /// Names in lower case, in the order of arrival.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Arrival {
    /// Reads the next complete request; `None` if the connection ends before it.
    /// `pending` keeps what was read beyond it.
    pub(super) async fn read(
        stream: &mut (impl AsyncRead + Unpin),
        pending: &mut Vec<u8>,
        connection: usize,
    ) -> io::Result<Option<Self>> {
        loop {
            if let Some((arrival, length)) = Self::parse(pending, connection) {
                pending.drain(..length);
                return Ok(Some(arrival));
            }
            if pending.len() > MAX_LENGTH || stream.read_buf(pending).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The request at the start of the bytes and its length, if it is there completely.
    fn parse(bytes: &[u8], connection: usize) -> Option<(Self, usize)> {
        let head_length = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(bytes.get(..head_length)?);
        let mut lines = head.lines();
        let mut request_line = lines.next()?.split(' ');
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let arrival = Self {
            connection,
            method: request_line.next()?.to_owned(),
            target: request_line.next()?.to_owned(),
            headers,
            body: Vec::new(),
        };
        let body_length = arrival
            .header("content-length")
            .map_or(Some(0), |text| text.parse().ok())?;
        let length = head_length.checked_add(body_length)?;
        let body = bytes.get(head_length..length)?.to_vec();
        Some((Self { body, ..arrival }, length))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn accepts_gzip(&self) -> bool {
        self.header_values("accept-encoding")
            .any(|value| value.contains("gzip"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_are_taken_one_by_one_and_a_torn_one_is_none() {
        let mut stream: &[u8] =
            b"POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhiGET / HTTP/1.1\r\n\r\nGET /torn";
        let mut pending = Vec::new();
        let first = Arrival::read(&mut stream, &mut pending, 7)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (first.method.as_str(), first.target.as_str()),
            ("POST", "/a?b")
        );
        assert_eq!(
            (first.header("host"), first.body.as_slice()),
            (Some("h"), b"hi".as_slice())
        );
        let second = Arrival::read(&mut stream, &mut pending, 7)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((second.method.as_str(), second.body.len()), ("GET", 0));
        assert_eq!(
            Arrival::read(&mut stream, &mut pending, 7).await.unwrap(),
            None
        );
    }
}
