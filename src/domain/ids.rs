//! The 16-byte identifiers of Flink, each a type of its own, so that one cannot be used for another.

use std::fmt;
use std::str::FromStr;

/// A text that is not an identifier: not 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{text}' is not {what}: expected 32 hexadecimal digits, e.g. fd72014d4c864993a2e5a9287b4a9c5d"
)]
pub struct ParseIdError {
    text: String,
    what: &'static str,
}

fn parse_hex(text: &str, what: &'static str) -> Result<[u8; 16], ParseIdError> {
    let wrong = || ParseIdError {
        text: text.to_owned(),
        what,
    };
    if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    u128::from_str_radix(text, 16)
        .map(u128::to_be_bytes)
        .map_err(|_| wrong())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// 16 bytes; read from 32 hexadecimal digits of either case, shown in lower case.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The identifier with these bytes, in the order in which they are shown.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes, in the order in which they are shown.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text, $what).map(Self)
            }
        }
    };
}

id!(
    /// Names one submission of a job.
    JobId,
    "a job id"
);
id!(
    /// The handle of an asynchronous REST operation: a savepoint, a stop, a checkpoint, a disposal.
    TriggerId,
    "a trigger id"
);
id!(
    /// Names an operator's state in a snapshot: the hash of its uid, or of the program's structure.
    OperatorId,
    "an operator id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_either_case_and_shown_in_lower_case() {
        let id: JobId = "FD72014D4c864993a2e5a9287b4a9c5d".parse().unwrap();
        assert_eq!(id.to_string(), "fd72014d4c864993a2e5a9287b4a9c5d");
        assert_eq!(id.as_bytes()[0], 0xfd);
    }

    #[test]
    fn an_id_of_another_length_or_alphabet_is_refused() {
        for text in [
            "",
            "xyz",
            "fd72014d4c864993a2e5a9287b4a9c5",
            "+d72014d4c864993a2e5a9287b4a9c5d",
        ] {
            let err = text.parse::<TriggerId>().unwrap_err();
            assert!(err.to_string().contains("is not a trigger id"), "{err}");
        }
    }
}
