//! Programs of a few instructions, for what no safe Rust does. Each ends with its case.

use crate::tiny_program::PAUSE;

/// Starts a second thread that waits for ever, and ends the first.
pub(crate) fn leader_ends() -> Vec<u8> {
    let begin = [
        0xb8, 56, 0, 0, 0, // mov eax, SYS_clone
        0xbf, 0, 0x0f, 1, 0, // mov edi, CLONE_VM | FS | FILES | SIGHAND | THREAD
        0x48, 0x89, 0xe6, // mov rsi, rsp: neither thread uses its stack
        0x31, 0xd2, // xor edx, edx
        0x45, 0x31, 0xd2, // xor r10d, r10d
        0x45, 0x31, 0xc0, // xor r8d, r8d
        0x0f, 0x05, // syscall
        0x85, 0xc0, // test eax, eax
        0x74, 7, // jz to the second thread
        0xb8, 60, 0, 0, 0, // mov eax, SYS_exit: of this thread alone
        0x0f, 0x05, // syscall
    ];
    [&begin[..], &PAUSE].concat()
}

/// Waits in the kernel, uninterruptibly, for a child that waits for ever.
pub(crate) fn uninterruptible() -> Vec<u8> {
    let begin = [
        0xb8, 58, 0, 0, 0, // mov eax, SYS_vfork
        0x0f, 0x05, // syscall
    ];
    [&begin[..], &PAUSE].concat()
}

/// Maps its input to be written, closes it, and keeps the mapping.
pub(crate) fn mapping_writer() -> Vec<u8> {
    let begin = [
        0x31, 0xff, // xor edi, edi: anywhere
        0xbe, 0, 0x10, 0, 0, // mov esi, 4096
        0xba, 3, 0, 0, 0, // mov edx, PROT_READ | PROT_WRITE
        0x41, 0xba, 1, 0, 0, 0, // mov r10d, MAP_SHARED
        0x45, 0x31, 0xc0, // xor r8d, r8d: descriptor 0
        0x45, 0x31, 0xc9, // xor r9d, r9d
        0xb8, 9, 0, 0, 0, // mov eax, SYS_mmap
        0x0f, 0x05, // syscall
        0x31, 0xff, // xor edi, edi
        0xb8, 3, 0, 0, 0, // mov eax, SYS_close
        0x0f, 0x05, // syscall
    ];
    [&begin[..], &PAUSE].concat()
}
