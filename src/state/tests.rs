//! What is written is read back, in whole, in part and damaged.

mod checks;
mod damaged;
mod headers;
mod layouts;
mod restore;
mod samples;
