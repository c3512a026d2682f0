//! Files, by their hash.

use quell_model::{File, GetFile, ListFileMachines, Machine, Sha1};

use crate::argument::InvalidArgument;
use crate::call::Subject;
use crate::client::{Client, argument};
use crate::error::Error;
use crate::pages::Pages;

/// One file; made by [`Client::file`]. Nothing is sent until a method is awaited.
#[derive(Clone, Debug)]
pub struct FileHandle {
    client: Client,
    sha1: Result<Sha1, InvalidArgument>,
}

impl FileHandle {
    pub(crate) fn new(client: Client, sha1: Result<Sha1, InvalidArgument>) -> Self {
        Self { client, sha1 }
    }

    /// Gets what the service knows of the file.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if it never saw the file.
    pub async fn get(&self) -> Result<File, Error> {
        let sha1 = argument::<_, GetFile>(&self.sha1)?;
        self.client
            .send_about(&GetFile::new(sha1), Subject::default())
            .await
    }

    /// All machines on which the file was seen; none if the service never saw it.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn machines(&self) -> Result<Vec<Machine>, Error> {
        self.machine_pages()?.all().await
    }

    /// The machines on which the file was seen, page by page.
    ///
    /// # Errors
    ///
    /// If the hash is none.
    pub fn machine_pages(&self) -> Result<Pages<ListFileMachines>, Error> {
        let sha1 = argument::<_, ListFileMachines>(&self.sha1)?;
        Pages::new(self.client.clone(), &ListFileMachines::new(sha1))
    }
}
