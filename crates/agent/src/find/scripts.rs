//! The scripts that interpreters run.
//!
//! To the kernel a script is nobody's executable: its interpreter is. A shell keeps the script open
//! while it runs, which is as good as a link to it; other interpreters have read and closed it, and
//! only their command line tells. That is believed just as far as it leads to the very file.

use std::fs;
use std::os::fd::OwnedFd;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::{Errno, pread};

use super::identity::FileId;
use super::look::Look;
use super::resolve::resolve;
use super::served;
use crate::sys::file;

/// How many words of a command line are looked at.
const MOST_WORDS: usize = 64;
/// Below this descriptor is what a script itself opens; a shell moves its own above.
const FIRST_OWN_DESCRIPTOR: u32 = 10;
/// The kernel reads so much of a script's first line.
const FIRST_LINE: usize = 256;

/// A script that a process was seen to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) file: FileId,
    pub(super) seen: Seen,
}

/// Where the process's connection with its script was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The shell holds it open.
    Descriptor(u32),
    /// It is this word of the command line.
    Word(usize),
}

/// The scripts that a process runs whose executable is at `link`. Nothing for what is no
/// interpreter, or has ended; and nothing for what is one only because the script's first line says
/// so, unless `by_first_line`.
pub(super) fn of(pid: u32, link: &[u8], by_first_line: bool) -> Vec<Script> {
    let kind = Kind::named(link);
    if kind.is_none() && !by_first_line {
        return Vec::new();
    }
    let words = words(pid);
    let mut scripts = Vec::new();
    if kind == Some(Kind::Shell) && has_operand(&words) {
        scripts.extend(held_open(pid, is_bash(link)));
    }
    if let Some(script) = named_by_command_line(pid, &words, kind)
        && scripts.iter().all(|known| known.file != script.file)
    {
        scripts.push(script);
    }
    scripts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Reads its script while it runs it.
    Shell,
    /// Reads its script at once.
    Other,
}

const SHELLS: &[&str] = &[
    "ash", "bash", "busybox", "dash", "fish", "ksh", "ksh93", "mksh", "rbash", "sh", "yash", "zsh",
];
const OTHERS: &[&str] = &[
    "awk", "bun", "deno", "expect", "gawk", "guile", "julia", "lua", "luajit", "mawk", "node",
    "nodejs", "perl", "php", "pypy", "python", "ruby", "tclsh", "wish",
];

impl Kind {
    /// By the executable's name, without a version: `python3.11` is a Python.
    fn named(path: &[u8]) -> Option<Self> {
        let name = path.rsplit(|byte| *byte == b'/').next()?;
        let name = name.strip_suffix(b" (deleted)").unwrap_or(name);
        let name = std::str::from_utf8(name).ok()?;
        let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
        let is_among = |names: &[&str]| names.contains(&name) || names.contains(&bare);
        if is_among(SHELLS) {
            Some(Self::Shell)
        } else {
            is_among(OTHERS).then_some(Self::Other)
        }
    }
}

fn is_bash(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next();
    name.is_some_and(|name| name.starts_with(b"bash") || name.starts_with(b"rbash"))
}

/// Whether a shell was given anything but options: one that was given nothing, or code, runs no
/// script, and what it holds open is what it has put aside, as its standard input during a loop.
fn has_operand(words: &[Vec<u8>]) -> bool {
    let words = words.iter().skip(1).filter(|word| !word.is_empty());
    for word in words {
        match word.strip_prefix(b"-") {
            Some(letters) if !letters.starts_with(b"-") && letters.contains(&b'c') => return false,
            Some(_) => {}
            None => return true,
        }
    }
    false
}

/// What a shell reads from: a descriptor out of the script's own way that no program it starts
/// inherits, and that it does not write to. Bash takes the highest there is, every other shell the
/// lowest; between them lies what they have put aside.
fn held_open(pid: u32, is_bash: bool) -> Option<Script> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let own = numbers
        .filter(|number| *number >= FIRST_OWN_DESCRIPTOR && is_private_and_read_only(pid, *number));
    let number: u32 = if is_bash { own.max() } else { own.min() }?;
    let look = Look::behind(CWD, descriptor(pid, number)).ok()?;
    look.is_regular().then_some(Script {
        file: look.stamp.id,
        seen: Seen::Descriptor(number),
    })
}

fn descriptor(pid: u32, number: u32) -> String {
    format!("/proc/{pid}/fd/{number}")
}

fn is_private_and_read_only(pid: u32, number: u32) -> bool {
    let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let Some(Ok(flags)) = flags.map(|octal| u32::from_str_radix(octal.trim(), 8)) else {
        return false;
    };
    let flags = OFlags::from_bits_retain(flags);
    flags.contains(OFlags::CLOEXEC) && !flags.intersects(OFlags::WRONLY | OFlags::RDWR)
}

/// The first word of the command line that is no option and no option's value names the script.
fn named_by_command_line(pid: u32, words: &[Vec<u8>], kind: Option<Kind>) -> Option<Script> {
    let (index, pinned) = script_word(words, |word| resolve(pid, word).ok())?;
    let id = FileId::behind_descriptor(&pinned).ok()?;
    let is_interpreted = kind.is_some() || names_as_interpreter(&pinned, pid);
    is_interpreted.then_some(Script {
        file: id,
        seen: Seen::Word(index),
    })
}

fn words(pid: u32) -> Vec<Vec<u8>> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0)
        .take(MOST_WORDS)
        .map(<[u8]>::to_vec)
        .collect()
}

/// Which word names a file that `resolve` finds. Code given on the command line ends the search:
/// what follows are that code's own words. So does every word that is no file and no option's value:
/// it may be a script that is gone, and what follows only what that works on.
fn script_word<T>(words: &[Vec<u8>], resolve: impl Fn(&[u8]) -> Option<T>) -> Option<(usize, T)> {
    let mut may_be_value = false;
    for (index, word) in words.iter().enumerate().skip(1) {
        if word.starts_with(b"-") && word.len() > 1 {
            match option(word) {
                Meaning::Code => return None,
                Meaning::TakesValue => may_be_value = true,
                Meaning::Other => may_be_value = false,
            }
            continue;
        }
        if let Some(found) = resolve(word) {
            return Some((index, found));
        }
        if !may_be_value {
            return None;
        }
        may_be_value = false;
    }
    None
}

/// What an option means for the words after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It brings the code to run, or the name of a module: there is no script.
    Code,
    /// The next word belongs to it.
    TakesValue,
    Other,
}

/// The letters by which one interpreter or another takes code or a module.
const BRING_CODE: &[u8] = b"ceEmprR";
/// The letters by which one or another takes a value; what follows them in a word is that.
const TAKE_VALUE: &[u8] = b"FIMWXv";

/// Letters may share a word, and code may stand right behind its letter: `perl -pe's/a/b/'`.
fn option(word: &[u8]) -> Meaning {
    let Some(letters) = word.strip_prefix(b"-") else {
        return Meaning::Other;
    };
    if let Some(name) = letters.strip_prefix(b"-") {
        let name = name.split(|byte| *byte == b'=').next().unwrap_or_default();
        let brings_code = matches!(
            name,
            b"eval" | b"print" | b"command" | b"execute" | b"source"
        );
        return if brings_code {
            Meaning::Code
        } else {
            Meaning::Other
        };
    }
    let telling = |byte: &u8| BRING_CODE.contains(byte) || TAKE_VALUE.contains(byte);
    match letters.iter().position(telling) {
        Some(at)
            if letters
                .get(at)
                .is_some_and(|letter| BRING_CODE.contains(letter)) =>
        {
            Meaning::Code
        }
        Some(at) if at + 1 == letters.len() => Meaning::TakesValue,
        Some(_) | None => Meaning::Other,
    }
}

/// Whether the script's first line names the program that this process executes.
fn names_as_interpreter(script: &OwnedFd, pid: u32) -> bool {
    let opened = served::refuse(pid, script).and_then(|()| file::read_pinned(script));
    let Ok((opened, _)) = opened else {
        return false;
    };
    let mut head = [0; FIRST_LINE];
    let count = pread(&opened, head.as_mut_slice(), 0).unwrap_or(0);
    let Some(path) = interpreter(head.get(..count).unwrap_or_default()) else {
        return false;
    };
    let executes = FileId::behind(CWD, format!("/proc/{pid}/exe"));
    let named = resolve(pid, path).and_then(FileId::behind_descriptor);
    matches!((executes, named), (Ok(one), Ok(other)) if one == other)
}

fn interpreter(head: &[u8]) -> Option<&[u8]> {
    let line = head
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    line.trim_ascii()
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .next()
        .filter(|path| path.starts_with(b"/"))
}

impl Seen {
    /// Pins the script once more.
    pub(super) fn pin(self, pid: u32) -> Result<OwnedFd, Errno> {
        match self {
            Self::Descriptor(number) => {
                let flags = OFlags::PATH | OFlags::CLOEXEC;
                openat(CWD, descriptor(pid, number), flags, Mode::empty())
            }
            Self::Word(index) => {
                let words = words(pid);
                resolve(pid, words.get(index).ok_or(Errno::NOENT)?)
            }
        }
    }

    /// Where the script is, as far as it can be told.
    pub(super) fn path(self, pid: u32) -> Vec<u8> {
        let pinned = self.pin(pid).ok();
        let link = pinned.and_then(|pinned| file::path_of(&pinned));
        link.unwrap_or_default()
    }
}

/// Whether a path is that of the program loader, which runs whatever it is told to map.
pub(super) fn is_loader(link: &[u8]) -> bool {
    let name = link.rsplit(|byte| *byte == b'/').next();
    let name = name.and_then(|name| std::str::from_utf8(name).ok());
    name.is_some_and(|name| name.starts_with("ld") && name.contains(".so"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], files: &[&str]) -> Option<usize> {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let is_file = |word: &[u8]| {
            files
                .iter()
                .any(|file| file.as_bytes() == word)
                .then_some(())
        };
        script_word(&words, is_file).map(|(index, ())| index)
    }

    #[test]
    fn script_is_the_first_file_that_is_no_options_value() {
        assert_eq!(found(&["sh", "s"], &["s"]), Some(1));
        assert_eq!(found(&["python3", "-u", "s", "x"], &["s", "x"]), Some(2));
        assert_eq!(found(&["python3", "-W", "ignore", "s"], &["s"]), Some(3));
        assert_eq!(found(&["perl", "-w", "--", "s"], &["s"]), Some(3));
        assert_eq!(found(&["perl", "-Mstrict", "s"], &["s"]), Some(2));
        assert_eq!(found(&["awk", "-v", "x=1", "-f", "s"], &["s"]), Some(4));
    }

    #[test]
    fn script_is_never_what_another_script_works_on() {
        assert_eq!(found(&["python3", "scan", "s"], &["scan", "s"]), Some(1));
        assert_eq!(found(&["python3", "gone", "s"], &["s"]), None);
        assert_eq!(found(&["sh", "-c", "cat s", "s"], &["s"]), None);
        assert_eq!(found(&["bash", "-xec", "cat", "s"], &["s"]), None);
        assert_eq!(found(&["python3", "-m", "mod", "s"], &["s"]), None);
        assert_eq!(found(&["node", "--eval", "1", "s"], &["s"]), None);
        assert_eq!(found(&["perl", "-pes/a/b/", "s"], &["s"]), None);
        assert_eq!(found(&["python3", "-cimport x", "s"], &["s"]), None);
        assert_eq!(found(&["node", "-p", "1+1", "s"], &["s"]), None);
        assert_eq!(found(&["node", "--eval=1", "s"], &["s"]), None);
        assert_eq!(found(&["python3", "-u", "gone", "s"], &["s"]), None);
        assert_eq!(found(&["awk", "-F", ":", "{print}", "s"], &["s"]), None);
        assert_eq!(found(&["sh"], &[]), None);
    }

    #[test]
    fn shell_without_an_operand_runs_no_script() {
        let given = |words: &[&str]| {
            let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            has_operand(&words)
        };
        assert!(given(&["sh", "script", ""]));
        assert!(given(&["bash", "--norc", "-x", "script"]));
        assert!(!given(&["sh", ""]));
        assert!(!given(&["-bash"]));
        assert!(!given(&[
            "sh",
            "-ec",
            "while read x; do :; done <list",
            "sh"
        ]));
    }

    #[test]
    fn interpreters_are_told_by_name_whatever_their_version() {
        assert_eq!(Kind::named(b"/bin/dash"), Some(Kind::Shell));
        assert_eq!(Kind::named(b"/bin/ksh93"), Some(Kind::Shell));
        assert_eq!(Kind::named(b"/usr/bin/python3.11"), Some(Kind::Other));
        assert_eq!(
            Kind::named(b"/usr/bin/perl5.36.0 (deleted)"),
            Some(Kind::Other)
        );
        assert_eq!(Kind::named(b"/usr/bin/vim"), None);
        assert_eq!(Kind::named(b"/tmp/\xff"), None);
    }

    #[test]
    fn interpreter_line_is_read_as_the_kernel_reads_it() {
        assert_eq!(interpreter(b"#! /bin/sh -e\nx"), Some(&b"/bin/sh"[..]));
        assert_eq!(interpreter(b"#!/bin/sh"), Some(&b"/bin/sh"[..]));
        assert_eq!(interpreter(b"#!sh\n"), None);
        assert_eq!(interpreter(b"\x7fELF"), None);
    }
}
