//! The wire contract alone, for those who have a client already: a request is a value, and so is its
//! answer. Nothing here needs a network, and nothing but `quell-model` is used.
//!
//! ```text
//! cargo run --example model_only
//! ```

use std::error::Error;

use quell_model::{Comment, MachineId, Operation, ResponseError, Sha1, StopAndQuarantineFile};

mod connection;
use connection::show;

fn main() -> Result<(), Box<dyn Error>> {
    let machine = MachineId::new("1e5bc9d7e413ddd7902c2932e418702b84d0cc07")?;
    let sha1: Sha1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse()?;
    let operation = StopAndQuarantineFile::new(machine, sha1, Comment::new("alert 7")?);

    let request = operation.encode();
    show(&format!("{} {}", request.method.as_str(), request.path));
    show(&String::from_utf8_lossy(
        request.body.as_deref().unwrap_or_default(),
    ));
    show(&format!(
        "an application needs {:?}",
        StopAndQuarantineFile::INFO.application
    ));

    let taken = br#"{"id":"5382f7ea-7557-4ab7-9782-d50480024a4e","type":"StopAndQuarantineFile",
        "status":"Pending","aPropertyOfTomorrow":true}"#;
    let action = StopAndQuarantineFile::decode(201, taken)?;
    show(&format!("action {} is {}", action.id, action.status));

    let refused = br#"{"error":{"code":"ActiveRequestAlreadyExists","message":"Action is already in progress"}}"#;
    if let Err(ResponseError::Refused(fault)) = StopAndQuarantineFile::decode(400, refused) {
        show(&format!("{fault}; ask again: {:?}", fault.retry()));
    }
    Ok(())
}
