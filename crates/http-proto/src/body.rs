//! Content by the verdict of `framing.rs`: a decoder that says where data lies, and a meter for what is sent.

use crate::chunked::{Ahead, CHUNK_END, ChunkDecoder, encode_chunk_start, encode_last_chunk};
use crate::error::{InvalidInput, ProtocolError};
use crate::framing::Framing;
use crate::headers::Headers;
use crate::limits::Limits;
use crate::step::BodyStep;

/// Decodes the content of one message, however it is framed. It never sees data, only counts it.
///
/// [`read_body`](crate::stream::read_body) drives it from a reader. By hand:
///
/// ```
/// use http_proto::{BodyDecoder, BodyStep, Framing, Limits};
///
/// let mut decoder = BodyDecoder::new(Framing::Length(5), Limits::CLIENT);
/// assert_eq!(decoder.step(b"hello")?, BodyStep::Data { framing_bytes: 0, data_bytes_max: 5 });
/// decoder.take(5);
/// assert_eq!(decoder.step(b"")?, BodyStep::End { framing_bytes: 0 });
/// # Ok::<(), http_proto::ProtocolError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BodyDecoder {
    state: State,
    chunks: ChunkDecoder,
    /// Whether the body is one in chunks: then they have to be forgotten.
    has_chunks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Length { remaining_bytes: u64 },
    Chunked,
    UntilClose,
    Done,
}

impl BodyDecoder {
    /// A decoder for content with this framing. [`Framing::Tunnel`] has none.
    #[must_use]
    pub fn new(framing: Framing, limits: Limits) -> Self {
        let mut decoder = Self { state: State::Done, chunks: ChunkDecoder::new(limits), has_chunks: false };
        decoder.begin(framing);
        decoder
    }

    /// Starts over with another body; memory is kept.
    pub fn begin(&mut self, framing: Framing) {
        self.state = match framing {
            Framing::None | Framing::Tunnel | Framing::Length(0) => State::Done,
            Framing::Length(remaining_bytes) => State::Length { remaining_bytes },
            Framing::Chunked => State::Chunked,
            Framing::UntilClose => State::UntilClose,
        };
        if std::mem::replace(&mut self.has_chunks, framing == Framing::Chunked) {
            self.chunks.reset();
        }
    }

    /// Reads the framing at the beginning of `input` and says what follows.
    ///
    /// # Errors
    /// The rule of RFC 9112 §7.1 that a chunked body breaks; each further call gives it again.
    pub fn step(&mut self, input: &[u8]) -> Result<BodyStep, ProtocolError> {
        Ok(match self.state {
            State::Length { remaining_bytes } => {
                BodyStep::Data { framing_bytes: 0, data_bytes_max: remaining_bytes }
            }
            State::UntilClose => BodyStep::Data { framing_bytes: 0, data_bytes_max: u64::MAX },
            State::Chunked => {
                let step = self.chunks.step(input)?;
                if matches!(step, BodyStep::End { .. }) {
                    self.state = State::Done;
                }
                step
            }
            State::Done => BodyStep::End { framing_bytes: 0 },
        })
    }

    /// Says that `bytes` of the data that was announced have been taken.
    pub fn take(&mut self, bytes: u64) {
        match &mut self.state {
            State::Length { remaining_bytes } => {
                *remaining_bytes = remaining_bytes.saturating_sub(bytes);
                if *remaining_bytes == 0 {
                    self.state = State::Done;
                }
            }
            State::Chunked => self.chunks.take(bytes),
            State::UntilClose | State::Done => {}
        }
    }

    /// Says that the input is at its end.
    ///
    /// # Errors
    /// [`ProtocolError::IncompleteBody`] and [`ProtocolError::IncompleteChunkedBody`] if the body is not.
    pub fn end_of_input(&mut self) -> Result<(), ProtocolError> {
        match self.state {
            State::Length { remaining_bytes } => {
                Err(ProtocolError::IncompleteBody { missing_bytes: remaining_bytes })
            }
            State::Chunked => Err(ProtocolError::IncompleteChunkedBody),
            State::UntilClose => {
                self.state = State::Done;
                Ok(())
            }
            State::Done => Ok(()),
        }
    }

    /// Whether all of the body has been taken.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether the chunked coding is being decoded.
    pub(crate) fn is_chunked(&self) -> bool {
        self.state == State::Chunked
    }

    /// The chunks that will probably follow.
    pub(crate) fn ahead(&self) -> Option<Ahead> {
        if self.is_chunked() { self.chunks.ahead() } else { None }
    }

    /// Bytes of data that are left, where the framing tells. Python: `HTTPResponse.length`.
    #[must_use]
    pub fn remaining_bytes(&self) -> Option<u64> {
        match self.state {
            State::Length { remaining_bytes } => Some(remaining_bytes),
            State::Done => Some(0),
            State::Chunked | State::UntilClose => None,
        }
    }

    /// The trailer fields of a chunked body once it is done; `None` before, and for other bodies.
    #[must_use]
    pub fn trailers(&self) -> Option<&Headers> {
        if self.is_done() { self.chunks.trailers() } else { None }
    }
}

/// Frames the content of one message that is sent and holds it to its announced length.
///
/// ```
/// use http_proto::{BodyEncoder, Framing, Headers};
///
/// let mut wire = Vec::new();
/// let mut encoder = BodyEncoder::new(Framing::Chunked);
/// encoder.before_data(5, &mut wire)?;
/// wire.extend_from_slice(b"hello");
/// wire.extend_from_slice(encoder.after_data());
/// encoder.finish(&Headers::new(), &mut wire)?;
/// assert_eq!(wire, b"5\r\nhello\r\n0\r\n\r\n");
/// # Ok::<(), http_proto::InvalidInput>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyEncoder {
    framing: Framing,
    /// For [`Framing::Length`], what is still owed.
    remaining_bytes: u64,
    finished: bool,
}

impl BodyEncoder {
    /// An encoder for content with this framing.
    #[must_use]
    pub const fn new(framing: Framing) -> Self {
        let remaining_bytes = match framing {
            Framing::Length(bytes) => bytes,
            _ => 0,
        };
        Self { framing, remaining_bytes, finished: false }
    }

    /// The framing that it was made with.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Bytes of data that are owed still, where the length was announced.
    #[must_use]
    pub const fn remaining_bytes(&self) -> Option<u64> {
        match self.framing {
            Framing::Length(_) => Some(self.remaining_bytes),
            _ => None,
        }
    }

    /// Counts `data_bytes` more and appends what must stand before them on the wire; behind them goes
    /// [`after_data`](Self::after_data). Empty data is nothing: do not write any of the three.
    ///
    /// # Errors
    /// [`InvalidInput::BodyTooLong`] where more is sent than announced (RFC 9112 §6.2), and
    /// [`InvalidInput::BodyFinished`] behind the end. Nothing may be written then.
    pub fn before_data(&mut self, data_bytes: usize, out: &mut Vec<u8>) -> Result<(), InvalidInput> {
        match self.framing {
            _ if self.finished && data_bytes > 0 => return Err(InvalidInput::BodyFinished),
            Framing::Length(announced_bytes) => {
                let data_bytes = data_bytes as u64;
                match self.remaining_bytes.checked_sub(data_bytes) {
                    Some(remaining_bytes) => self.remaining_bytes = remaining_bytes,
                    None => return Err(InvalidInput::BodyTooLong { announced_bytes }),
                }
            }
            Framing::Chunked => encode_chunk_start(data_bytes, out),
            Framing::None if data_bytes > 0 => return Err(InvalidInput::BodyTooLong { announced_bytes: 0 }),
            Framing::None | Framing::UntilClose | Framing::Tunnel => {}
        }
        Ok(())
    }

    /// What stands behind data on the wire.
    #[must_use]
    pub const fn after_data(&self) -> &'static [u8] {
        match self.framing {
            Framing::Chunked => CHUNK_END,
            _ => b"",
        }
    }

    /// Appends the end of the content. A second call does nothing.
    ///
    /// # Errors
    /// [`InvalidInput::BodyTooShort`] where less was sent than announced (RFC 9112 §6.2: the connection must be
    /// closed then), [`InvalidInput::TrailersWithoutChunks`], [`InvalidInput::ForbiddenTrailer`].
    pub fn finish(&mut self, trailers: &Headers, out: &mut Vec<u8>) -> Result<(), InvalidInput> {
        match self.framing {
            _ if self.finished => return Ok(()),
            Framing::Chunked => encode_last_chunk(trailers, out)?,
            _ if !trailers.is_empty() => return Err(InvalidInput::TrailersWithoutChunks),
            Framing::Length(_) if self.remaining_bytes > 0 => {
                return Err(InvalidInput::BodyTooShort { missing_bytes: self.remaining_bytes });
            }
            _ => {}
        }
        self.finished = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
