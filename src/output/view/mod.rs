//! One JSON struct for each result.

pub mod inspect;
