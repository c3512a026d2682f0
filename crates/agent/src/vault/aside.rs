//! Hashing on one processor what another encrypts or decrypts.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use super::extents::zeros;

/// So many pieces may wait: enough that neither side waits for long, and little memory.
const AHEAD: usize = 8;

enum Piece {
    Bytes(Vec<u8>),
    Zeros(u64),
}

/// What takes bytes in their order and makes something of them.
pub(super) trait Digest: Send {
    fn update(&mut self, bytes: &[u8]);
}

/// A digest at work on a thread of its own.
pub(super) struct Aside<'scope, D> {
    pieces: SyncSender<Piece>,
    /// Room that was used and can be used again.
    spent: Receiver<Vec<u8>>,
    thread: ScopedJoinHandle<'scope, D>,
}

impl<'scope, D: Digest + 'scope> Aside<'scope, D> {
    pub(super) fn begin<'env>(scope: &'scope Scope<'scope, 'env>, digest: D) -> Self {
        let (pieces, coming) = sync_channel(AHEAD);
        let (used, spent) = channel();
        let thread = scope.spawn(move || work(digest, &coming, &used));
        Self {
            pieces,
            spent,
            thread,
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let mut room = self.spent.try_recv().unwrap_or_default();
        room.clear();
        room.extend_from_slice(bytes);
        self.send(Piece::Bytes(room));
    }

    pub(super) fn zeros(&mut self, length: u64) {
        self.send(Piece::Zeros(length));
    }

    /// Nobody takes it any more only when the thread failed, which [`Self::finish`] tells.
    fn send(&self, piece: Piece) {
        let _ = self.pieces.send(piece);
    }

    /// What became of all pieces.
    pub(super) fn finish(self) -> D {
        drop(self.pieces);
        self.thread
            .join()
            .unwrap_or_else(|panic| resume_unwind(panic))
    }
}

fn work<D: Digest>(mut digest: D, pieces: &Receiver<Piece>, used: &Sender<Vec<u8>>) -> D {
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => {
                digest.update(&bytes);
                // Whoever has no more pieces needs no more room.
                let _ = used.send(bytes);
            }
            Piece::Zeros(length) => zeros(length, |zeros| digest.update(zeros)),
        }
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Kept(Vec<u8>);

    impl Digest for Kept {
        fn update(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    #[test]
    fn pieces_and_zeros_come_whole_and_in_their_order() {
        let all: Vec<u8> = (0..1_000_000_u32).map(|i| (i % 251) as u8).collect();
        let kept = std::thread::scope(|scope| {
            let mut aside = Aside::begin(scope, Kept::default());
            for piece in all.chunks(777) {
                aside.bytes(piece);
                aside.zeros(3);
            }
            aside.finish()
        });
        let expected = all
            .chunks(777)
            .flat_map(|piece| piece.iter().copied().chain([0; 3]));
        assert!(kept.0.into_iter().eq(expected));
    }
}
