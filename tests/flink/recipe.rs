//! The deploy script of README and manual, as it is printed, on a real cluster.

use std::fs;

use crate::OnCluster;
use crate::cluster::Cluster;
use crate::shared::Shared;
use crate::tool::{Said, Tool};

pub const TRIALS: &[OnCluster] = &[(
    "the_deploy_script_replaces_a_job_and_leaves_it_alone_where_the_new_program_is_none",
    deploys,
)];

fn deploy(cluster: &Cluster, job: &str, new: &str, old: &str) -> Said {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/deploy.sh");
    let mut tool = Tool::line(
        &format!("sh '{script}' '{job}' '{new}' '{old}'"),
        &cluster.dir,
    );
    tool.env("SAVEPOINTCTL_JOBMANAGER", &cluster.url);
    tool.run()
}

fn deploys(shared: &Shared) {
    let cluster = shared.plain();
    if !cluster.version.takes_job_settings() {
        // as the script says: before 1.17 preflight calls chained operators unknown, and the job is left alone
        let job = cluster.job(&[]);
        let jar = cluster.own_jar();
        deploy(&cluster, &job.id, &jar, &jar).exits(6);
        assert_eq!(job.state(), "RUNNING");
        return;
    }
    let job = cluster.job(&[]);
    let (new, old) = (cluster.own_jar(), cluster.own_jar());

    let broken = cluster.own_jar();
    fs::write(&broken, b"PK\x03\x04 and nothing that is a jar").unwrap();
    let said = deploy(&cluster, &job.id, &broken, &old);
    assert!(said.code().is_some_and(|code| code != 0), "{said}");
    assert_eq!(job.state(), "RUNNING");

    let said = deploy(&cluster, &job.id, &new, &old);
    said.exits(0);
    assert_eq!(job.state(), "FINISHED");
    let started = cluster.running().into_iter().find(|id| {
        let checkpoints = cluster.get(&format!("/jobs/{id}/checkpoints"));
        let from = &checkpoints["latest"]["restored"]["external_path"];
        from.as_str()
            .is_some_and(|from| from.contains(&job.id[..6]))
    });
    // cancelled with its value
    let started = cluster.job_of_id(&started.expect("a job restored from the savepoint"));
    assert_eq!(started.state(), "RUNNING");
}
