//! Programs of a few instructions, for what no safe Rust does.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod forgery;

const BASE: u64 = 0x40_0000;
const HEADERS: u64 = 64 + 56;

/// Sets an alarm, so that the first process does not outlive the tests for long. A fork takes none
/// along: the others end with their namespace.
const ALARM: &[u8] = &[
    0xb8, 37, 0, 0, 0, // mov eax, SYS_alarm
    0xbf, 120, 0, 0, 0, // mov edi, 120 seconds
    0x0f, 0x05, // syscall
];

/// Waits for ever.
pub(crate) const PAUSE: [u8; 9] = [
    0xb8, 34, 0, 0, 0, // mov eax, SYS_pause
    0x0f, 0x05, // syscall
    0xeb, 0xf7, // again
];

/// Forks for ever, with 200 us between one fork and the next, in every process.
pub(crate) fn bomb() -> Vec<u8> {
    let mut code = ALARM.to_vec();
    let begin = code.len();
    code.extend([0xb8, 57, 0, 0, 0, 0x0f, 0x05]); // fork()
    code.extend([0x68, 0x40, 0x0d, 0x03, 0x00]); // push 200000 nanoseconds
    sleep_for_what_was_pushed(&mut code);
    code.extend([0xeb, back_to(begin, &code)]); // jmp
    code
}

/// Adds the seconds, sleeps, and takes both off the stack again.
fn sleep_for_what_was_pushed(code: &mut Vec<u8>) {
    code.extend([0x6a, 0]); // push 0 seconds
    code.extend([0x48, 0x89, 0xe7]); // mov rdi, rsp
    code.extend([0x31, 0xf6]); // xor esi, esi
    code.extend([0xb8, 35, 0, 0, 0, 0x0f, 0x05]); // nanosleep
    code.extend([0x48, 0x83, 0xc4, 16]); // add rsp, 16
}

/// The distance of a short jump that is about to be added, whose end it is counted from.
fn back_to(begin: usize, code: &[u8]) -> u8 {
    let distance = i8::try_from(begin).unwrap() - i8::try_from(code.len() + 2).unwrap();
    distance.cast_unsigned()
}

/// Each generation forks the next one, waits for 100 us and ends; with `leaves`, it leaves its
/// process group and session first.
pub(crate) fn hopper(leaves: bool) -> Vec<u8> {
    let mut code = ALARM.to_vec();
    let begin = code.len();
    if leaves {
        code.extend([0xb8, 112, 0, 0, 0, 0x0f, 0x05]); // setsid()
    }
    code.extend([0x68, 0xa0, 0x86, 0x01, 0x00]); // push 100000 nanoseconds
    sleep_for_what_was_pushed(&mut code);
    code.extend([0xb8, 57, 0, 0, 0, 0x0f, 0x05]); // fork()
    code.extend([0x85, 0xc0]); // test eax, eax
    code.extend([0x74, back_to(begin, &code)]); // jz: the child begins again
    code.extend([0x78, back_to(begin, &code)]); // js: what was refused is tried again
    code.extend([0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05]); // exit(0)
    code
}

/// Has a child in its own memory, and waits in the kernel until that has ended, which it does not; both
/// end with whoever started them.
pub(crate) fn waiting_parent() -> Vec<u8> {
    let mut code = ALARM.to_vec();
    code.extend([0xb8, 58, 0, 0, 0, 0x0f, 0x05]); // vfork()
    code.extend([0xbf, 1, 0, 0, 0]); // mov edi, PR_SET_PDEATHSIG
    code.extend([0xbe, 9, 0, 0, 0]); // mov esi, SIGKILL
    code.extend([0xb8, 157, 0, 0, 0, 0x0f, 0x05]); // prctl
    let begin = code.len();
    code.extend([0xb8, 34, 0, 0, 0, 0x0f, 0x05]); // pause()
    code.extend([0xeb, back_to(begin, &code)]); // jmp
    code
}

/// A static executable of this code.
pub(crate) fn elf(code: &[u8]) -> Vec<u8> {
    let size = HEADERS + code.len() as u64;
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(16, 0);
    for half in [2_u16, 62] {
        elf.extend(half.to_le_bytes());
    }
    elf.extend(1_u32.to_le_bytes());
    for word in [BASE + HEADERS, 64, 0] {
        elf.extend(word.to_le_bytes());
    }
    elf.extend(0_u32.to_le_bytes());
    for half in [64_u16, 56, 1, 0, 0, 0] {
        elf.extend(half.to_le_bytes());
    }
    let (load, read_and_execute) = (1_u32, 5_u32);
    elf.extend(load.to_le_bytes());
    elf.extend(read_and_execute.to_le_bytes());
    for word in [0, BASE, BASE, size, size, 0x1000] {
        elf.extend(word.to_le_bytes());
    }
    elf.extend(code);
    elf
}
