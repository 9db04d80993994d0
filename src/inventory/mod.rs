//! The savepoint manager's judgement: what there is, what depends on what, what may go. Decisions are pure.

pub mod catalogue;
pub mod diff;
pub mod disposal;
pub mod inspection;
pub mod preflight;
pub mod resolution;
pub mod sharing;
pub mod trace;
