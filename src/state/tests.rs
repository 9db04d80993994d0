//! What is written is read back, in whole, in part and damaged.

mod damaged;
mod restore;
mod samples;
