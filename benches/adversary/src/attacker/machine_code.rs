//! Programs of a few instructions, for what no safe Rust does. Each ends with its case.

/// Waits for ever.
const PAUSE: [u8; 9] = [
    0xb8, 34, 0, 0, 0, // mov eax, SYS_pause
    0x0f, 0x05, // syscall
    0xeb, 0xf7, // again
];

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

/// Maps the program that is its input and goes on there.
pub(crate) fn loader() -> Vec<u8> {
    vec![
        0xbf, 0, 0, 0, 0x10, // mov edi, 0x10000000
        0xbe, 0, 0x10, 0, 0, // mov esi, 4096
        0xba, 5, 0, 0, 0, // mov edx, PROT_READ | PROT_EXEC
        0x41, 0xba, 0x12, 0, 0, 0, // mov r10d, MAP_PRIVATE | MAP_FIXED
        0x45, 0x31, 0xc0, // xor r8d, r8d: descriptor 0
        0x45, 0x31, 0xc9, // xor r9d, r9d
        0xb8, 9, 0, 0, 0, // mov eax, SYS_mmap
        0x0f, 0x05, // syscall
        0xb8, 0x78, 0, 0, 0x10, // mov eax, 0x10000078: behind the headers
        0xff, 0xe0, // jmp rax
    ]
}

/// What a loader runs: it gets rid of its loader and names its output as its executable.
pub(crate) fn forger() -> Vec<u8> {
    let begin = [
        0xbf, 0, 0, 0x40, 0, // mov edi, 0x400000: where the loader is
        0xbe, 0, 0x10, 0, 0, // mov esi, 4096
        0xb8, 11, 0, 0, 0, // mov eax, SYS_munmap
        0x0f, 0x05, // syscall
        0xbf, 35, 0, 0, 0, // mov edi, PR_SET_MM
        0xbe, 13, 0, 0, 0, // mov esi, PR_SET_MM_EXE_FILE
        0xba, 1, 0, 0, 0, // mov edx, 1: descriptor 1
        0x45, 0x31, 0xd2, // xor r10d, r10d
        0x45, 0x31, 0xc0, // xor r8d, r8d
        0xb8, 157, 0, 0, 0, // mov eax, SYS_prctl
        0x0f, 0x05, // syscall
    ];
    [&begin[..], &PAUSE].concat()
}
