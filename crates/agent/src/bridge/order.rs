//! Orders between the halves. Each variant has a number that is never given to another.

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::{Conflict, Hints, Order, Verb, WirePath};

use super::reader::{Malformed, Reader};
use super::writer::Writer;

const STOP_AND_QUARANTINE_FILE: u8 = 1;
const RESTORE_FILE: u8 = 2;
const CANCEL_ACTION: u8 = 3;

/// Writes an order; `false`, and nothing written, for a verb that has no number yet.
pub(super) fn write(writer: &mut Writer, order: &Order) -> bool {
    let number = match &order.verb {
        Verb::StopAndQuarantineFile { .. } => STOP_AND_QUARANTINE_FILE,
        Verb::RestoreFile { .. } => RESTORE_FILE,
        Verb::CancelAction => CANCEL_ACTION,
        _ => return false,
    };
    writer.byte(number);
    writer.u64(order.sequence);
    writer.text(order.machine_id.as_str());
    writer.text(order.action_id.as_str());
    writer.i64(order.expires_at.unix_ticks());
    match &order.verb {
        Verb::StopAndQuarantineFile {
            sha1,
            comment,
            requestor,
            force,
            hints,
            dry_run,
            stop_mappers,
        } => {
            writer.exactly(sha1.as_bytes());
            writer.text(comment);
            writer.maybe(requestor.as_deref(), Writer::text);
            writer.flag(*force);
            writer.maybe(hints.file_size, Writer::u64);
            writer.count(hints.paths.len());
            for path in &hints.paths {
                writer.bytes(&path.to_bytes());
            }
            writer.flag(*dry_run);
            writer.flag(*stop_mappers);
        }
        Verb::RestoreFile {
            sha1,
            taken_by,
            conflict,
            comment,
            requestor,
        } => {
            writer.exactly(sha1.as_bytes());
            writer.maybe(taken_by.as_ref().map(ActionId::as_str), Writer::text);
            writer.flag(*conflict == Conflict::Rename);
            writer.text(comment);
            writer.maybe(requestor.as_deref(), Writer::text);
        }
        _ => {}
    }
    true
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Order, Malformed> {
    let number = reader.byte()?;
    Ok(Order {
        sequence: reader.u64()?,
        machine_id: machine_id(reader)?,
        action_id: action_id(reader)?,
        expires_at: timestamp(reader)?,
        verb: verb(number, reader)?,
    })
}

fn verb(number: u8, reader: &mut Reader<'_>) -> Result<Verb, Malformed> {
    Ok(match number {
        STOP_AND_QUARANTINE_FILE => Verb::StopAndQuarantineFile {
            sha1: sha1(reader)?,
            comment: owned(reader)?,
            requestor: reader.maybe(owned)?,
            force: reader.flag()?,
            hints: hints(reader)?,
            dry_run: reader.flag()?,
            stop_mappers: reader.flag()?,
        },
        RESTORE_FILE => Verb::RestoreFile {
            sha1: sha1(reader)?,
            taken_by: reader.maybe(action_id)?,
            conflict: match reader.flag()? {
                true => Conflict::Rename,
                false => Conflict::Fail,
            },
            comment: owned(reader)?,
            requestor: reader.maybe(owned)?,
        },
        CANCEL_ACTION => Verb::CancelAction,
        _ => return Err(Malformed::Unknown("verb")),
    })
}

/// The network half may be anybody's by now: what it says of paths is checked here, too.
fn hints(reader: &mut Reader<'_>) -> Result<Hints, Malformed> {
    let hints = Hints {
        file_size: reader.maybe(Reader::u64)?,
        paths: reader.list(|reader| Ok(WirePath::from_bytes(reader.bytes()?)))?,
    };
    hints.check().map_err(|_| Malformed::Invalid("hints"))?;
    Ok(hints)
}

pub(super) fn machine_id(reader: &mut Reader<'_>) -> Result<MachineId, Malformed> {
    MachineId::new(reader.text()?).map_err(|_| Malformed::Invalid("machine id"))
}

pub(super) fn timestamp(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    let ticks = reader.i64()?;
    let moment = Timestamp::from_unix_ticks(ticks);
    // One that no timestamp can hold became the last that it can.
    match moment.unix_ticks() == ticks {
        true => Ok(moment),
        false => Err(Malformed::Invalid("time")),
    }
}

pub(super) fn owned(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    reader.text().map(str::to_owned)
}

fn action_id(reader: &mut Reader<'_>) -> Result<ActionId, Malformed> {
    ActionId::new(reader.text()?).map_err(|_| Malformed::Invalid("action id"))
}

fn sha1(reader: &mut Reader<'_>) -> Result<Sha1, Malformed> {
    Ok(Sha1::from_bytes(reader.array()?))
}
