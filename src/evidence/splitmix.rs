//! Repeatable random numbers: the same seed gives the same numbers on every machine.
//!
//! Used where chance must not change an answer (the bootstrap of [`super::interval`]) or a sample
//! (`crate::samples`). Start reading at [`SplitMix::next_u64`].
//!
//! # Always true
//!
//! - Nothing here asks the machine for randomness or for the time.
//!
//! # Source
//!
//! G. L. Steele, D. Lea, C. H. Flood (2014), *Fast splittable pseudorandom number generators*,
//! OOPSLA '14, 453–472: the 64-bit mix with its two multipliers.

/// A stream of repeatable 64-bit numbers. Not for secrets.
///
/// ```
/// use fivestep::evidence::splitmix::SplitMix;
/// let (mut one, mut other) = (SplitMix::new(7), SplitMix::new(7));
/// assert_eq!(one.next_u64(), other.next_u64());
/// assert!(one.below(10) < 10);
/// ```
#[derive(Debug, Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    /// Begins the stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Begins the stream of a text, such as an address (FNV-1a turns it into a seed).
    pub fn of(text: &str) -> Self {
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number from 0 to `limit - 1`; 0 if `limit` is 0.
    ///
    /// The multiply-and-shift leaves a bias of at most `limit` in 2⁶⁴, too small to see.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// The next fraction, at least 0 and below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first three numbers of seed 1234567, as published test vectors give them.
        let mut stream = SplitMix::new(1_234_567);
        assert_eq!(
            [stream.next_u64(), stream.next_u64(), stream.next_u64()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn numbers_stay_below_their_limit() {
        let mut stream = SplitMix::of("a text");
        for limit in [1, 2, 10, u64::MAX] {
            assert!((0..100).all(|_| stream.below(limit) < limit), "{limit}");
        }
        assert_eq!(stream.below(0), 0);
        assert!((0..100).all(|_| (0.0..1.0).contains(&stream.fraction())));
    }
}
