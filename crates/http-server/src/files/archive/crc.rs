//! CRC-32 as zip has it (reflected, polynomial 0xEDB88320), eight bytes at a time by tables made by the compiler.

/// `TABLES[n][b]` is what the byte `b` with `n` zero bytes behind it does to the sum.
const TABLES: [[u32; 256]; 8] = tables();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, which would refuse an index out of bounds"
)]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0_u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// The sum of all bytes so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crc32(u32);

impl Crc32 {
    /// The sum of no bytes.
    pub(super) const fn new() -> Self {
        Self(!0)
    }

    /// Goes on with these bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for &[a, b, c, d, e, f, g, h] in eights {
            let [i, j, k, l] = (self.0 ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            self.0 = look_up(7, i)
                ^ look_up(6, j)
                ^ look_up(5, k)
                ^ look_up(4, l)
                ^ look_up(3, e)
                ^ look_up(2, f)
                ^ look_up(1, g)
                ^ look_up(0, h);
        }
        for byte in rest {
            let [low, ..] = self.0.to_le_bytes();
            self.0 = (self.0 >> 8) ^ look_up(0, low ^ byte);
        }
    }

    /// The sum as it stands in an archive.
    pub(super) const fn sum(self) -> u32 {
        !self.0
    }
}

#[expect(clippy::indexing_slicing, reason = "the callers name tables 0 to 7, and a byte is below 256")]
fn look_up(table: usize, byte: u8) -> u32 {
    TABLES[table][usize::from(byte)]
}

#[cfg(test)]
mod tests;
