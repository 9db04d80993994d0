use super::*;
use crate::domain::plan::{Plan, PlanVertex};
use crate::inventory::inspection::files::tests::{operator, operator_subtask, relative, snapshot};
use crate::metadata::Text;

fn id(text: &str) -> OperatorId {
    text.parse().unwrap()
}

fn uid(text: &str) -> OperatorId {
    OperatorId::from_uid(text)
}

fn vertex(id: OperatorId, operators: &[&str], inputs: &[OperatorId]) -> PlanVertex {
    PlanVertex {
        id,
        operators: operators.iter().map(|name| (*name).to_owned()).collect(),
        parallelism: 2,
        inputs: inputs.to_vec(),
    }
}

/// As real Flink plans it, chained and apart: a source and a map, a keyed count and a tally. `uids` of those that have
/// one, else `None`.
fn plans(uids: [Option<&str>; 4]) -> (Plan, Plan) {
    let ids = |chainable: [usize; 4]| {
        let mut inputs: Vec<OperatorId> = Vec::new();
        let mut found = Vec::new();
        for ((before, uid), chainable) in (0..).zip(uids).zip(chainable) {
            let generated = OperatorId::generated(before, chainable, &inputs);
            let id = uid.map_or(generated, OperatorId::from_uid);
            inputs = vec![id];
            found.push(id);
        }
        found
    };
    let chained = ids([1, 0, 1, 0]);
    let chained = vec![
        vertex(chained[2], &["count", "tally"], &[chained[0]]),
        vertex(chained[0], &["Source: source", "pace"], &[]),
    ];
    let apart = ids([0, 0, 0, 0]);
    let names = ["Source: source", "pace", "count", "tally"];
    let vertices = names.iter().enumerate().map(|(at, name)| {
        let inputs = at.checked_sub(1).map(|before| apart[before]);
        vertex(apart[at], &[*name], inputs.as_slice())
    });
    (
        Plan { vertices: chained },
        Plan {
            // as they come from the server, the last first
            vertices: vertices.rev().collect(),
        },
    )
}

fn program(uids: [Option<&str>; 4]) -> Program {
    let (chained, apart) = plans(uids);
    Program::of_plans(&chained, Some(&apart))
}

const ALL: [Option<&str>; 4] = [Some("source"), Some("pace"), Some("count"), Some("tally")];

fn stateful(id: OperatorId) -> Operator<'static> {
    Operator {
        id,
        ..operator(vec![operator_subtask(0, relative("a", 7))])
    }
}

/// The names of the report's lists: matched, left over, unknown.
fn outcome(program: &Program, ids: &[OperatorId]) -> (usize, usize, usize) {
    let metadata = snapshot(ids.iter().copied().map(stateful).collect());
    let report = check(&metadata, program);
    let counts = (
        report.matched.len(),
        report.left_over.len(),
        report.unknown.len(),
    );
    assert_eq!(report.fits(), counts.1 + counts.2 == 0);
    counts
}

#[test]
fn with_uids_on_all_operators_the_chained_ones_are_known_by_the_second_plan() {
    let program = program(ALL);
    assert_eq!(program.unidentified, []);
    let ids = ["source", "pace", "count", "tally"].map(uid);
    assert_eq!(outcome(&program, &ids), (4, 0, 0));
    assert_eq!(outcome(&program, &[uid("tally"), uid("other")]), (1, 1, 0));
    let mut names: Vec<_> = program
        .operators
        .iter()
        .filter_map(|op| op.name.clone())
        .collect();
    names.sort();
    assert_eq!(names, ["Source: source", "count", "pace", "tally"]);
}

#[test]
fn without_uids_heads_match_and_chained_operators_are_never_certain() {
    let program = program([None; 4]);
    // as real Flink names them
    let heads = [
        "cbc357ccb763df2852fee8c4fc7d55f2",
        "90bea66de1c231edf33913ecd54406c1",
    ]
    .map(id);
    let chained = [
        "7df19f87deec5680128845fd9a6ca18d",
        "17fbfcaabad45985bbdf4da0490487e3",
    ]
    .map(id);
    assert_eq!(outcome(&program, &heads), (2, 0, 0));
    assert_eq!(outcome(&program, &chained), (0, 0, 2));
    let names: Vec<_> = program.unidentified.iter().map(|one| &one.name).collect();
    assert_eq!(names, ["pace", "tally"]);
}

#[test]
fn ids_of_the_plan_without_chaining_are_no_match_for_a_program_that_chains() {
    let apart = [
        "bc764cd8ddf7a0cff126f51c16239658",
        "0a448493b4782967b150582570326227",
        "ea632d67b7d595e5b851708ae9ad79d6",
        "6d2677a0ecc3fd8df0b72ec675edf8f4",
    ];
    let (matched, _, _) = outcome(&program([None; 4]), &apart.map(id));
    assert_eq!(matched, 0);
}

#[test]
fn what_no_operator_without_a_uid_can_be_is_left_over_for_certain() {
    let program = program([Some("source"), None, Some("count"), None]);
    assert_eq!(program.unidentified.len(), 2);
    assert_eq!(outcome(&program, &[uid("gone"), uid("count")]), (1, 1, 0));
    let tally = OperatorId::generated(3, 0, &[uid("count")]);
    assert_eq!(outcome(&program, &[tally]), (0, 0, 1));
}

#[test]
fn below_1_17_every_chained_operator_may_be_anything() {
    let (chained, _) = plans(ALL);
    let program = Program::of_plans(&chained, None);
    assert_eq!(
        outcome(&program, &[uid("source"), uid("tally"), uid("gone")]),
        (1, 0, 2)
    );
    let apart = plans(ALL).1;
    let program = Program::of_plans(&apart, None);
    assert_eq!(outcome(&program, &[uid("tally"), uid("gone")]), (1, 1, 0));
}

#[test]
fn a_program_that_chains_whatever_one_asks_for_is_as_unknown_as_with_one_plan() {
    let (chained, _) = plans(ALL);
    let both = Program::of_plans(&chained, Some(&chained));
    assert_eq!(both, Program::of_plans(&chained, None));
}

#[test]
fn a_recorded_uid_is_no_operator_without_one() {
    let mut recorded = stateful(uid("gone"));
    recorded.uid = Some(Text::from("gone"));
    let metadata = snapshot(vec![recorded, stateful(uid("other"))]);
    let program = Program {
        unidentified: vec![Unidentified {
            name: "map".to_owned(),
            ids: PossibleIds::Generated,
        }],
        ..Program::default()
    };
    let report = check(&metadata, &program);
    assert_eq!((report.left_over.len(), report.unknown.len()), (1, 1));
}

#[test]
fn plans_in_a_circle_or_of_many_inputs_end() {
    let a = uid("a");
    let b = OperatorId::generated(0, 0, &[a]);
    let c = OperatorId::generated(1, 0, &[b]);
    let circle = Plan {
        vertices: vec![
            vertex(a, &["a"], &[c]),
            vertex(b, &["b"], &[a]),
            vertex(c, &["c"], &[b]),
        ],
    };
    let heads = Plan {
        vertices: vec![vertex(a, &["a", "b"], &[])],
    };
    let program = Program::of_plans(&heads, Some(&circle));
    assert_eq!(program.unidentified.len(), 2, "{program:?}");
    let mut vertices: Vec<PlanVertex> = (0..12)
        .map(|before| vertex(OperatorId::generated(before, 0, &[]), &["source"], &[]))
        .collect();
    let inputs: Vec<OperatorId> = vertices.iter().map(|one| one.id).collect();
    let union = OperatorId::generated(12, 0, &inputs);
    vertices.push(vertex(union, &["union"], &inputs));
    let program = Program::of_plans(&Plan::default(), Some(&Plan { vertices }));
    assert_eq!(
        program.unidentified.last().unwrap().ids,
        PossibleIds::Generated
    );
}

#[test]
fn state_counts_even_with_no_bytes_and_what_has_none_is_not_missed() {
    let mut coordinator = operator(vec![]);
    coordinator.coordinator = Some(relative("c", 0));
    let empty = Operator {
        id: uid("empty"),
        ..operator(vec![])
    };
    let metadata = snapshot(vec![coordinator, empty]);
    let program = Program::of_uids(["new".to_owned()]);
    let report = check(&metadata, &program);
    assert_eq!((report.left_over.len(), report.gone_without_state), (1, 1));
    assert_eq!(report.new.len(), 1);
    assert_eq!(report.left_over_size(), 0);
    assert!(!report.fits());
}

#[test]
fn numbers_that_do_not_fit_are_conflicts_and_those_that_may_not_matter_are_told_apart() {
    let metadata = snapshot(vec![stateful(uid("a"))]);
    let conflict = |parallelism, max_parallelism| {
        let program = Program {
            operators: vec![ProgramOperator {
                id: uid("a"),
                name: None,
                uid: None,
                parallelism,
                max_parallelism,
            }],
            unidentified: Vec::new(),
        };
        let report = check(&metadata, &program);
        let conflict = report.conflicts.first();
        (conflict.map(|one| (one.kind, one.found)), report.fits())
    };
    use ConflictKind as K;
    use MaxParallelism as M;
    assert_eq!(conflict(None, None), (None, true));
    assert_eq!(conflict(Some(128), Some(M::Set(128))), (None, true));
    assert_eq!(
        conflict(Some(129), None),
        (Some((K::Parallelism, 129)), false)
    );
    assert_eq!(
        conflict(Some(129), Some(M::Set(256))),
        (Some((K::MaxParallelism, 256)), false)
    );
    assert_eq!(
        conflict(Some(129), Some(M::Seen(256))),
        (Some((K::Parallelism, 129)), false)
    );
    assert_eq!(
        conflict(Some(2), Some(M::Seen(256))),
        (Some((K::PossiblyMaxParallelism, 256)), true)
    );
}

#[test]
fn the_program_of_a_job_is_what_its_snapshot_names() {
    let metadata = snapshot(vec![stateful(uid("a"))]);
    let max = |set| Program::of_snapshot(&metadata, set).operators[0].max_parallelism;
    assert_eq!(max(None), Some(MaxParallelism::Seen(128)));
    assert_eq!(max(Some(128)), Some(MaxParallelism::Set(128)));
    assert_eq!(max(Some(64)), Some(MaxParallelism::Seen(128)));
    let same = Program::of_snapshot(&metadata, None);
    assert!(check(&metadata, &same).fits());
}
