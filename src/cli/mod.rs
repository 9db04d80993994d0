//! What all commands share in typing: flags and the values they take. Opens no file and reads no clock.

pub mod connect;
pub mod dirs;
pub mod global;
pub mod value;
pub mod words;
