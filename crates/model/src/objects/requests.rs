//! What requests consist of.

/// Each request: its fields, their types and their names on the wire.
macro_rules! requests {
    ($with:ident) => {
        $with! {
            StopAndQuarantineFileRequest {
                comment: Comment = "Comment" needed,
                sha1: Sha1 = "Sha1" needed,
                external_id: Option<String> = "ExternalId",
                request_source: Option<RequestSource> = "RequestSource",
                title: Option<String> = "Title",
            }
            CancelMachineActionRequest {
                comment: Comment = "Comment" needed,
                external_id: Option<String> = "ExternalId",
                request_source: Option<RequestSource> = "RequestSource",
                title: Option<String> = "Title",
            }
            CommentRequest {
                comment: Comment = "Comment" needed,
            }
            IsolateRequest {
                comment: Comment = "Comment" needed,
                isolation_type: Option<IsolationType> = "IsolationType",
            }
            RunAntiVirusScanRequest {
                comment: Comment = "Comment" needed,
                scan_type: ScanType = "ScanType" needed,
            }
            SubmitIndicatorRequest {
                indicator_value: String = "indicatorValue" needed,
                indicator_type: IndicatorType = "indicatorType" needed,
                action: IndicatorAction = "action" needed,
                title: String = "title" needed,
                description: String = "description" needed,
                application: Option<String> = "application",
                expiration_time: Option<Timestamp> = "expirationTime",
                severity: Option<IndicatorSeverity> = "severity",
                recommended_actions: Option<String> = "recommendedActions",
                rbac_group_names: Vec<String> = "rbacGroupNames",
                educate_url: Option<String> = "educateUrl",
                generate_alert: Option<bool> = "generateAlert",
            }
        }
    };
}

pub(crate) use requests;

/// The same for operations behind the feature `high-risk`.
#[cfg(feature = "high-risk")]
macro_rules! risky_requests {
    ($with:ident) => {
        $with! {
            RunLiveResponseRequest {
                commands: Vec<Command> = "Commands" needed,
                comment: Comment = "Comment" needed,
            }
        }
    };
}

#[cfg(feature = "high-risk")]
pub(crate) use risky_requests;
