//! Bodies of fuzz targets: each takes any bytes and panics if a promise breaks. `cargo xtask fuzz` drives them with
//! coverage, [`run_bounded`] without, in every test run.

use std::io::{self, Read};

pub mod cookies;
pub mod jar;
pub mod machines;
pub mod proto;
pub mod server;

/// A reader that gives at most so many bytes at a time.
struct Slow<'a> {
    rest: &'a [u8],
    bytes: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(self.bytes);
        self.rest.read(out.get_mut(..most).unwrap_or_default())
    }
}

/// How many inputs one bounded run makes.
const INPUTS: usize = 20_000;

/// The most bytes of a made input.
const INPUT_BYTES_MAX: usize = 512;

/// Calls a body with every seed, every seed cut at every byte, and thousands of inputs made from seeds and `words`; the same
/// ones in each run.
pub fn run_bounded(body: fn(&[u8]), seeds: &[&[u8]], words: &[&[u8]]) {
    for seed in seeds {
        for cut in 0..=seed.len() {
            body(seed.get(..cut).unwrap_or_default());
            body(seed.get(cut..).unwrap_or_default());
        }
    }
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut input = Vec::new();
    for _ in 0..INPUTS {
        if input.len() > INPUT_BYTES_MAX || dice.below(4) == 0 {
            input.clear();
            input.extend_from_slice(dice.choose(seeds).unwrap_or_default());
        }
        for _ in 0..=dice.below(4) {
            mutate(&mut input, words, &mut dice);
        }
        body(&input);
    }
}

fn mutate(input: &mut Vec<u8>, words: &[&[u8]], dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    let end = (at + dice.below(8)).min(input.len());
    match dice.below(6) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        1 => {
            input.drain(at..end);
        }
        2 => {
            let piece = input.get(at..end).unwrap_or_default().to_vec();
            input.splice(at..at, piece);
        }
        3 => input.insert(at, u8::try_from(dice.below(256)).unwrap_or_default()),
        _ => {
            input.splice(at..end, dice.choose(words).unwrap_or_default().iter().copied());
        }
    }
}

/// A generator of numbers that repeats itself from run to run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound.max(1)
    }

    fn choose<'a>(&mut self, from: &[&'a [u8]]) -> Option<&'a [u8]> {
        from.get(self.below(from.len())).copied()
    }
}
