//! Where a file must not lie that several processes lock.

use std::io;
use std::path::Path;

/// The name of the network file system that holds this path, if one does.
#[cfg(target_os = "linux")]
pub(super) fn of_network(path: &Path) -> io::Result<Option<&'static str>> {
    let found = rustix::fs::statfs(path)?.f_type;
    // The field's width differs between architectures, the magic numbers have 32 bits.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "only the low 32 bits mean something"
    )]
    Ok(network_name(found as u32))
}

/// Elsewhere it is not known.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_network(_: &Path) -> io::Result<Option<&'static str>> {
    Ok(None)
}

/// Numbers from Linux' `magic.h` and the file systems' own sources. What is behind FUSE cannot be
/// told, and its locks stay within one host unless it says otherwise: it counts as a network.
#[cfg(target_os = "linux")]
fn network_name(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517B | 0xFF53_4D42 | 0xFE53_4D42 => "SMB",
        0x0102_1997 => "9P",
        0x5346_414F | 0x6B41_4653 => "AFS",
        0x00C3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x0000_564C => "NCP",
        0x0BD0_0BD0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x0116_1970 => "GFS2",
        0x7461_636F => "OCFS2",
        0x6573_5546 => "FUSE",
        _ => return None,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn networks_are_told_from_disks() {
        for (magic, name) in [(0x6969, "NFS"), (0xFF53_4D42, "SMB"), (0x6573_5546, "FUSE")] {
            assert_eq!(network_name(magic), Some(name));
        }
        // ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS
        for magic in [
            0xEF53,
            0x5846_5342,
            0x9123_683E,
            0x0102_1994,
            0x794C_7630,
            0x2FC1_2FC1,
        ] {
            assert_eq!(network_name(magic), None);
        }
    }

    #[test]
    fn memory_of_this_host_is_no_network() {
        assert_eq!(of_network(Path::new("/proc")).unwrap(), None);
    }
}
