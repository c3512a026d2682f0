//! Where a symbolic link says that it leads.

use std::ffi::CStr;

use rustix::fs::readlinkat;

use super::directory::{Directory, join};

/// The absolute path that the link `name` in `directory` names, dots resolved by the letter: links
/// on the way are not followed. Nothing when it is no link any more.
pub(crate) fn target_of(directory: &Directory, name: &CStr) -> Option<Vec<u8>> {
    let target = readlinkat(directory, name, Vec::new()).ok()?;
    Some(resolved(&directory.path(), target.as_bytes()))
}

fn resolved(directory: &[u8], target: &[u8]) -> Vec<u8> {
    let whole = if target.starts_with(b"/") {
        target.to_vec()
    } else {
        join(directory, target)
    };
    let mut steps: Vec<&[u8]> = Vec::new();
    for step in whole.split(|byte| *byte == b'/') {
        match step {
            b"" | b"." => {}
            b".." => {
                steps.pop();
            }
            name => steps.push(name),
        }
    }
    let mut path = Vec::with_capacity(whole.len());
    for step in steps {
        path.push(b'/');
        path.extend_from_slice(step);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_is_resolved_by_the_letter() {
        for (target, expected) in [
            (&b"x"[..], &b"/a/b/x"[..]),
            (b"./../x", b"/a/x"),
            (b"../../../x", b"/x"),
            (b"/c//./d/", b"/c/d"),
            (b"/..", b""),
        ] {
            assert_eq!(resolved(b"/a/b", target), expected);
        }
    }
}
