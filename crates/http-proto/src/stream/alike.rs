//! Chunks that are all alike, read without moving a byte: one scattered read puts data where it is wanted and the framing
//! between elsewhere. What was expected is checked afterwards, by the decoder as ever; what came otherwise goes through
//! the buffer. Whether content is data or framing is never decided here.

use crate::body::BodyDecoder;
use crate::chunked::Ahead;
use crate::step::BodyStep;
use std::io::{self, IoSliceMut, Read};

/// Chunks that one read may span behind the present one.
const CHUNKS_MAX: usize = 16;

/// Smaller ones are cheaper to move than to read around.
const DATA_BYTES_MIN: usize = 4096;

/// Longer framing has extensions, and is not worth the trouble.
const FRAMING_BYTES_MAX: usize = 24;

/// What a read takes behind the present chunk, so that an expectation that fails moves no more than that.
const SPAN_BYTES_MAX: usize = 64 * 1024;

type Framing = [[u8; FRAMING_BYTES_MAX]; CHUNKS_MAX];

/// Whether chunks like these should be read so.
pub(super) fn is_worth_it(ahead: Ahead, room: &[u8]) -> bool {
    ahead.data_bytes >= DATA_BYTES_MIN
        && ahead.framing_bytes <= FRAMING_BYTES_MAX
        && room.len() >= DATA_BYTES_MIN
}

/// Reads once: the `first_bytes` of data that are left of the present chunk, and chunks as expected. Says how many bytes
/// came, and how much data `room` begins with. What came otherwise than expected is handed to `keep`, in order.
pub(super) fn read(
    reader: &mut (impl Read + ?Sized),
    decoder: &mut BodyDecoder,
    room: &mut [u8],
    first_bytes: usize,
    ahead: Ahead,
    keep: impl FnMut(&[u8]),
) -> io::Result<(usize, usize)> {
    let span = room.len().min(first_bytes.saturating_add(SPAN_BYTES_MAX));
    let room = room.get_mut(..span).unwrap_or_default();
    let mut framing: Framing = [[0; FRAMING_BYTES_MAX]; CHUNKS_MAX];
    let count = loop {
        match scatter(reader, room, first_bytes, ahead, &mut framing) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    Ok((count, check(decoder, room, first_bytes, ahead, (&framing, count), keep)))
}

/// One read into data, framing, data, framing and so on, up to the end of `room`; framing follows each whole chunk.
fn scatter(
    reader: &mut (impl Read + ?Sized),
    room: &mut [u8],
    first_bytes: usize,
    ahead: Ahead,
    framing: &mut Framing,
) -> io::Result<usize> {
    let (mut room, mut framing) = (room, framing.iter_mut());
    let (mut data_bytes, mut framing_bytes) = (first_bytes, ahead.first_framing_bytes);
    let (mut used, mut capacity_bytes) = (0, 0);
    let mut pieces: [IoSliceMut<'_>; 2 * CHUNKS_MAX] = std::array::from_fn(|index| {
        let piece: &mut [u8] = if index % 2 == 0 {
            let fits = data_bytes.min(room.len());
            // Behind a chunk that does not fit, there is nothing more to read.
            framing_bytes = if fits == data_bytes { framing_bytes } else { 0 };
            let (piece, behind) = std::mem::take(&mut room).split_at_mut(fits);
            room = behind;
            data_bytes = ahead.data_bytes;
            piece
        } else {
            let place = framing.next().map(<[u8; FRAMING_BYTES_MAX]>::as_mut_slice).unwrap_or_default();
            let place = place.get_mut(..framing_bytes).unwrap_or_default();
            framing_bytes = if place.is_empty() { 0 } else { ahead.framing_bytes };
            place
        };
        if !piece.is_empty() {
            (used, capacity_bytes) = (index + 1, capacity_bytes + piece.len());
        }
        IoSliceMut::new(piece)
    });
    let count = reader.read_vectored(pieces.get_mut(..used).unwrap_or_default())?;
    if count > capacity_bytes { Err(too_many_claimed()) } else { Ok(count) }
}

/// Lets the decoder see the framing of what came: how much data `room` begins with. The rest is handed to `keep` from
/// where something else came than was expected.
fn check(
    decoder: &mut BodyDecoder,
    room: &[u8],
    first_bytes: usize,
    ahead: Ahead,
    (framing, count): (&Framing, usize),
    mut keep: impl FnMut(&[u8]),
) -> usize {
    let mut data = first_bytes.min(count).min(room.len());
    let mut left = count - data;
    decoder.take(data as u64);
    let mut framing_bytes = ahead.first_framing_bytes;
    let mut texts = framing.iter();
    while left > 0 {
        let Some(text) = texts.next() else { break };
        let text = text.get(..framing_bytes.min(left)).unwrap_or_default();
        left -= text.len();
        framing_bytes = ahead.framing_bytes;
        let used_bytes = match decoder.step(text) {
            Ok(BodyStep::Data { framing_bytes, data_bytes_max })
                if framing_bytes == text.len() && data_bytes_max == ahead.data_bytes as u64 =>
            {
                let there = ahead.data_bytes.min(left).min(room.len() - data);
                decoder.take(there as u64);
                data += there;
                left -= there;
                continue;
            }
            Ok(
                BodyStep::Data { framing_bytes, .. }
                | BodyStep::End { framing_bytes }
                | BodyStep::Partial { framing_bytes },
            ) => framing_bytes,
            // The decoder gives the error again next time.
            Err(_) => return data,
        };
        keep(text.get(used_bytes..).unwrap_or_default());
        let mut rest = room.get(data..).unwrap_or_default();
        while left > 0 {
            let (piece, behind) = rest.split_at(ahead.data_bytes.min(left).min(rest.len()));
            keep(piece);
            (rest, left) = (behind, left - piece.len());
            let Some(text) = texts.next() else { break };
            let text = text.get(..ahead.framing_bytes.min(left)).unwrap_or_default();
            keep(text);
            left -= text.len();
        }
        return data;
    }
    data
}

pub(super) fn too_many_claimed() -> io::Error {
    io::Error::other("the reader claims more bytes than there was room for")
}
