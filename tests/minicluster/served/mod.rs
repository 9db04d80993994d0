//! The minicluster as users meet it: the binary serves, and the binary talks to it.

mod cluster;
mod http;
mod start;
