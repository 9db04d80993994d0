//! The `savepointctl` binary.

fn main() {}
