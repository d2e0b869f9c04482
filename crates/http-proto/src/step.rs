//! What a decoder of content answers to a piece of input.

/// What comes next in a body. In each case the first `framing_bytes` of the input are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "data, more input or the end: there is no fourth")]
pub enum BodyStep {
    /// Behind the framing, up to so many bytes are data, whether they have arrived or not. Drop the framing, take
    /// some data, say how much with [`BodyDecoder::take`](crate::BodyDecoder::take), and step again with what stands behind it.
    Data {
        /// Bytes of framing before the data.
        framing_bytes: usize,
        /// Bytes of data that follow without a break; `u64::MAX` where the connection's end is the only limit.
        data_bytes_max: u64,
    },
    /// All of the input is framing, and more is needed. It is not to be given again.
    Partial {
        /// Bytes of framing: all of the input.
        framing_bytes: usize,
    },
    /// The body is over. What stands behind the framing belongs to the next message.
    End {
        /// Bytes of framing at the end of the body.
        framing_bytes: usize,
    },
}
