//! The library half of `savepointctl`. It exists so that the binary and the tests share one body of code, and
//! promises no stable interface.

pub mod domain;
pub mod metadata;
pub mod output;
