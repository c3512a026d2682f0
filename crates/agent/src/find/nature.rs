//! Whether a file is a program, a library or neither: what maps a program executes it, what maps a
//! library only uses it, and anything else is run by whoever reads it.

use std::os::fd::AsFd;

use rustix::io::pread;

/// What a file is to a process that has it mapped as code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Nature {
    /// What the kernel executes itself: whoever maps it as code executes it.
    Program,
    /// A shared library. Many processes may map it that have nothing to do with whoever brought it.
    Library,
    /// Whatever the kernel does not execute itself: a script, code for a virtual machine, data.
    /// Whoever runs it has read it, and need not show that.
    Interpreted,
}

const PT_DYNAMIC: u64 = 2;
const PT_INTERP: u64 = 3;
const DT_SONAME: u64 = 14;
const DT_FLAGS_1: u64 = 0x6fff_fffb;
const DF_1_PIE: u64 = 0x0800_0000;
const ET_EXEC: u64 = 2;
const ET_DYN: u64 = 3;
/// More than this a library has neither of segments nor of dynamic entries.
const MOST_ENTRIES: u64 = 512;

impl Nature {
    /// Looks into an open file. A library is an ELF file that can be loaded anywhere, is not marked
    /// as a position-independent executable, and names no interpreter or has a library's name.
    pub(crate) fn of(file: impl AsFd) -> Self {
        let file = Elf { file };
        if !file.is_executed_by_the_kernel() {
            return Self::Interpreted;
        }
        match is_library(&file) {
            Some(true) => Self::Library,
            Some(false) | None => Self::Program,
        }
    }
}

fn is_library(file: &Elf<impl AsFd>) -> Option<bool> {
    let layout = file.layout()?;
    if file.number(&layout, 16, 2)? != ET_DYN {
        return Some(false);
    }
    let mut has_interpreter = false;
    let mut dynamic = None;
    for segment in file.segments(&layout)? {
        match segment.kind {
            PT_INTERP => has_interpreter = true,
            PT_DYNAMIC => dynamic = Some(segment),
            _ => {}
        }
    }
    let (is_pie, has_name) = file.dynamic(&layout, &dynamic?);
    Some(!is_pie && (!has_interpreter || has_name))
}

/// An ELF file. Whoever wrote it may lie: every offset is only tried.
struct Elf<F> {
    file: F,
}

struct Layout {
    is_64: bool,
    is_little_endian: bool,
}

struct Segment {
    kind: u64,
    offset: u64,
    size: u64,
}

impl<F: AsFd> Elf<F> {
    /// A few bytes at the front of a script make no program of it: what the kernel wants to see
    /// besides holds bytes that no text has.
    fn is_executed_by_the_kernel(&self) -> bool {
        let kind = self.layout().and_then(|layout| self.number(&layout, 16, 2));
        matches!(kind, Some(ET_EXEC | ET_DYN))
    }

    fn layout(&self) -> Option<Layout> {
        let mut head = [0; 6];
        self.read(&mut head, 0)?;
        let [0x7f, b'E', b'L', b'F', class @ (1 | 2), data @ (1 | 2)] = head else {
            return None;
        };
        Some(Layout {
            is_64: class == 2,
            is_little_endian: data == 1,
        })
    }

    fn segments(&self, layout: &Layout) -> Option<Vec<Segment>> {
        let (table, size_at, count_at) = if layout.is_64 {
            (self.number(layout, 32, 8)?, 54, 56)
        } else {
            (self.number(layout, 28, 4)?, 42, 44)
        };
        let size = self.number(layout, size_at, 2)?;
        let count = self.number(layout, count_at, 2)?.min(MOST_ENTRIES);
        let segment = |index: u64| {
            let at = table.checked_add(index.checked_mul(size)?)?;
            let (offset_at, size_at, width) = if layout.is_64 { (8, 32, 8) } else { (4, 16, 4) };
            Some(Segment {
                kind: self.number(layout, at, 4)?,
                offset: self.number(layout, at.checked_add(offset_at)?, width)?,
                size: self.number(layout, at.checked_add(size_at)?, width)?,
            })
        };
        (0..count).map(segment).collect()
    }

    /// Whether the dynamic entries mark an executable, and whether they give a library's name.
    fn dynamic(&self, layout: &Layout, segment: &Segment) -> (bool, bool) {
        let width = if layout.is_64 { 8 } else { 4 };
        let count = (segment.size / (2 * width)).min(MOST_ENTRIES);
        let (mut is_pie, mut has_name) = (false, false);
        for index in 0..count {
            let at = segment.offset.saturating_add(index * 2 * width);
            let tag = self.number(layout, at, width);
            let value = self.number(layout, at.saturating_add(width), width);
            match (tag, value) {
                (Some(DT_FLAGS_1), Some(flags)) => is_pie |= flags & DF_1_PIE != 0,
                (Some(DT_SONAME), Some(_)) => has_name = true,
                (Some(0) | None, _) => break,
                _ => {}
            }
        }
        (is_pie, has_name)
    }

    fn number(&self, layout: &Layout, at: u64, width: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        let wanted = bytes.get_mut(..usize::try_from(width).ok()?)?;
        self.read(wanted, at)?;
        if !layout.is_little_endian {
            wanted.reverse();
        }
        Some(u64::from_le_bytes(bytes))
    }

    fn read(&self, bytes: &mut [u8], at: u64) -> Option<()> {
        let wanted = bytes.len();
        (pread(&self.file, bytes, at).ok()? == wanted).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;

    fn nature_of(bytes: &[u8]) -> Nature {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Nature::of(&file)
    }

    /// A 64-bit little-endian ELF file with an interpreter or without, and these dynamic entries.
    fn elf(kind: u16, has_interpreter: bool, entries: &[(u64, u64)]) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(64, 0);
        bytes[16..18].copy_from_slice(&kind.to_le_bytes());
        bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
        bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
        bytes[56..58].copy_from_slice(&2_u16.to_le_bytes());
        let first = if has_interpreter { PT_INTERP } else { 1 };
        let size = (entries.len() as u64 + 1) * 16;
        for (kind, offset, size) in [(first, 0, 0), (PT_DYNAMIC, 64 + 2 * 56, size)] {
            let mut segment = [0; 56];
            segment[..4].copy_from_slice(&u32::try_from(kind).unwrap().to_le_bytes());
            segment[8..16].copy_from_slice(&u64::to_le_bytes(offset));
            segment[32..40].copy_from_slice(&u64::to_le_bytes(size));
            bytes.extend(segment);
        }
        for (tag, value) in entries.iter().chain(&[(0, 0)]) {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn nature_is_told_by_what_the_file_says_of_itself() {
        let name = (DT_SONAME, 1);
        let pie = (DT_FLAGS_1, DF_1_PIE);
        for (bytes, expected) in [
            (elf(3, false, &[name]), Nature::Library),
            (elf(3, false, &[]), Nature::Library),
            (elf(3, true, &[name]), Nature::Library),
            (elf(3, true, &[]), Nature::Program),
            (elf(3, true, &[pie]), Nature::Program),
            (elf(3, false, &[name, pie]), Nature::Program),
            (elf(2, true, &[name]), Nature::Program),
            (b"#!/bin/sh\n".to_vec(), Nature::Interpreted),
            (
                b"\x7fELF; exec evil # as no program begins".to_vec(),
                Nature::Interpreted,
            ),
            (elf(1, false, &[name]), Nature::Interpreted),
            (Vec::new(), Nature::Interpreted),
        ] {
            assert_eq!(nature_of(&bytes), expected);
        }
    }

    #[test]
    fn nature_of_an_elf_file_that_lies_is_a_programs() {
        let whole = elf(3, false, &[(DT_SONAME, 1)]);
        for length in 0..64 + 56 {
            let expected = match length {
                0..18 => Nature::Interpreted,
                _ => Nature::Program,
            };
            assert_eq!(nature_of(&whole[..length]), expected, "{length}");
        }
        let mut far = whole.clone();
        far[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(nature_of(&far), Nature::Program);
    }

    #[test]
    fn nature_of_this_test_is_a_programs_and_its_libc_a_librarys() {
        assert_eq!(
            Nature::of(File::open("/proc/self/exe").unwrap()),
            Nature::Program
        );
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let libc = maps
            .lines()
            .filter_map(|line| line.split_ascii_whitespace().nth(5))
            .find(|path| path.contains("/libc.so"));
        if let Some(libc) = libc {
            assert_eq!(Nature::of(File::open(libc).unwrap()), Nature::Library);
        }
    }
}
