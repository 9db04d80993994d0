//! The savepoint manager's judgement: what there is, what depends on what, what may go. Decisions are pure.

pub mod budget;
pub mod catalogue;
pub mod check;
pub mod diff;
pub mod disposal;
pub mod inspection;
pub mod known;
pub mod offline;
pub mod preflight;
pub mod reading;
pub mod resolution;
pub mod scan;
pub mod sharing;
pub mod trace;
