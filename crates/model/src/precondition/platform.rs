//! Operating systems, as a machine's `osPlatform` spells them.

use std::fmt;

/// An operating system. The service spells it in one word; every spelling seen is known here, and any
/// other text is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Platform {
    /// `Windows10`, and `Windows10WVD` of Azure Virtual Desktop.
    Windows10,
    /// `Windows11`.
    Windows11,
    /// `WindowsServer2012R2` and the others, older and newer.
    WindowsServer(ServerRelease),
    /// `Windows7`, `Windows8`, `Windows8.1` and older ones.
    OlderWindows,
    /// `macOS`.
    MacOs,
    /// `Linux`, or a distribution by its name.
    Linux,
    /// `Android`, `iOS`.
    Mobile,
    /// What this version does not know, as it came.
    Unknown(String),
}

/// A release of Windows Server, in the order of release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerRelease {
    year: u16,
    second: bool,
}

impl ServerRelease {
    /// Windows Server 2012 R2.
    pub const R2012_SECOND: Self = Self {
        year: 2012,
        second: true,
    };
    /// Windows Server 2019, the first that has the agent built in.
    pub const R2019: Self = Self {
        year: 2019,
        second: false,
    };

    fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.split_at_checked(4)?;
        let digits = year.bytes().all(|byte| byte.is_ascii_digit());
        let year = year.parse().ok().filter(|year| digits && *year >= 2003)?;
        match rest {
            "" => Some(Self {
                year,
                second: false,
            }),
            "r2" => Some(Self { year, second: true }),
            _ => None,
        }
    }
}

impl fmt::Display for ServerRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = if self.second { " R2" } else { "" };
        write!(f, "{}{second}", self.year)
    }
}

/// Names of distributions, as the service and os-release(5) write them, without blanks.
const DISTRIBUTIONS: [&str; 20] = [
    "almalinux",
    "alpinelinux",
    "amazonlinux",
    "archlinux",
    "azurelinux",
    "centos",
    "debian",
    "fedora",
    "linux",
    "mariner",
    "opensuse",
    "oraclelinux",
    "oraclelinuxserver",
    "redhatenterpriselinux",
    "rhel",
    "rockylinux",
    "sles",
    "suse",
    "suselinuxenterpriseserver",
    "ubuntu",
];

impl Platform {
    fn known(text: &str) -> Option<Self> {
        let word: String = text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Some(match word.as_str() {
            "windows10" | "windows10wvd" => Self::Windows10,
            "windows11" => Self::Windows11,
            "windowsxp" | "windowsvista" | "windows7" | "windows8" | "windows81" => {
                Self::OlderWindows
            }
            "macos" | "macosx" => Self::MacOs,
            "android" | "ios" | "ipados" => Self::Mobile,
            linux if DISTRIBUTIONS.contains(&linux) || linux.ends_with("gnulinux") => Self::Linux,
            other => {
                Self::WindowsServer(ServerRelease::read(other.strip_prefix("windowsserver")?)?)
            }
        })
    }
}

impl From<&str> for Platform {
    fn from(text: &str) -> Self {
        Self::known(text).unwrap_or_else(|| Self::Unknown(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn server(name: &str) -> ServerRelease {
        match Platform::from(name) {
            Platform::WindowsServer(release) => release,
            other => panic!("{name} is {other:?}"),
        }
    }

    #[test]
    fn spellings_of_the_wild_are_known() {
        for (spelling, platform) in [
            ("Windows10", Platform::Windows10),
            ("Windows10WVD", Platform::Windows10),
            ("Windows 10", Platform::Windows10),
            ("windows11", Platform::Windows11),
            ("Windows8.1", Platform::OlderWindows),
            ("WindowsXp", Platform::OlderWindows),
            ("macOS", Platform::MacOs),
            ("iOS", Platform::Mobile),
            ("Linux", Platform::Linux),
            ("Ubuntu", Platform::Linux),
            ("RedHatEnterpriseLinux", Platform::Linux),
            ("Debian GNU/Linux", Platform::Linux),
        ] {
            assert_eq!(Platform::from(spelling), platform, "{spelling}");
        }
    }

    #[test]
    fn servers_sort_by_release_and_the_second_comes_after_the_first() {
        let names = [
            "WindowsServer2008R2",
            "WindowsServer2012",
            "WindowsServer2012R2",
            "WindowsServer2016",
            "WindowsServer2019",
            "WindowsServer2022",
            "WindowsServer2025",
        ];
        assert!(
            names
                .map(server)
                .is_sorted_by(|earlier, later| earlier < later)
        );
        assert_eq!(server("WindowsServer2012R2"), ServerRelease::R2012_SECOND);
        assert_eq!(server("WindowsServer2012R2").to_string(), "2012 R2");
    }

    #[test]
    fn what_is_not_known_is_kept() {
        for text in [
            "Windows12",
            "WindowsServer",
            "WindowsServer20",
            "WindowsServer2022Core",
            "Solaris",
            "",
        ] {
            assert_eq!(Platform::from(text), Platform::Unknown(text.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = Platform::from(text.as_str());
        }
    }
}
