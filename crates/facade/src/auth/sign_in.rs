use std::sync::Arc;

use crate::error::Error;
use crate::life::no_token;
use crate::{Client, TokenClaims};

impl Client {
    /// Gets a token now, so that a wrong secret, or a person who must sign in, shows before
    /// the first call; and tells what it says of itself, if it can be read.
    ///
    /// It waits as long as it takes: no deadline holds for it. A token that is already in
    /// hand is enough.
    ///
    /// ```no_run
    /// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
    /// if let Some(claims) = client.sign_in().await? {
    ///     println!("signed in to {:?} with {:?}", claims.tenant(), claims.permissions());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of kind [`Authentication`](crate::ErrorKind::Authentication) if none could be got,
    /// [`Unavailable`](crate::ErrorKind::Unavailable) if that may pass. Nothing is repeated.
    pub async fn sign_in(&self) -> Result<Option<TokenClaims>, Error> {
        let held = self.tokens().get().await;
        let held = held.map_err(|error| no_token(Arc::clone(&error)))?;
        Ok(held.claims().cloned())
    }
}
