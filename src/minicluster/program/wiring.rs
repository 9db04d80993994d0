//! Who reads whom.

use super::error::Complaint;
use super::section::Located;
use super::spelling;
use super::step::{Body, Step};

/// What each step reads, and an order in which every step comes after that.
#[derive(Debug)]
pub(super) struct Wiring {
    /// Per step the steps that it reads, and where it says so.
    pub(super) reads: Vec<Vec<Located<usize>>>,
    /// Every step after what it reads; else as in the file.
    pub(super) order: Vec<usize>,
}

/// Finds what every step reads.
///
/// # Errors
/// There is no source or no sink, a name is not known or known twice, records go in a circle or nowhere.
pub(super) fn connect(steps: &[Step]) -> Result<Wiring, Complaint> {
    refuse_equal_names(steps)?;
    refuse_without_ends(steps)?;
    let reads: Vec<_> = (0..steps.len())
        .map(|index| reads(steps, index))
        .collect::<Result<_, _>>()?;
    let order = Ordering::new(steps, &reads).order()?;
    refuse_unread(steps, &reads)?;
    Ok(Wiring { reads, order })
}

fn refuse_equal_names(steps: &[Step]) -> Result<(), Complaint> {
    for (index, step) in steps.iter().enumerate() {
        let Some(at) = step.named_at else { continue };
        let mut before = steps[..index].iter();
        if before.any(|other| other.named_at.is_some() && other.name == step.name) {
            let message = format!("the name '{}' is taken by an operator above", step.name);
            return Err(Complaint::new(at, message));
        }
    }
    Ok(())
}

fn refuse_without_ends(steps: &[Step]) -> Result<(), Complaint> {
    let ends = |step: Option<&Step>| step.map_or(0, |step| step.at);
    if !steps.iter().any(Step::is_source) {
        let message =
            "the program has no source: begin it with an operator of type sequence or lines";
        return Err(Complaint::new(ends(steps.first()), message));
    }
    if !steps.iter().any(Step::is_sink) {
        let message =
            "the program has no sink: end it with an operator of type discard, print or file";
        return Err(Complaint::new(ends(steps.last()), message));
    }
    Ok(())
}

fn reads(steps: &[Step], index: usize) -> Result<Vec<Located<usize>>, Complaint> {
    let step = &steps[index];
    if step.is_source() {
        return Ok(Vec::new());
    }
    let Some(names) = &step.input else {
        return Ok(vec![Located {
            value: before(steps, index)?,
            at: step.at,
        }]);
    };
    let mut found: Vec<Located<usize>> = Vec::new();
    for name in names {
        let value = named(steps, step, name)?;
        if found.iter().any(|other| other.value == value) {
            let message = format!("'{}' reads '{}' twice", step.name, name.value);
            return Err(Complaint::new(name.at, message));
        }
        found.push(Located { value, at: name.at });
    }
    Ok(found)
}

/// The step in front of this one in the file, which it reads if it names nothing else.
fn before(steps: &[Step], index: usize) -> Result<usize, Complaint> {
    let step = &steps[index];
    let problem = match index.checked_sub(1) {
        None => format!(
            "'{}' has no operator before it: name what it reads as its 'input'",
            step.name
        ),
        Some(before) if steps[before].is_sink() => format!(
            "'{}' comes after '{}', a sink, which gives nothing: name what it reads as its 'input'",
            step.name, steps[before].name
        ),
        Some(before) => return Ok(before),
    };
    Err(Complaint::new(step.at, problem))
}

fn named(steps: &[Step], step: &Step, name: &Located<String>) -> Result<usize, Complaint> {
    let mut found = (0..steps.len()).filter(|index| steps[*index].name == name.value);
    let problem = match (found.next(), found.next()) {
        (Some(read), None) if steps[read].is_sink() => {
            format!(
                "'{}' reads '{}', a sink, which gives nothing",
                step.name, name.value
            )
        }
        (Some(read), None) => return Ok(read),
        (Some(_), Some(_)) => format!(
            "'{}' reads '{}', and several operators are called that: give each a 'name' of its own",
            step.name, name.value
        ),
        (None, _) => {
            let others = steps
                .iter()
                .filter(|other| other.name != step.name && !other.is_sink());
            let known: Vec<&str> = others.map(|other| other.name.as_str()).collect();
            let suggestion = spelling::suggestion(&name.value, &known);
            format!(
                "'{}' reads '{}', which is no operator{suggestion}",
                step.name, name.value
            )
        }
    };
    Err(Complaint::new(name.at, problem))
}

fn refuse_unread(steps: &[Step], reads: &[Vec<Located<usize>>]) -> Result<(), Complaint> {
    let mut read = vec![false; steps.len()];
    for input in reads.iter().flatten() {
        read[input.value] = true;
    }
    let unread = steps
        .iter()
        .zip(read)
        .find(|(step, read)| !read && !step.is_sink());
    unread.map_or(Ok(()), |(step, _)| {
        let message = format!("nothing reads '{}': a sink should, or remove it", step.name);
        Err(Complaint::new(step.at, message))
    })
}

/// Depth first from the file's first step to its last, inputs first: the order in which a Java program that says the
/// same would have to create them.
struct Ordering<'s> {
    steps: &'s [Step],
    reads: &'s [Vec<Located<usize>>],
    done: Vec<bool>,
    /// From a step to the input that is being ordered.
    path: Vec<usize>,
    order: Vec<usize>,
}

impl<'s> Ordering<'s> {
    fn new(steps: &'s [Step], reads: &'s [Vec<Located<usize>>]) -> Self {
        Self {
            steps,
            reads,
            done: vec![false; steps.len()],
            path: Vec::new(),
            order: Vec::new(),
        }
    }

    fn order(mut self) -> Result<Vec<usize>, Complaint> {
        for index in 0..self.steps.len() {
            self.visit(index)?;
        }
        Ok(self.order)
    }

    fn visit(&mut self, index: usize) -> Result<(), Complaint> {
        if self.done[index] {
            return Ok(());
        }
        self.path.push(index);
        for input in &self.reads[index] {
            if let Some(start) = self.path.iter().position(|step| *step == input.value) {
                return Err(self.circle(start, input.at));
            }
            self.visit(input.value)?;
            let both = [index, input.value].map(|step| &self.steps[step]);
            if both.iter().all(|step| matches!(step.body, Body::KeyBy(_))) {
                let message = format!(
                    "'{}' reads '{}', and both are key-by: only the last would count",
                    both[0].name, both[1].name
                );
                return Err(Complaint::new(input.at, message));
            }
        }
        self.path.pop();
        self.done[index] = true;
        self.order.push(index);
        Ok(())
    }

    fn circle(&self, start: usize, at: usize) -> Complaint {
        let name = |step: &usize| format!("'{}'", self.steps[*step].name);
        let mut names: Vec<String> = self.path[start..].iter().map(name).collect();
        if let [only] = names.as_slice() {
            return Complaint::new(
                at,
                format!("{only} reads itself: records cannot go in a circle"),
            );
        }
        names.push(names[0].clone());
        let circle = names.join(" reads ");
        Complaint::new(at, format!("{circle}: records cannot go in a circle"))
    }
}
