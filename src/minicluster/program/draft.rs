//! The operators with their types and their inputs: what the file means, before chains and ids.

use super::CompileOptions;
use super::error::Complaint;
use super::file::{File, Job};
use super::function::KeySelector;
use super::graph::Kind;
use super::section::Located;
use super::step::{Body, Step};
use super::typing::{self, Typed};
use super::value::{KeyType, Type};
use super::wiring::Wiring;

/// An operator that is checked and has neither an id nor a chain.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) uid: Option<Located<String>>,
    pub(super) parallelism: u32,
    /// What the program says of it, if it does.
    pub(super) max_parallelism: Option<u32>,
    pub(super) kind: Kind,
    /// The operator that is read, and the key by which its records are shipped, if they are.
    pub(super) inputs: Vec<(usize, Option<KeySelector>)>,
    pub(super) output: Option<Type>,
}

/// Checks the steps in the order of `wiring`. What comes back has no key-bys any more, and its indices are new.
///
/// # Errors
/// An operator does not take the records that it gets, a keyed one has no keys, or it is more parallel than allowed.
pub(super) fn drafts(
    file: &File,
    wiring: &Wiring,
    options: &CompileOptions,
) -> Result<Vec<Draft>, Complaint> {
    let mut checker = Checker {
        job: &file.job,
        steps: &file.steps,
        wiring,
        options,
        given: file.steps.iter().map(|_| None).collect(),
        drafts: Vec::new(),
    };
    for step in &wiring.order {
        checker.check(*step)?;
    }
    Ok(checker.drafts)
}

/// What a step gives to those that read it.
struct Given {
    /// The operators whose records these are: itself, or those that a key-by reads.
    from: Vec<usize>,
    /// How they are shipped, for a key-by.
    key: Option<(KeySelector, KeyType)>,
    of: Option<Type>,
}

struct Checker<'f> {
    job: &'f Job,
    steps: &'f [Step],
    wiring: &'f Wiring,
    options: &'f CompileOptions,
    given: Vec<Option<Given>>,
    drafts: Vec<Draft>,
}

impl Checker<'_> {
    fn check(&mut self, index: usize) -> Result<(), Complaint> {
        let step = &self.steps[index];
        let given = match &step.body {
            Body::KeyBy(selector) => self.key_by(index, selector.as_ref())?,
            Body::Operator(kind) => {
                let of = self.output(index, kind)?;
                self.drafts.push(self.draft(index, kind.clone(), of)?);
                Given {
                    from: vec![self.drafts.len() - 1],
                    key: None,
                    of,
                }
            }
        };
        self.given[index] = Some(given);
        Ok(())
    }

    /// What the steps that this one reads give; the order sees to it that they were checked.
    fn inputs(&self, index: usize) -> impl Iterator<Item = &Given> {
        let reads = self.wiring.reads[index].iter();
        reads.filter_map(|read| self.given[read.value].as_ref())
    }

    fn key_by(
        &self,
        index: usize,
        chosen: Option<&Located<KeySelector>>,
    ) -> Result<Given, Complaint> {
        let of = self.input(index)?;
        let selector = chosen.map_or_else(|| typing::default_key(of), |key| key.value.clone());
        let keys = self.takes(index, of, typing::key(&selector, of))?;
        Ok(Given {
            from: self
                .inputs(index)
                .flat_map(|given| given.from.clone())
                .collect(),
            key: Some((selector, keys)),
            of: Some(of),
        })
    }

    fn output(&self, index: usize, kind: &Kind) -> Result<Option<Type>, Complaint> {
        match kind {
            Kind::Sequence { .. } => return Ok(Some(Type::Long)),
            Kind::Lines { .. } => return Ok(Some(Type::String)),
            _ => {}
        }
        let of = self.input(index)?;
        match kind {
            Kind::Map(function) => {
                let mapped = typing::mapped(function, of);
                self.takes(index, of, mapped).map(Some)
            }
            Kind::Filter(predicate) => {
                self.takes(index, of, typing::filtered(predicate, of))?;
                Ok(Some(of))
            }
            Kind::Aggregate(aggregation) => {
                let keys = self.keys(index)?;
                self.takes(index, of, typing::aggregated(*aggregation, of))?;
                Ok(Some(Type::Entry(keys)))
            }
            _ => Ok(None),
        }
    }

    /// The one type of all that a step reads.
    fn input(&self, index: usize) -> Result<Type, Complaint> {
        let reads = &self.wiring.reads[index];
        let mut types = reads
            .iter()
            .zip(self.inputs(index))
            .filter_map(|(read, given)| Some((read, given.of?)));
        // an input without a type is a sink, and none is read
        let (first, of) = types
            .next()
            .ok_or_else(|| Complaint::new(self.steps[index].at, "reads nothing"))?;
        match types.find(|(_, other)| *other != of) {
            None => Ok(of),
            Some((read, other)) => {
                let [step, first, second] =
                    [index, first.value, read.value].map(|i| &self.steps[i].name);
                let message = format!(
                    "'{step}' reads '{first}', which gives {of}, and '{second}', which gives {other}: all that an \
                     operator reads must be of one type"
                );
                Err(Complaint::new(read.at, message))
            }
        }
    }

    fn takes<T>(&self, index: usize, of: Type, typed: Typed<T>) -> Result<T, Complaint> {
        let step = &self.steps[index];
        typed.map_err(|wanted| {
            let names = self.wiring.reads[index]
                .iter()
                .map(|read| &self.steps[read.value].name);
            let before = names
                .map(|name| format!("'{name}'"))
                .collect::<Vec<_>>()
                .join(", ");
            let message = format!("'{}' takes {wanted}, and {before} gives {of}", step.name);
            Complaint::new(step.at, message)
        })
    }

    /// The keys of a keyed operator's records.
    fn keys(&self, index: usize) -> Result<KeyType, Complaint> {
        let step = &self.steps[index];
        let mut inputs = self.inputs(index);
        match (
            inputs.next().and_then(|given| given.key.as_ref()),
            inputs.next(),
        ) {
            (Some((_, keys)), None) => Ok(*keys),
            (_, None) => {
                let message = format!("'{}' works per key: put a key-by before it", step.name);
                Err(Complaint::new(step.at, message))
            }
            (_, Some(_)) => {
                let message = format!(
                    "'{}' works per key and reads several operators: let one key-by read them, and '{}' that",
                    step.name, step.name
                );
                Err(Complaint::new(step.at, message))
            }
        }
    }

    fn draft(&self, index: usize, kind: Kind, output: Option<Type>) -> Result<Draft, Complaint> {
        let step = &self.steps[index];
        let (parallelism, max_parallelism) = self.parallelism(step)?;
        let edges = self.inputs(index).flat_map(|given| {
            let key = given.key.as_ref().map(|(selector, _)| selector);
            given.from.iter().map(move |from| (*from, key.cloned()))
        });
        Ok(Draft {
            name: step.name.clone(),
            uid: step.uid.clone(),
            parallelism,
            max_parallelism,
            kind,
            inputs: edges.collect(),
            output,
        })
    }

    fn parallelism(&self, step: &Step) -> Result<(u32, Option<u32>), Complaint> {
        let parallelism = step.parallelism.as_ref().or(self.job.parallelism.as_ref());
        let most = step
            .max_parallelism
            .as_ref()
            .or(self.job.max_parallelism.as_ref());
        let wanted = parallelism.map_or(self.options.parallelism, |wanted| wanted.value);
        let allowed = most.map(|most| most.value).or(self.options.max_parallelism);
        let Some(allowed) = allowed.filter(|allowed| *allowed < wanted) else {
            return Ok((wanted, allowed));
        };
        let at = step.parallelism.as_ref().map(|wanted| wanted.at);
        let at = at.or_else(|| step.max_parallelism.as_ref().map(|most| most.at));
        let at = at.or_else(|| parallelism.or(most).map(|number| number.at));
        let asked = |by_program: bool| match by_program {
            true => "",
            false => ", which the submission asks for,",
        };
        let message = format!(
            "'{}' has parallelism {wanted}{} above its max_parallelism {allowed}{}: lower the one or raise the other",
            step.name,
            asked(parallelism.is_some()),
            asked(most.is_some()).trim_end_matches(','),
        );
        Err(Complaint::new(at.unwrap_or(step.at), message))
    }
}
