//! Which operating systems the action exists for.

use quell_model::precondition::{Platform, ServerRelease, WindowsVersion};

/// Why a machine of this system cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The action does not exist for the system.
    Platform,
    /// It exists for later versions of the system.
    Version {
        /// The first version that it exists for.
        first: WindowsVersion,
    },
}

/// Why a machine that says this of itself cannot be asked for *Stop and quarantine file*; `None` when
/// it can. The service's own rule for Windows, macOS and phones; Linux is what quell's agents run on,
/// and what is not known may be a distribution of it.
#[must_use]
pub fn unfit(os_platform: &str, version: Option<&str>) -> Option<Unfit> {
    match Platform::from(os_platform) {
        Platform::Windows10 => too_old(version),
        Platform::WindowsServer(release) if release < ServerRelease::R2012_SECOND => {
            Some(Unfit::Platform)
        }
        Platform::OlderWindows | Platform::MacOs | Platform::Mobile => Some(Unfit::Platform),
        _ => None,
    }
}

/// Windows 10 had no such action before 1703. A version that is not known is let through: the machine
/// itself knows best.
fn too_old(version: Option<&str>) -> Option<Unfit> {
    let version: WindowsVersion = version?.parse().ok()?;
    let first = WindowsVersion::V1703;
    (version < first).then_some(Unfit::Version { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_of_the_page_and_linux_can_be_asked() {
        for (platform, version) in [
            ("Windows10", Some("1703")),
            ("Windows10", Some("22H2")),
            ("Windows10", None),
            ("Windows11", Some("23H2")),
            ("WindowsServer2012R2", None),
            ("WindowsServer2022", None),
            ("Debian GNU/Linux", Some("12")),
            ("Ubuntu", Some("24.04")),
            ("A system of tomorrow", None),
        ] {
            assert_eq!(unfit(platform, version), None, "{platform}");
        }
    }

    #[test]
    fn systems_without_the_action_cannot() {
        for platform in ["macOS", "iOS", "Android", "Windows8.1", "WindowsServer2012"] {
            assert_eq!(
                unfit(platform, Some("1")),
                Some(Unfit::Platform),
                "{platform}"
            );
        }
        let first = WindowsVersion::V1703;
        let refused = unfit("Windows10", Some("1607"));
        assert_eq!(refused, Some(Unfit::Version { first }));
    }
}
