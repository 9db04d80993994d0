//! Programs as a user writes them, and what becomes of them.

use std::path::Path;

use super::*;

mod examples;
mod flink;
mod functions;
mod graphs;
mod refusals;

/// Compiles a program whose files are looked for in the repository.
fn compiled(text: &str, options: &CompileOptions) -> Result<JobGraph, ProgramError> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = ProgramSource {
        file: "counter.toml",
        directory,
        content: text.as_bytes(),
    };
    compile(source, options)
}

fn graph(text: &str) -> JobGraph {
    compiled(text, &CompileOptions::default()).unwrap()
}

/// An `[[operator]]` in a line, for tests about more than one: `"map m < s, function add, value 1"` is too clever, so
/// the keys are given as TOML, with `;` for a new line.
fn program(operators: &[&str]) -> String {
    let operators = operators
        .iter()
        .map(|keys| format!("[[operator]]\n{}\n", keys.replace("; ", "\n")));
    operators.collect()
}
