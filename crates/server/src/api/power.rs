//! What a person's roles permit, beside the scopes of the token.

use super::{Api, ApiError, Call};
use crate::core::{GroupId, RolePermission};

const ACTING: RolePermission = RolePermission::ActiveRemediationActions;

impl Api {
    /// Refuses whoever may not order anything from the machines of this group. That he sees the
    /// machine was found: of one that he does not see he is told that there is none.
    pub(super) fn expect_power(&self, call: &Call<'_>, group: GroupId) -> Result<(), ApiError> {
        match call.caller.powers.may_act_on(group) {
            true => Ok(()),
            false => Err(self.without_power(call, "the device group of this machine")),
        }
    }

    /// Refuses whoever may not do what concerns every machine of the tenant.
    pub(super) fn expect_power_on_all(&self, call: &Call<'_>) -> Result<(), ApiError> {
        match call.caller.powers.may_act_on_all() {
            true => Ok(()),
            false => Err(self.without_power(call, "all machines")),
        }
    }

    fn without_power(&self, call: &Call<'_>, on: &str) -> ApiError {
        self.count_denied(&call.caller, call.operation.name, call.parts);
        ApiError::no_power(ACTING, on)
    }
}
