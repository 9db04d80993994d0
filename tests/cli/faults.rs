//! Random faults between the tool and a small model of Flink: whatever happens, the tool never claims a savepoint
//! that is not there, never says that one failed that is there, and never makes a second one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::answers::{self, NOW, done, failed, in_progress, unknown};
use super::run::{Outcome, at, shell};
use super::server::{Answer, Flink, Job, Request};

/// Runs of each kind; their seeds are 1 to this.
const RUNS: u64 = 48;
/// Runs at a time.
const SIDE_BY_SIDE: u64 = 6;

/// Small, and the same everywhere (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A savepoint of the model.
#[derive(Clone, Debug)]
struct Operation {
    number: u64,
    /// Polls until it is over.
    left: u64,
    fails: bool,
    /// Polls that still know its result.
    remembered: u64,
}

impl Operation {
    fn location(&self) -> String {
        format!("file:/sp/savepoint-{}", self.number)
    }

    fn is_over(&self) -> bool {
        self.left == 0
    }
}

/// What is true in the cluster.
struct Model {
    random: Random,
    /// Of 100 requests, those that go wrong.
    faults: u64,
    version: &'static str,
    stops: bool,
    ids: bool,
    operations: HashMap<String, Operation>,
}

impl Model {
    /// Time passes with every request.
    fn tick(&mut self) {
        for operation in self.operations.values_mut() {
            operation.left = operation.left.saturating_sub(1);
        }
    }

    fn trigger(&mut self, request: &Request) -> Answer {
        let number = self.operations.len() as u64 + 1;
        let id = request
            .trigger_id()
            .map_or_else(|| format!("{number:032x}"), str::to_owned);
        let (left, fails) = (1 + self.random.below(6), self.random.chance(25));
        let remembered = if self.random.chance(20) { 0 } else { 1000 };
        let new = Operation {
            number,
            left,
            fails,
            remembered,
        };
        self.operations.entry(id.clone()).or_insert(new);
        Answer::json(202, json!({"request-id": id}))
    }

    fn poll(&mut self, job: &Job, id: &str) -> Answer {
        match self.operations.get(id) {
            None => unknown(job),
            Some(operation) if !operation.is_over() => in_progress(),
            Some(operation) if operation.remembered == 0 => unknown(job),
            Some(operation) if operation.fails => failed(answers::DISK_FULL),
            Some(operation) => done(&operation.location()),
        }
    }

    fn history(&self) -> Value {
        let kind = if self.stops {
            "SYNC_SAVEPOINT"
        } else {
            "SAVEPOINT"
        };
        let mut all: Vec<&Operation> = self.operations.values().collect();
        all.sort_by_key(|operation| std::cmp::Reverse(operation.number));
        let entry = |operation: &&Operation| {
            let (id, at) = (operation.number, NOW + 10 * operation.number as i64);
            match (operation.is_over(), operation.fails) {
                (false, _) => answers::unfinished(id, kind, at),
                (true, true) => answers::broken(id, kind, at, "disk full"),
                (true, false) => answers::complete(id, kind, at, &operation.location()),
            }
        };
        answers::history(all.iter().map(entry).collect())
    }

    /// A fault instead of an answer; the request has had its effect, or has had none.
    fn fault(&mut self, effect: Answer) -> Answer {
        fault(&mut self.random, effect)
    }
}

/// A fault instead of an answer.
pub(super) fn fault(random: &mut Random, effect: Answer) -> Answer {
    let whole = Box::new(effect);
    match random.below(10) {
        0 | 1 => Answer::Dropped,
        2 => Answer::DroppedAfterHeaders(whole),
        3 => Answer::DroppedInBody(whole),
        4 => Answer::Cut(whole),
        5 => Answer::html(200),
        6 => Answer::html(502),
        7 => Answer::html(504),
        8 => {
            let text = "<Exception on server side:\njava.util.concurrent.TimeoutException: timed out\nEnd of exception on server side>";
            Answer::json(500, json!({"errors": ["Internal server error.", text]}))
        }
        _ => Answer::Raw(b"HTTP/1.1 200 OK\r\n".to_vec()),
    }
}

/// A server whose answers come from the model, with its faults.
fn serve(flink: &Flink, job: &Job, model: &Arc<Mutex<Model>>) {
    let answer = |make: fn(&mut Model, &Job, &Request) -> Answer| {
        let (model, job) = (model.clone(), job.clone());
        Answer::by(move |request| {
            let mut model = model.lock().unwrap();
            model.tick();
            // where everything begins, most runs shall pass
            let early = request.path.ends_with("/overview");
            let percent = if early {
                model.faults / 4
            } else {
                model.faults
            };
            if model.random.chance(percent / 4) {
                return if model.random.chance(50) {
                    Answer::leader_election()
                } else {
                    Answer::html(503)
                };
            }
            let effect = make(&mut model, &job, request);
            if model.random.chance(percent) {
                model.fault(effect)
            } else {
                effect
            }
        })
    };
    let path = format!("/jobs/{}", job.id);
    flink.always(
        "GET /overview",
        answer(|model, _, _| Answer::ok(answers::overview(model.version, 1))),
    );
    flink.always(
        "GET /jobs/overview",
        answer(|_, job, _| Answer::ok(answers::jobs(std::slice::from_ref(job)))),
    );
    flink.always(
        &format!("POST {path}/savepoints"),
        answer(|model, _, request| model.trigger(request)),
    );
    flink.always(
        &format!("POST {path}/stop"),
        answer(|model, _, request| model.trigger(request)),
    );
    flink.always_polls(
        &format!("{path}/savepoints"),
        answer(|model, job, request| model.poll(job, request.path.rsplit('/').next().unwrap())),
    );
    flink.always(
        &format!("GET {path}/checkpoints"),
        answer(|model, _, _| Answer::ok(model.history())),
    );
    flink.always(
        &format!("GET {path}/status"),
        answer(|model, _, _| {
            let stopped = model.stops && model.operations.values().any(|o| o.is_over() && !o.fails);
            Answer::ok(json!({"status": if stopped { "FINISHED" } else { "RUNNING" }}))
        }),
    );
}

/// Compares what was claimed with what is true.
fn judge(seed: u64, outcome: &Outcome, model: &Model) {
    let operations: Vec<&Operation> = model.operations.values().collect();
    let wrong = |why: &str| panic!("seed {seed}: {why}: {outcome:#?}\n{operations:#?}");
    if operations.len() > 1 {
        wrong("more than one savepoint was begun");
    }
    let made = operations
        .iter()
        .find(|o| o.is_over() && !o.fails)
        .map(|o| format!("{}\n", o.location()));
    if outcome.stdout.is_empty() {
        match (outcome.code, operations.first()) {
            (0 | 8, _) => wrong("a success without a location"),
            (1, Some(operation)) if !operation.fails => {
                wrong("a savepoint that is there is called failed")
            }
            (4, Some(operation)) if !operation.fails => {
                wrong("a savepoint that is there is not found")
            }
            (5, Some(_)) if model.ids => {
                wrong("contact was lost, and how to find out is not said with exit 3")
            }
            (1 | 3..=5 | 7, _) => {}
            _ => wrong("a strange exit code"),
        }
        if outcome.stderr.contains("nothing was begun") && !operations.is_empty() {
            wrong("something was begun");
        }
    } else if Some(&outcome.stdout) != made.as_ref() || ![0, 8].contains(&outcome.code) {
        wrong("a claim that is not true");
    }
}

fn one_run(seed: u64, version: &'static str, words: &str) {
    let flink = Flink::start(version);
    let job = flink.job("orders");
    let mut random = Random::new(seed);
    let faults = [5, 20, 40, 60][random.below(4) as usize];
    let ids = answers::at_least(version, 1, 15);
    let stops = words.starts_with("stop");
    let model = Arc::new(Mutex::new(Model {
        random,
        faults,
        version,
        stops,
        ids,
        operations: HashMap::new(),
    }));
    serve(&flink, &job, &model);
    let outcome = at(&flink, words).args(["--reconnect-timeout", "2s"]).run();
    judge(seed, &outcome, &model.lock().unwrap());
    if outcome.code != 3 || !ids {
        return;
    }
    // the network is well again: what is true comes out
    model.lock().unwrap().faults = 0;
    let resumed = shell(&outcome.resume()).run();
    let model = model.lock().unwrap();
    judge(seed, &resumed, &model);
    let over = model
        .operations
        .values()
        .next()
        .map(|operation| operation.fails);
    let right = match over {
        Some(false) => resumed.code == 0,
        Some(true) => resumed.code == 1,
        None => resumed.code == 4,
    };
    assert!(
        right,
        "seed {seed}: {outcome:#?}\nresumed: {resumed:#?}\n{:#?}",
        model.operations
    );
}

/// The seeds are printed, so that a failed run can be had again.
#[allow(clippy::print_stdout)]
pub(super) fn many_runs(run: impl Fn(u64) + Sync) {
    let runs = |part: u64| {
        for seed in (1..=RUNS).filter(|seed| seed % SIDE_BY_SIDE == part) {
            println!("seed {seed}");
            run(seed);
        }
    };
    let runs = &runs;
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..SIDE_BY_SIDE)
            .map(|part| scope.spawn(move || runs(part)))
            .collect();
        for part in parts {
            if let Err(panic) = part.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

#[test]
fn through_random_faults_a_trigger_never_claims_what_is_not_true() {
    many_runs(|seed| one_run(seed, "2.3.0", "trigger orders"));
}

#[test]
fn through_random_faults_a_stop_never_claims_what_is_not_true() {
    many_runs(|seed| one_run(seed, "2.3.0", "stop orders"));
}

#[test]
fn through_random_faults_a_trigger_of_an_old_flink_never_claims_what_is_not_true() {
    many_runs(|seed| one_run(seed, "1.14.6", "trigger orders"));
}

#[test]
fn through_random_faults_a_key_never_makes_a_second_savepoint() {
    many_runs(|seed| one_run(seed, "2.3.0", "trigger orders --idempotency-key k"));
}
