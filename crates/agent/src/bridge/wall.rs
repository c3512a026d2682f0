//! What the network half is shut in by.

use serde::{Deserialize, Serialize};

use super::order::owned;
use super::reader::{Malformed, Reader};
use super::writer::Writer;

/// One of the walls around the network half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wall {
    /// It runs as a user who owns nothing.
    User,
    /// It has no capabilities and can get none.
    Capabilities,
    /// No program that it starts could get privileges, and nobody else may look into its memory.
    Privileges,
    /// It may not use much of anything.
    Limits,
    /// It reaches only the files that name resolution reads, and only the server's port.
    Landlock,
    /// It has only the system calls that it needs.
    SystemCalls,
}

impl Wall {
    /// All of them, from the first that is put up to the last.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::Capabilities,
        Self::Privileges,
        Self::Limits,
        Self::Landlock,
        Self::SystemCalls,
    ];

    /// One or two words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Capabilities => "capabilities",
            Self::Privileges => "privileges",
            Self::Limits => "limits",
            Self::Landlock => "landlock",
            Self::SystemCalls => "system calls",
        }
    }
}

/// Whether a wall stands, and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WallState {
    /// Which.
    pub wall: Wall,
    /// Whether it stands as it should.
    pub stands: bool,
    /// How, or why not, in words.
    pub detail: String,
}

pub(super) fn write(writer: &mut Writer, state: &WallState) {
    let number = Wall::ALL.iter().position(|wall| *wall == state.wall);
    writer.byte(number.and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX));
    writer.flag(state.stands);
    writer.text(&state.detail);
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<WallState, Malformed> {
    let wall = Wall::ALL.get(usize::from(reader.byte()?)).copied();
    Ok(WallState {
        wall: wall.ok_or(Malformed::Unknown("wall"))?,
        stands: reader.flag()?,
        detail: owned(reader)?,
    })
}
