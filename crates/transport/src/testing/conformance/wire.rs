//! Answers as bytes.

/// What [`GZIPPED`] unfolds to.
pub(super) const PLAIN: &[u8] = b"what is said twice is said once: said, said, said, said";

/// [`PLAIN`] in gzip form.
pub(super) const GZIPPED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2b, 0xcf, 0x48, 0x2c, 0x51, 0xc8,
    0x2c, 0x56, 0x28, 0x4e, 0xcc, 0x4c, 0x51, 0x28, 0x29, 0xcf, 0x4c, 0x4e, 0x85, 0xf3, 0xf2, 0xf3,
    0x92, 0x53, 0xad, 0xc0, 0x4c, 0x1d, 0x0c, 0x12, 0x00, 0xee, 0xf8, 0x87, 0xf1, 0x37, 0x00, 0x00,
    0x00,
];

/// An answer of this status line, with its length and without any other header.
pub(super) fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    answer_with(status, "", body)
}

/// The same with further header lines, each ending in CR LF.
pub(super) fn answer_with(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
