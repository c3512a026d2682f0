//! Files, by their hash.

use quell_model::{
    Alert, File, GetFile, GetFileStats, InOrgFileStats, ListFileAlerts, ListFileMachines,
    LookBackHours, Machine, Sha1,
};

use crate::argument::InvalidArgument;
use crate::call::Subject;
use crate::check::CheckRequest;
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

    /// Gets how often the tenant saw the file, in the last so many hours or as far back as the
    /// service looks by itself.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if it never saw the file.
    pub async fn stats(
        &self,
        look_back: impl Into<Option<LookBackHours>> + Send,
    ) -> Result<InOrgFileStats, Error> {
        let look_back = look_back.into();
        let mut stats = GetFileStats::new(argument::<_, GetFileStats>(&self.sha1)?);
        if let Some(hours) = look_back {
            stats = stats.look_back(hours);
        }
        self.client.perform(&stats).await
    }

    /// All alerts that the file is part of.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn alerts(&self) -> Result<Vec<Alert>, Error> {
        let sha1 = argument::<_, ListFileAlerts>(&self.sha1)?;
        Pages::new(self.client.clone(), &ListFileAlerts::new(sha1))?
            .all()
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

    /// Checks what would be refused if the file were to be stopped and quarantined on the machines
    /// that have it, or on [others](CheckRequest::on). Nothing but reads is sent.
    ///
    /// ```no_run
    /// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
    /// let check = client.file("87662bc3d60e4200ceaf7aae249d1c343f4b83c9").check().await?;
    /// for finding in check.refusals() {
    ///     println!("{finding} ({})", finding.source.url);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn check(&self) -> CheckRequest {
        CheckRequest::new(self.client.clone(), self.sha1.clone())
    }
}
