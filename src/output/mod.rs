//! The only room that writes to stdout and stderr.

pub mod flink;
mod json;
pub mod printer;
pub mod progress;
mod screen;
mod style;
mod table;
mod text;
pub mod view;

pub use printer::{Format, Look, Printer};
pub use style::{Colors, Style};
