//! One kept connection of HTTP/1.1.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection to one server.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Connection {
    /// Connects; the connection is driven beside whoever uses it.
    pub async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server)
            .await
            .expect("the server listens");
        stream.set_nodelay(true).expect("it is TCP");
        let (sender, driver) = handshake(TokioIo::new(stream))
            .await
            .expect("the server speaks HTTP");
        tokio::spawn(driver);
        Self {
            sender,
            host: HeaderValue::from_str(&server.to_string()).expect("an address is a header"),
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn call(&mut self, mut request: Request<Bytes>) -> Response<Bytes> {
        request
            .headers_mut()
            .insert(header::HOST, self.host.clone());
        self.sender.ready().await.expect("the connection is kept");
        let response = self
            .sender
            .send_request(request.map(Full::new))
            .await
            .expect("the server answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the answer is whole");
        Response::from_parts(parts, body.to_bytes())
    }

    /// The same; anything but this status ends the benchmark.
    pub async fn expect(&mut self, status: StatusCode, request: Request<Bytes>) -> Bytes {
        let response = self.call(request).await;
        assert!(
            response.status() == status,
            "{}: {}",
            response.status(),
            String::from_utf8_lossy(response.body())
        );
        response.into_body()
    }
}
