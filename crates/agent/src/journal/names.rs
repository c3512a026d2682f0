//! The files that an action takes, and each of their names.

use quell_model::{ActionId, Timestamp};
use quell_protocol::Order;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{Journal, JournalError};
use crate::engine::Attributes;
use crate::find::FileId;
use crate::plan::obstacle::Obstacle;

/// A file that is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetRow {
    /// The vault item that it will be.
    pub(crate) item: Uuid,
    pub(crate) id: FileId,
    /// Whether `id` was read in this boot; device numbers may be others in the next one.
    pub(crate) of_this_boot: bool,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    /// As they were before the file was touched.
    pub(crate) attributes: Attributes,
    pub(crate) captured_at: Timestamp,
    pub(crate) sealed: bool,
    /// Whether the kernel does not execute it itself, so that whoever runs it has read it.
    pub(crate) is_interpreted: bool,
}

/// A name of a file that is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameRow {
    pub(crate) path: Vec<u8>,
    /// The file had lost this name before; what is in the capture directory is a copy.
    pub(crate) was_deleted: bool,
    /// The capture directory's path, and the name there.
    pub(crate) capture_dir: Vec<u8>,
    pub(crate) capture_name: String,
    pub(crate) place: Place,
    pub(crate) obstacle: Option<Obstacle>,
    pub(crate) detail: Option<String>,
    /// Links that were not found.
    pub(crate) residual: u64,
}

/// Where a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// About to be moved, or just moved.
    Intended,
    /// In the capture directory.
    Captured,
    /// Gone from everywhere but the vault.
    Released,
    /// Still at its path.
    Left,
}

impl Place {
    const ALL: [Self; 4] = [Self::Intended, Self::Captured, Self::Released, Self::Left];

    fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Captured => "captured",
            Self::Released => "released",
            Self::Left => "left",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == name)
    }
}

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settlement {
    pub(crate) item: Uuid,
    pub(crate) path: Vec<u8>,
    pub(crate) place: Place,
    pub(crate) obstacle: Option<Obstacle>,
    pub(crate) detail: Option<String>,
    pub(crate) residual: u64,
}

impl Journal {
    /// Notes files and names, all or none. To be called before they are moved.
    pub(crate) fn intend(
        &self,
        action: &ActionId,
        files: &[(TargetRow, Vec<NameRow>)],
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for (target, names) in files {
            insert_target(&transaction, action, &self.boot_id, target)?;
            for name in names {
                retract(&transaction, action, &name.path)?;
                insert_name(&transaction, target.item, name)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Notes what became of names, all or none.
    pub(crate) fn settle(&self, settlements: &[Settlement]) -> Result<(), JournalError> {
        if settlements.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for settlement in settlements {
            transaction.execute(
                "UPDATE name SET place = ?3, obstacle = ?4, detail = ?5, residual = ?6
                 WHERE item_id = ?1 AND path = ?2",
                params![
                    settlement.item.to_string(),
                    settlement.path,
                    settlement.place.as_str(),
                    settlement.obstacle.map(Obstacle::as_str),
                    settlement.detail,
                    settlement.residual.cast_signed(),
                ],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Notes that the vault keeps an item.
    pub(crate) fn set_sealed(&self, item: Uuid) -> Result<(), JournalError> {
        self.connection().execute(
            "UPDATE target SET sealed = 1 WHERE item_id = ?1",
            [item.to_string()],
        )?;
        Ok(())
    }

    /// Forgets a name that was never moved.
    pub(crate) fn forget_name(&self, item: Uuid, path: &[u8]) -> Result<(), JournalError> {
        self.connection().execute(
            "DELETE FROM name WHERE item_id = ?1 AND path = ?2",
            params![item.to_string(), path],
        )?;
        Ok(())
    }

    /// Forgets what was left at its path for a reason that may have passed: the search that
    /// follows will tell.
    pub(crate) fn retract_passing(&self, action: &ActionId) -> Result<(), JournalError> {
        let connection = self.connection();
        for obstacle in Obstacle::ALL.into_iter().filter(|one| one.may_pass()) {
            connection.execute(
                "DELETE FROM name WHERE place = 'left' AND obstacle = ?2
                 AND item_id IN (SELECT item_id FROM target WHERE action_id = ?1)",
                params![action.as_str(), obstacle.as_str()],
            )?;
        }
        Ok(())
    }

    /// Every directory that still holds something.
    pub(crate) fn capture_dirs(&self) -> Result<Vec<Vec<u8>>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT DISTINCT capture_dir FROM name WHERE place IN ('intended', 'captured')",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files of an action with their names.
    pub(crate) fn targets(
        &self,
        action: &ActionId,
    ) -> Result<Vec<(TargetRow, Vec<NameRow>)>, JournalError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare("SELECT * FROM target WHERE action_id = ?1 ORDER BY rowid")?;
        let mut rows = statement.query([action.as_str()])?;
        let mut targets = Vec::new();
        while let Some(row) = rows.next()? {
            let target = read_target(row, &self.boot_id)?;
            let names = names_of(&connection, target.item)?;
            targets.push((target, names));
        }
        Ok(targets)
    }

    /// The actions that have ended and yet have something in a capture directory.
    pub(crate) fn holding(&self) -> Result<Vec<Order>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT DISTINCT action.taken_up FROM action
             JOIN target USING (action_id) JOIN name USING (item_id)
             WHERE action.phase IS NOT NULL AND name.place IN ('intended', 'captured')",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|json| serde_json::from_str(&json?).map_err(JournalError::row))
            .collect()
    }
}

/// What was left at a path in an earlier round is told anew by this one.
fn retract(connection: &Connection, action: &ActionId, path: &[u8]) -> Result<(), JournalError> {
    connection.execute(
        "DELETE FROM name WHERE path = ?2 AND place = 'left'
         AND item_id IN (SELECT item_id FROM target WHERE action_id = ?1)",
        params![action.as_str(), path],
    )?;
    Ok(())
}

fn insert_target(
    connection: &Connection,
    action: &ActionId,
    boot_id: &str,
    target: &TargetRow,
) -> Result<(), JournalError> {
    connection.execute(
        "INSERT OR REPLACE INTO target VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            target.item.to_string(),
            action.as_str(),
            boot_id,
            target.id.dev.cast_signed(),
            target.id.ino.cast_signed(),
            target.size.cast_signed(),
            target.sha256.as_slice(),
            serde_json::to_string(&target.attributes).map_err(JournalError::row)?,
            target.captured_at.unix_ticks(),
            target.sealed,
            target.is_interpreted,
        ],
    )?;
    Ok(())
}

fn insert_name(connection: &Connection, item: Uuid, name: &NameRow) -> Result<(), JournalError> {
    connection.execute(
        "INSERT OR REPLACE INTO name VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            item.to_string(),
            name.path,
            name.was_deleted,
            name.capture_dir,
            name.capture_name,
            name.place.as_str(),
            name.obstacle.map(Obstacle::as_str),
            name.detail,
            name.residual.cast_signed(),
        ],
    )?;
    Ok(())
}

fn names_of(connection: &Connection, item: Uuid) -> Result<Vec<NameRow>, JournalError> {
    let mut statement =
        connection.prepare("SELECT * FROM name WHERE item_id = ?1 ORDER BY path")?;
    let mut rows = statement.query([item.to_string()])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        names.push(read_name(row)?);
    }
    Ok(names)
}

fn read_target(row: &Row<'_>, boot_id: &str) -> Result<TargetRow, JournalError> {
    let item: String = row.get("item_id")?;
    let sha256: Vec<u8> = row.get("sha256")?;
    let attributes: String = row.get("attributes")?;
    Ok(TargetRow {
        item: item.parse().map_err(JournalError::row)?,
        id: FileId {
            dev: row.get::<_, i64>("dev")?.cast_unsigned(),
            ino: row.get::<_, i64>("ino")?.cast_unsigned(),
        },
        of_this_boot: row.get::<_, String>("boot_id")? == boot_id,
        size: row.get::<_, i64>("size")?.cast_unsigned(),
        sha256: sha256.try_into().map_err(|_| JournalError::row("sha256"))?,
        attributes: serde_json::from_str(&attributes).map_err(JournalError::row)?,
        captured_at: Timestamp::from_unix_ticks(row.get("captured_at")?),
        sealed: row.get("sealed")?,
        is_interpreted: row.get("interpreted")?,
    })
}

fn read_name(row: &Row<'_>) -> Result<NameRow, JournalError> {
    let place: String = row.get("place")?;
    let obstacle: Option<String> = row.get("obstacle")?;
    Ok(NameRow {
        path: row.get("path")?,
        was_deleted: row.get("was_deleted")?,
        capture_dir: row.get("capture_dir")?,
        capture_name: row.get("capture_name")?,
        place: Place::from_name(&place).ok_or_else(|| JournalError::row("place"))?,
        obstacle: obstacle.as_deref().and_then(Obstacle::from_name),
        detail: row.get("detail")?,
        residual: row.get::<_, i64>("residual")?.cast_unsigned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> TargetRow {
        TargetRow {
            item: Uuid::new_v4(),
            id: FileId {
                dev: u64::MAX,
                ino: 2,
            },
            of_this_boot: true,
            size: 3,
            sha256: [7; 32],
            attributes: Attributes {
                mode: 0o4755,
                modified_ns: -1,
                xattrs: vec![(b"user.\xff".to_vec(), vec![0, 255])],
                flags: 0x10,
                created_ns: Some(-1),
                changed_ns: Some(i64::MAX),
                links: Some(3),
                file_system: Some(u64::MAX),
                ..Attributes::default()
            },
            captured_at: Timestamp::from_unix_seconds(5),
            sealed: false,
            is_interpreted: true,
        }
    }

    fn name(path: &[u8], place: Place) -> NameRow {
        NameRow {
            path: path.to_vec(),
            was_deleted: false,
            capture_dir: b"/c\xfe".to_vec(),
            capture_name: "0".to_owned(),
            place,
            obstacle: None,
            detail: None,
            residual: 0,
        }
    }

    fn journal() -> (tempfile::TempDir, Journal, ActionId) {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        (dir, journal, ActionId::new("a").unwrap())
    }

    #[test]
    fn target_and_names_survive_exactly() {
        let (_dir, journal, action) = journal();
        let rows = vec![(
            target(),
            vec![name(b"/1\xff", Place::Intended), name(b"/2", Place::Left)],
        )];
        journal.intend(&action, &rows).unwrap();
        assert_eq!(journal.targets(&action).unwrap(), rows);
    }

    #[test]
    fn name_left_behind_is_told_anew_by_a_later_round() {
        let (_dir, journal, action) = journal();
        let first = (target(), vec![name(b"/1", Place::Left)]);
        let second = (target(), vec![name(b"/1", Place::Captured)]);
        journal.intend(&action, &[first]).unwrap();
        journal
            .intend(&action, std::slice::from_ref(&second))
            .unwrap();
        let names: Vec<_> = journal
            .targets(&action)
            .unwrap()
            .into_iter()
            .flat_map(|(_, names)| names)
            .collect();
        assert_eq!(names, second.1);
    }

    #[test]
    fn settlement_reaches_its_name_only() {
        let (_dir, journal, action) = journal();
        let target = target();
        let names = vec![name(b"/1", Place::Intended), name(b"/2", Place::Intended)];
        journal.intend(&action, &[(target.clone(), names)]).unwrap();
        let settlement = Settlement {
            item: target.item,
            path: b"/2".to_vec(),
            place: Place::Left,
            obstacle: Some(Obstacle::ReadOnly),
            detail: Some("why".to_owned()),
            residual: 4,
        };
        journal.settle(&[settlement]).unwrap();
        journal.set_sealed(target.item).unwrap();
        let (target, names) = journal.targets(&action).unwrap().remove(0);
        assert!(target.sealed);
        assert_eq!(names[0].place, Place::Intended);
        assert_eq!(names[1].place, Place::Left);
        assert_eq!(names[1].obstacle, Some(Obstacle::ReadOnly));
        assert_eq!(names[1].residual, 4);
    }
}
