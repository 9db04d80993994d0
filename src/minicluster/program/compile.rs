//! From a program's text to its job graph.

use std::path::Path;

use super::chain::Chains;
use super::draft::{self, Draft};
use super::error::{Complaint, ProgramError};
use super::graph::{Input, JobGraph, Kind, Operator, Ship, Vertex};
use super::{file, ids, places, wiring};
use crate::domain::ids::OperatorId;

/// A program as it was submitted.
#[derive(Debug, Clone, Copy)]
pub struct ProgramSource<'a> {
    /// What the file is called; its errors begin with it, and a job without a name gets it, less the ending.
    pub file: &'a str,
    /// Where files are that the program names by relative paths.
    pub directory: &'a Path,
    /// The file's bytes.
    pub content: &'a [u8],
}

/// What a cluster or a submission says about a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileOptions {
    /// The parallelism of operators for which the program says nothing, from 1.
    pub parallelism: u32,
    /// The max parallelism of operators for which the program says nothing; without it, as Flink computes it.
    pub max_parallelism: Option<u32>,
    /// Whether operators are chained at all.
    pub chaining: bool,
    /// Whether only the first operator of a chain has an id, as in the first savepoint design.
    pub strict_chains: bool,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self {
            parallelism: 1,
            max_parallelism: None,
            chaining: true,
            strict_chains: false,
        }
    }
}

/// Makes a program ready to run. Of files that it names it looks whether they can be read or written, no more.
///
/// # Errors
/// The first thing that is wrong with the program.
pub fn compile(
    source: ProgramSource<'_>,
    options: &CompileOptions,
) -> Result<JobGraph, ProgramError> {
    let readable = source
        .content
        .utf8_chunks()
        .next()
        .map_or("", |chunk| chunk.valid());
    let name = Path::new(source.file)
        .file_stem()
        .map_or(source.file.into(), |stem| stem.to_string_lossy());
    graph(&source, &name, options).map_err(|complaint| complaint.locate(source.file, readable))
}

fn graph(
    source: &ProgramSource<'_>,
    name: &str,
    options: &CompileOptions,
) -> Result<JobGraph, Complaint> {
    let file = file::read(file::text(source.content)?, source.directory)?;
    let wiring = wiring::connect(&file.steps)?;
    places::refuse_shared(&file.steps)?;
    let drafts = draft::drafts(&file, &wiring, options)?;
    let chains = Chains::of(&drafts, options.chaining);
    let mut ids = ids::ids(&drafts, &chains)?;
    if options.strict_chains {
        ids = ids::strict(&drafts, &chains, &ids)?;
    }
    let operators = operators(drafts, &chains, &ids);
    Ok(JobGraph {
        name: file.job.name.unwrap_or_else(|| name.to_owned()),
        vertices: vertices(&operators, &chains),
        operators,
        checkpoint_interval: file.job.checkpoint_interval,
        checkpoint_timeout: file.job.checkpoint_timeout,
        restart_attempts: file.job.restart_attempts,
    })
}

fn operators(drafts: Vec<Draft>, chains: &Chains, ids: &[OperatorId]) -> Vec<Operator> {
    let parallelism: Vec<u32> = drafts.iter().map(|draft| draft.parallelism).collect();
    let operator = |(index, draft): (usize, Draft)| Operator {
        id: ids[index],
        name: flink_name(&draft.kind, &draft.name),
        uid: draft.uid.map(|uid| uid.value),
        parallelism: draft.parallelism,
        max_parallelism: chains.max_parallelism(index, draft.parallelism),
        kind: draft.kind,
        inputs: draft
            .inputs
            .into_iter()
            .map(|(from, key)| {
                let ship = match key {
                    Some(key) => Ship::Hash(key),
                    None if parallelism[from] == draft.parallelism => Ship::Forward,
                    None => Ship::Rebalance,
                };
                Input { from, ship }
            })
            .collect(),
        output: draft.output,
    };
    drafts.into_iter().enumerate().map(operator).collect()
}

/// A source's name and a sink's begin with what they are, as in Flink.
fn flink_name(kind: &Kind, name: &str) -> String {
    match kind {
        _ if kind.is_source() => format!("Source: {name}"),
        _ if kind.is_sink() => format!("Sink: {name}"),
        _ => name.to_owned(),
    }
}

fn vertices(operators: &[Operator], chains: &Chains) -> Vec<Vertex> {
    let heads = (0..operators.len()).filter(|index| !chains.is_chained(*index));
    heads
        .map(|head| Vertex {
            operators: (0..operators.len())
                .filter(|index| chains.heads[*index] == head)
                .collect(),
            parallelism: operators[head].parallelism,
            max_parallelism: operators[head].max_parallelism,
            has_set_max_parallelism: chains.has_set_max_parallelism(head),
        })
        .collect()
}
