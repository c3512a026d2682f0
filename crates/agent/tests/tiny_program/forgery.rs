//! A program that is not the executable that its process names, by two steps: a loader maps it and goes on in
//! it, and it gets rid of the loader and names another file.

use super::PAUSE;

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

/// What a loader runs: it gets rid of its loader and names its output as its executable. Where the
/// kernel refuses that, it ends with the number of the error.
pub(crate) fn forger() -> Vec<u8> {
    let before = [
        0xbf, 0, 0, 0x40, 0, // mov edi, 0x400000: where the loader is
        0xbe, 0, 0x10, 0, 0, // mov esi, 4096
        0xb8, 11, 0, 0, 0, // mov eax, SYS_munmap
        0x0f, 0x05, // syscall
        0xbf, 35, 0, 0, 0, // mov edi, PR_SET_MM
        0xbe, 14, 0, 0, 0,    // mov esi, PR_SET_MM_MAP: the way without CAP_SYS_RESOURCE
        0xba, // mov edx, the layout's address
    ];
    let after = [
        0x41, 0xba, 104, 0, 0, 0, // mov r10d, the layout's size
        0x45, 0x31, 0xc0, // xor r8d, r8d
        0xb8, 157, 0, 0, 0, // mov eax, SYS_prctl
        0x0f, 0x05, // syscall
        0x85, 0xc0, // test eax, eax
        0x74, 11, // jz to the pause
        0xf7, 0xd8, // neg eax
        0x89, 0xc7, // mov edi, eax
        0xb8, 60, 0, 0, 0, // mov eax, SYS_exit
        0x0f, 0x05, // syscall
    ];
    let begin = LOADED + HEADERS;
    let layout = begin + before.len() + size_of::<u32>() + after.len() + PAUSE.len();
    let layout = u32::try_from(layout).unwrap();
    let code = [&before[..], &layout.to_le_bytes(), &after, &PAUSE];
    [&code.concat()[..], &forged_layout()].concat()
}

/// Where a loader maps its program, and where the code begins in that.
const LOADED: usize = 0x1000_0000;
const HEADERS: usize = 0x78;

/// A `struct prctl_mm_map` that the kernel finds in order.
fn forged_layout() -> Vec<u8> {
    let (code, data) = (LOADED as u64, LOADED as u64 + 0x1000);
    let (heap, stack) = (data + 0x1000, data + 0x2000);
    let words = [
        code, data, // the code's begin and end
        data, data, // the data's
        heap, heap,  // the heap's
        stack, // the stack's begin
        stack, stack, // the arguments' begin and end
        stack, stack, // the environment's
        0,     // no auxiliary vector
    ];
    let (vector_size, executable) = (0_u32, 1_u32);
    let words = words.iter().flat_map(|word| word.to_le_bytes());
    let tail = [vector_size, executable];
    words
        .chain(tail.into_iter().flat_map(u32::to_le_bytes))
        .collect()
}
