//! From an operator's `uid` to its operator id.

use super::ids::OperatorId;

impl OperatorId {
    /// The operator id of an operator whose `uid` is set.
    ///
    /// MurmurHash3, x64 128-bit variant, seed 0, over the UTF-8 bytes of the uid; both 64-bit words little-endian.
    /// Source: apache/flink `StreamGraphHasherV2.generateUserSpecifiedHash`.
    pub fn from_uid(uid: &str) -> Self {
        Self::from_bytes(murmur3_x64_128(uid.as_bytes()))
    }

    /// The operator id of an operator without a `uid`, from its place in the program.
    ///
    /// `before` is how many operators were given an id before it, `chained` how many of its outputs go to an operator
    /// of its own chain, `inputs` are the ids of what it reads, an entry for each edge.
    /// Source: apache/flink `StreamGraphHasherV2.generateDeterministicHash`.
    pub fn generated(before: u32, chained: usize, inputs: &[Self]) -> Self {
        let mut id = murmur3_x64_128(&before.to_le_bytes().repeat(1 + chained));
        for input in inputs {
            for (byte, of_input) in id.iter_mut().zip(input.as_bytes()) {
                *byte = byte.wrapping_mul(37) ^ of_input;
            }
        }
        Self::from_bytes(id)
    }
}

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

fn murmur3_x64_128(bytes: &[u8]) -> [u8; 16] {
    let (mut h1, mut h2) = (0u64, 0u64);
    let (blocks, tail) = bytes.as_chunks::<16>();
    for block in blocks {
        let (k1, k2) = words(block);
        h1 ^= mix_k1(k1);
        h1 = h1
            .rotate_left(27)
            .wrapping_add(h2)
            .wrapping_mul(5)
            .wrapping_add(0x52dc_e729);
        h2 ^= mix_k2(k2);
        h2 = h2
            .rotate_left(31)
            .wrapping_add(h1)
            .wrapping_mul(5)
            .wrapping_add(0x3849_5ab5);
    }
    // a word of zeros mixes to zero, so an empty or short tail needs no case of its own
    let mut last = [0u8; 16];
    last[..tail.len()].copy_from_slice(tail);
    let (k1, k2) = words(&last);
    h1 ^= mix_k1(k1);
    h2 ^= mix_k2(k2);

    h1 ^= bytes.len() as u64;
    h2 ^= bytes.len() as u64;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finish(h1);
    h2 = finish(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);

    let mut out = [0u8; 16];
    out[..8].copy_from_slice(&h1.to_le_bytes());
    out[8..].copy_from_slice(&h2.to_le_bytes());
    out
}

fn words(block: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*block);
    (both as u64, (both >> 64) as u64)
}

fn mix_k1(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix_k2(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn finish(mut k: u64) -> u64 {
    k ^= k >> 33;
    k = k.wrapping_mul(0xff51_afd7_ed55_8ccd);
    k ^= k >> 33;
    k = k.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    k ^ (k >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen from Flink's own hasher.
    #[test]
    fn a_uid_hashes_to_the_operator_id_that_flink_computes() {
        for (uid, id) in KNOWN {
            assert_eq!(OperatorId::from_uid(uid).to_string(), *id, "uid '{uid}'");
        }
    }

    /// Seen from Flink's own hasher: source, map, keyed reduce and sink, chained and not.
    #[test]
    fn an_operator_without_uid_has_the_id_that_flink_generates() {
        for (chained, ids) in GENERATED {
            let mut inputs = Vec::new();
            for (before, id) in ids.iter().enumerate() {
                let chained = usize::from(*chained && before % 2 == 0);
                let generated = OperatorId::generated(before as u32, chained, &inputs);
                assert_eq!(generated.to_string(), *id);
                inputs = vec![generated];
            }
        }
    }

    const GENERATED: &[(bool, [&str; 4])] = &[
        (
            true,
            [
                "cbc357ccb763df2852fee8c4fc7d55f2",
                "7df19f87deec5680128845fd9a6ca18d",
                "90bea66de1c231edf33913ecd54406c1",
                "17fbfcaabad45985bbdf4da0490487e3",
            ],
        ),
        (
            false,
            [
                "bc764cd8ddf7a0cff126f51c16239658",
                "0a448493b4782967b150582570326227",
                "ea632d67b7d595e5b851708ae9ad79d6",
                "6d2677a0ecc3fd8df0b72ec675edf8f4",
            ],
        ),
    ];

    const KNOWN: &[(&str, &str)] = &[
        ("source-id", "bd9c186e89cc37a76d776844dfa8ccba"),
        ("mapper-id", "c9cecfed5cae9d489451c50e442666e3"),
        ("counter-id", "e464826d320d0351136b0d372c600a5e"),
        ("sink-id", "b2bc5a6680a755404d35a7edb8fc77f4"),
        ("", "00000000000000000000000000000000"),
        ("a", "897859f6655555855a890e51483ab5e6"),
        ("été", "149a9d9b6c5fbf532881418509693336"),
        ("键", "8d2c2478c194b87138afc187b6f3a8ee"),
        ("\u{1F600}", "5c54e08755b16d15ba04e1cf3f082e29"),
        ("abcdefghijklmnop", "23b74c22a33ccac41aeb31b395d63343"),
        ("abcdefghijklmnopq", "57a6bd887f746475e40d11a19d49daec"),
        (
            "The quick brown fox jumps over the lazy dog",
            "6c1b07bc7bbc4be347939ac4a93c437a",
        ),
    ];
}
