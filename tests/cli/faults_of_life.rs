//! Random faults while a job is restored and while snapshots are disposed of: whatever happens, no second job is
//! submitted, no job that runs is called failed, and nothing goes that was not named.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL, failed, in_progress, nothing_there};
use super::faults::{Random, fault, many_runs};
use super::restore::{DELETE, FROM, JAR_ID, RUN, UPLOAD, restore, uploaded};
use super::run::{Outcome, at, shell};
use super::server::{Answer, Flink, Job, Request};

/// What is true in the cluster.
trait Cluster: Send + 'static {
    /// Does what the request asks for.
    fn effect(&mut self, request: &Request) -> Answer;
    /// Of 100 requests, those that go wrong.
    fn faults(&self) -> u64;
    fn random(&mut self) -> &mut Random;
}

/// An answer of the cluster, or a fault before or after the effect.
fn answer<C: Cluster>(cluster: &Arc<Mutex<C>>) -> Answer {
    let cluster = cluster.clone();
    Answer::by(move |request| {
        let mut cluster = cluster.lock().unwrap();
        let early = request.path == "/overview";
        let percent = if early {
            cluster.faults() / 4
        } else {
            cluster.faults()
        };
        if cluster.random().chance(percent / 4) {
            return if cluster.random().chance(50) {
                Answer::leader_election()
            } else {
                Answer::html(503)
            };
        }
        let effect = cluster.effect(request);
        if cluster.random().chance(percent) {
            fault(cluster.random(), effect)
        } else {
            effect
        }
    })
}

fn faults_of(random: &mut Random) -> u64 {
    [5, 20, 40, 60][usize::try_from(random.below(4)).unwrap()]
}

// --- restore ------------------------------------------------------------------------------------------------------

#[derive(Debug, PartialEq, Clone, Copy)]
enum Fate {
    Runs,
    /// The submission itself is refused.
    Refused,
    /// It fails while it starts.
    Fails,
}

struct Restoring {
    random: Random,
    faults: u64,
    version: &'static str,
    fate: Fate,
    /// The ids that were submitted, and the looks until all tasks run.
    jobs: Vec<(String, u64)>,
    jars: u64,
    statistics: Value,
}

impl Restoring {
    fn job(&mut self, id: &str, left: u64) -> Job {
        let status = match self.fate {
            Fate::Runs => "RUNNING",
            Fate::Refused | Fate::Fails => "FAILED",
        };
        Job {
            id: id.to_owned(),
            name: "orders".to_owned(),
            status: status.to_owned(),
            tasks: (4, if left == 0 { 4 } else { 1 }, 0),
        }
    }
}

impl Cluster for Restoring {
    fn effect(&mut self, request: &Request) -> Answer {
        match request.line().as_str() {
            "GET /overview" => Answer::ok(answers::overview(self.version, 1)),
            "GET /config" => Answer::ok(answers::config(self.version, 100)),
            "GET /jobmanager/config" => Answer::ok(json!([])),
            UPLOAD => {
                self.jars += 1;
                uploaded()
            }
            DELETE if self.jars > 0 => {
                self.jars -= 1;
                Answer::ok(json!({}))
            }
            DELETE => answers::refused(
                400,
                "java.io.FileNotFoundException: File x.jar does not exist in /tmp/x.",
            ),
            RUN => {
                let id = request.body["jobId"].as_str().unwrap().to_owned();
                if self.jobs.iter().any(|(other, _)| *other == id) {
                    return answers::submitted_before(self.version);
                }
                let left = self.random.below(5);
                self.jobs.push((id.clone(), left));
                if self.fate == Fate::Refused {
                    return answers::refused(400, DISK_FULL);
                }
                Answer::ok(json!({ "jobid": id }))
            }
            "GET /jobs/overview" => {
                let jobs = self.jobs.clone();
                let jobs: Vec<Job> = jobs.iter().map(|(id, left)| self.job(id, *left)).collect();
                for (_, left) in &mut self.jobs {
                    *left = left.saturating_sub(1);
                }
                Answer::ok(answers::jobs(&jobs))
            }
            line if line.ends_with("/checkpoints") => Answer::ok(self.statistics.clone()),
            line if line.ends_with("/exceptions") => answers::exceptions(DISK_FULL),
            line => panic!("nobody expected {line}"),
        }
    }

    fn faults(&self) -> u64 {
        self.faults
    }

    fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

/// Compares what was claimed with what is true.
fn judge(seed: u64, outcome: &Outcome, cluster: &Restoring) {
    let wrong = |why: &str| {
        panic!(
            "seed {seed}: {why}: {outcome:#?}\n{:?} {:?}",
            cluster.jobs, cluster.fate
        )
    };
    if cluster.jobs.len() > 1 {
        wrong("a second job was submitted");
    }
    let runs = cluster.fate == Fate::Runs && !cluster.jobs.is_empty();
    match outcome.code {
        0 if !runs => wrong("no job runs"),
        0 if outcome.stdout != format!("{}\n", cluster.jobs[0].0) => wrong("another job id"),
        0 => {}
        _ if !outcome.stdout.is_empty() => wrong("a result beside a failure"),
        1 | 4 | 7 if runs => wrong("a job that runs is called failed"),
        5 if !cluster.jobs.is_empty() => {
            wrong("contact was lost, and how to find out is not said with exit 3");
        }
        8 => wrong("the snapshot was restored"),
        1 | 3..=5 | 7 => {}
        _ => wrong("a strange exit code"),
    }
    if outcome.stderr.contains("was not deleted: File") {
        wrong("a jar that is deleted is called kept");
    }
    if outcome.stderr.contains("nothing was run") && !cluster.jobs.is_empty() {
        wrong("something was run");
    }
}

fn one_restore(seed: u64, version: &'static str, words: &str) {
    let flink = Flink::start(version);
    let mut random = Random::new(seed);
    let faults = faults_of(&mut random);
    let fate = [Fate::Runs, Fate::Runs, Fate::Refused, Fate::Fails]
        [usize::try_from(random.below(4)).unwrap()];
    let cluster = Arc::new(Mutex::new(Restoring {
        random,
        faults,
        version,
        fate,
        jobs: Vec::new(),
        jars: 0,
        statistics: answers::restored(FROM),
    }));
    flink.set_all(answer(&cluster));
    let line = format!("{FROM} --reconnect-timeout 2s");
    let outcome = if words.is_empty() {
        restore(&flink, &line).run()
    } else {
        at(&flink, &format!("restore {words} {line}")).run()
    };
    judge(seed, &outcome, &cluster.lock().unwrap());
    let kept = flink.requests().iter().all(|r| r.method != "DELETE");
    assert!(kept || words.is_empty(), "seed {seed}: {outcome:#?}");
    if outcome.code != 3 {
        return;
    }
    cluster.lock().unwrap().faults = 0;
    if cluster.lock().unwrap().jobs.is_empty() {
        return;
    }
    let resumed = shell(&outcome.resume()).run();
    let cluster = cluster.lock().unwrap();
    judge(seed, &resumed, &cluster);
    let right = resumed.code == i32::from(cluster.fate != Fate::Runs);
    assert!(right, "seed {seed}: {outcome:#?}\nresumed: {resumed:#?}");
}

#[test]
fn through_random_faults_a_restore_submits_one_job_and_never_claims_what_is_not_true() {
    many_runs(|seed| one_restore(seed, "2.3.0", ""));
}

#[test]
fn through_random_faults_a_jar_of_somebody_elses_is_never_deleted() {
    let words = format!("--jar-id {JAR_ID}");
    many_runs(|seed| one_restore(seed, "1.14.6", &words));
}

// --- dispose ------------------------------------------------------------------------------------------------------

/// A disposal of the model.
struct Disposal {
    path: String,
    left: u64,
    /// Whether something was there when it ended.
    found: Option<bool>,
    remembered: bool,
}

struct Disposing {
    random: Random,
    faults: u64,
    /// What is in storage.
    there: Vec<String>,
    /// What cannot be deleted.
    stuck: Vec<String>,
    disposals: Vec<Disposal>,
}

impl Disposing {
    fn tick(&mut self) {
        for disposal in &mut self.disposals {
            disposal.left = disposal.left.saturating_sub(1);
            if disposal.left == 0 && disposal.found.is_none() {
                disposal.found = Some(self.there.contains(&disposal.path));
                if !self.stuck.contains(&disposal.path) {
                    self.there.retain(|path| *path != disposal.path);
                }
            }
        }
    }
}

impl Cluster for Disposing {
    fn effect(&mut self, request: &Request) -> Answer {
        self.tick();
        let line = request.line();
        if let Some(id) = line.strip_prefix("GET /savepoint-disposal/") {
            let number = usize::from_str_radix(id, 16).unwrap();
            let Some(disposal) = self.disposals.get(number) else {
                return answers::unknown_before_1_15();
            };
            return match disposal.found {
                None => in_progress(),
                Some(_) if !disposal.remembered => answers::unknown_before_1_15(),
                Some(false) => nothing_there(&disposal.path),
                Some(true) if self.stuck.contains(&disposal.path) => failed(DISK_FULL),
                Some(true) => answers::disposed(),
            };
        }
        match line.as_str() {
            "GET /overview" => Answer::ok(answers::overview("2.3.0", 0)),
            "GET /jobs/overview" => Answer::ok(json!({"jobs": []})),
            "POST /savepoint-disposal" => {
                let path = request.body["savepoint-path"].as_str().unwrap().to_owned();
                let left = 1 + self.random.below(5);
                let remembered = !self.random.chance(15);
                let number = self.disposals.len();
                self.disposals.push(Disposal {
                    path,
                    left,
                    found: None,
                    remembered,
                });
                Answer::ok(json!({ "request-id": format!("{number:032x}") }))
            }
            line => panic!("nobody expected {line}"),
        }
    }

    fn faults(&self) -> u64 {
        self.faults
    }

    fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

fn one_disposal(seed: u64) {
    let flink = Flink::start("2.3.0");
    let mut random = Random::new(seed);
    let faults = faults_of(&mut random);
    let path = |name: &str| format!("s3://bucket/sp/savepoint-{name}");
    let named = [path("1"), path("2"), path("3")];
    let mut there = vec![path("0"), path("1"), path("2"), path("12")];
    if random.chance(70) {
        there.push(path("3"));
    }
    let stuck = if random.chance(30) {
        vec![path("2")]
    } else {
        Vec::new()
    };
    let missing = !there.contains(&named[2]);
    let cluster = Arc::new(Mutex::new(Disposing {
        random,
        faults,
        there,
        stuck,
        disposals: Vec::new(),
    }));
    flink.set_all(answer(&cluster));
    let line = format!("dispose --yes --reconnect-timeout 2s {}", named.join(" "));
    let outcome = at(&flink, &line).run();
    let mut cluster = cluster.lock().unwrap();
    let wrong = |why: &str| panic!("seed {seed}: {why}: {outcome:#?}");
    // what goes on ends
    for _ in 0..10 {
        cluster.tick();
    }
    if ["0", "12"]
        .iter()
        .any(|name| !cluster.there.contains(&path(name)))
        || cluster.disposals.iter().any(|d| !named.contains(&d.path))
    {
        wrong("something went that was not named");
    }
    let gone: Vec<&str> = outcome.stdout.lines().collect();
    for location in &named {
        let claimed = gone.contains(&location.as_str());
        let is_there = cluster.there.contains(location);
        if claimed && is_there {
            wrong("a snapshot that is there is called gone");
        }
        let refused = format!("{location} was not disposed of: Cannot find");
        let was_there = *location != named[2] || !missing;
        if outcome.stderr.contains(&refused) && was_there {
            wrong("a snapshot that was disposed of is called missing");
        }
        let untouched = format!("{location}; nothing was deleted");
        let begun = cluster.disposals.iter().any(|d| d.path == *location);
        if outcome.stderr.contains(&untouched) && begun {
            wrong("a disposal that was begun is called none");
        }
    }
    match outcome.code {
        0 if gone.len() < 3 => wrong("a success without all locations"),
        0 | 1 | 3 | 4 | 5 | 8 => {}
        _ => wrong("a strange exit code"),
    }
    if outcome.code != 0 && gone.len() == 3 {
        wrong("a failure though all went");
    }
}

#[test]
fn through_random_faults_a_disposal_never_touches_what_was_not_named_nor_claims_what_is_not_true() {
    many_runs(one_disposal);
}
