//! What all commands share in typing: flags, and the values they take. Opens no file, reads no clock.

pub mod connect;
pub mod value;
