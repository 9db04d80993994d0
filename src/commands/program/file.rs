//! The program of a minicluster, which is compiled here.

use std::path::Path;

use crate::commands::context::Context;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::preflight::{MaxParallelism, Program, ProgramOperator};
use crate::minicluster::program::{CompileOptions, JobGraph, ProgramSource, compile};
use crate::storage::Location;

/// The largest program that is read.
const MAX_PROGRAM: u64 = 16 << 20;

/// A program of the minicluster.
///
/// # Errors
/// A file that cannot be read, or is no program (2).
pub async fn of_file(
    cx: &Context,
    path: &Path,
    parallelism: Option<u32>,
) -> Result<Program, Failure> {
    let shown = path.display().to_string();
    let wrong = |why: String| {
        Failure::new(Exit::Usage, why).doing(format!("cannot read the program {shown}"))
    };
    let read = async {
        let file = Location::of(&shown)?;
        cx.storage().read(&file, MAX_PROGRAM).await
    };
    let content = read.await.map_err(|err| wrong(err.to_string()))?;
    let source = ProgramSource {
        file: &shown,
        directory: path.parent().unwrap_or(Path::new(".")),
        content: &content,
    };
    let options = CompileOptions {
        parallelism: parallelism.unwrap_or(1),
        ..CompileOptions::default()
    };
    let graph =
        compile(source, &options).map_err(|err| Failure::new(Exit::Usage, err.to_string()))?;
    Ok(of_graph(graph))
}

fn of_graph(graph: JobGraph) -> Program {
    let operators = graph.operators.into_iter();
    Program {
        operators: operators
            .map(|operator| ProgramOperator {
                id: operator.id,
                name: Some(operator.name),
                uid: operator.uid,
                parallelism: Some(operator.parallelism),
                max_parallelism: Some(MaxParallelism::Seen(operator.max_parallelism)),
            })
            .collect(),
        unidentified: Vec::new(),
    }
}
