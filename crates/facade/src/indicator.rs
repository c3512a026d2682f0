//! Indicators: what the tenant wants noticed or blocked wherever it turns up.

use quell_model::{
    DeleteIndicator, Indicator, IndicatorId, SubmitIndicator, SubmitIndicatorRequest,
};

use crate::argument::InvalidArgument;
use crate::client::{Client, argument};
use crate::error::Error;

impl Client {
    /// Adds an indicator, or changes the one of the same value and type.
    ///
    /// # Errors
    ///
    /// [`Error`]; if its [`outcome`](Error::outcome) is unknown, [`indicators`](Self::indicators)
    /// tell.
    pub async fn submit_indicator(
        &self,
        indicator: SubmitIndicatorRequest,
    ) -> Result<Indicator, Error> {
        self.perform(&SubmitIndicator::new(indicator)).await
    }
}

/// One indicator; made by [`Client::indicator`]. Nothing is sent until a method is awaited.
#[derive(Clone, Debug)]
pub struct IndicatorHandle {
    client: Client,
    id: Result<IndicatorId, InvalidArgument>,
}

impl IndicatorHandle {
    pub(crate) fn new(client: Client, id: Result<IndicatorId, InvalidArgument>) -> Self {
        Self { client, id }
    }

    /// Deletes the indicator.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if the service does not know it.
    pub async fn delete(&self) -> Result<(), Error> {
        let id = argument::<_, DeleteIndicator>(&self.id)?;
        self.client.perform(&DeleteIndicator::new(id)).await
    }
}
