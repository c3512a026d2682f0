//! A transport around another one: here it tells what passes and how long it takes. One that records,
//! or goes through a company's gateway, is written in the same way.
//!
//! ```text
//! cargo run --example wrapped_transport    # with the environment that `quell lab` prints
//! ```

use std::error::Error;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use quell::transport::{HyperTransport, Transport, TransportError, TransportOptions};

mod connection;
use connection::{builder, show};

#[derive(Debug)]
struct Telling<T>(T);

#[async_trait]
impl<T: Transport> Transport for Telling<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        // Not the headers: they hold the token.
        let what = format!("{} {}", request.method(), request.uri().path());
        let begun = Instant::now();
        let result = self.0.send(request).await;
        let took = begun.elapsed();
        match &result {
            Ok(answer) => show(&format!("{what}: {} in {took:?}", answer.status())),
            Err(error) => show(&format!("{what}: {error} after {took:?}")),
        }
        result
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let carrier = HyperTransport::new(&TransportOptions::default())?;
    let client = builder()?.transport(Telling(carrier)).build()?;
    let machines = client.machines().top(5).list().await?;
    show(&format!("{} machines", machines.len()));
    Ok(())
}
