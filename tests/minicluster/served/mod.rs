//! The minicluster as users meet it: the binary serves, and the binary talks to it.

pub mod cluster;
mod examples;
mod http;
mod life;
mod recipe;
mod start;
