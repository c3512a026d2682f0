//! The password of a database, from where PostgreSQL's own programs have it.

use std::io;
use std::path::{Path, PathBuf};

use quell_terminal::Failure;
use secrecy::SecretString;
use url::Url;

use super::files;
use super::settings::Environment;

/// `PGPASSWORD`, or the first line that fits in the file that `PGPASSFILE` names or in `~/.pgpass`.
pub(crate) fn password(
    url: &Url,
    environment: Environment<'_>,
) -> Result<Option<SecretString>, Failure> {
    if let Some(password) = environment("PGPASSWORD") {
        return Ok(Some(password.into()));
    }
    let named = environment("PGPASSFILE").map(PathBuf::from);
    let home = || environment("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
    let Some(file) = named.or_else(home) else {
        return Ok(None);
    };
    let text = match read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let what = format!("the password file {} cannot be used", file.display());
            return Err(Failure::usage(what).because(&error));
        }
    };
    Ok(found(&text, url).map(SecretString::from))
}

/// A password file that others can read is not read: its owner must know.
fn read(file: &Path) -> io::Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        const OTHERS: u32 = 0o077;
        if std::fs::metadata(file)?.permissions().mode() & OTHERS != 0 {
            let why = "others may read it: chmod 600";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
    }
    files::read_text(file)
}

/// The password of the first line `host:port:database:user:password` that fits.
fn found(text: &str, url: &Url) -> Option<String> {
    let port = url.port().unwrap_or(5432).to_string();
    let database = url.path().trim_start_matches('/');
    let wanted = [url.host_str()?, &port, database, url.username()];
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|mut fields| {
        let password = (fields.len() == wanted.len() + 1).then(|| fields.pop())??;
        let mut pairs = fields.iter().zip(wanted);
        let fits = pairs.all(|(field, wanted)| field == "*" || field == wanted);
        fits.then_some(password)
    })
}

/// Parts between colons; a backslash takes a colon or a backslash as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' => fields.push(String::new()),
            '\\' => push(&mut fields, characters.next().unwrap_or('\\')),
            other => push(&mut fields, other),
        }
    }
    fields
}

fn push(fields: &mut [String], character: char) {
    if let Some(last) = fields.last_mut() {
        last.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("postgres://u@db.example/quell").unwrap()
    }

    #[test]
    fn first_line_that_fits_has_the_password() {
        let text = "# db.example:5432:quell:u:comment\n\
            other:*:*:*:wrong\ndb.example:5433:*:*:wrong\ndb.example:*:quell:u:a\\:b\\\\c\n*:*:*:*:later\n";
        assert_eq!(found(text, &url()).as_deref(), Some("a:b\\c"));
        assert_eq!(found("db.example:5432:quell:u", &url()), None);
        assert_eq!(found("*:*:*:*:any", &url()).as_deref(), Some("any"));
        assert_eq!(found("\\", &url()), None);
    }

    #[cfg(unix)]
    #[test]
    fn file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pgpass");
        std::fs::write(&file, "*:*:*:*:canary\n").unwrap();
        let lookup = |name: &str| (name == "PGPASSFILE").then(|| file.display().to_string());
        let mode = |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        mode(0o644);
        let told = password(&url(), &lookup).unwrap_err().render();
        assert!(
            told.contains("chmod 600") && !told.contains("canary"),
            "{told}"
        );
        mode(0o600);
        assert!(password(&url(), &lookup).unwrap().is_some());
    }

    #[test]
    fn without_a_file_there_is_no_password() {
        let lookup = |name: &str| (name == "PGPASSFILE").then(|| "/nonexistent/x".to_owned());
        assert!(password(&url(), &lookup).unwrap().is_none());
    }
}
