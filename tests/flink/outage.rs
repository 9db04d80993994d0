//! A JobManager that goes away while the tool waits.

use crate::OnCluster;
use crate::shared::{Settings, Shared};
use crate::tool::Tool;

pub const TRIALS: &[OnCluster] = &[
    ("a_paused_jobmanager_is_ridden_out", paused),
    (
        "a_killed_jobmanager_ends_the_wait_and_nothing_is_claimed",
        killed,
    ),
];

fn paused(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let job = cluster.job(&["--slow-snapshot", "3000"]);
    let words = ["trigger", &job.id, "-v", "--request-timeout", "700ms"];
    let mut running = cluster.tool(words).start();
    running.until_it_says("trigger id", 1);
    cluster.process("pause", "jm-1");
    running.until_it_says("no answer from", 4);
    cluster.process("resume", "jm-1");
    running.end().location();
}

fn killed(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let job = cluster.job(&["--slow-snapshot", "30000"]);
    let words = ["trigger", &job.id, "--reconnect-timeout", "1s"];
    let mut running = cluster.tool(words).start();
    running.until_it_says("trigger id", 1);
    cluster.process("kill", "jm-1");
    let said = running.end();
    said.fails(3, "what became of it is not known");
    let line = said.resume();
    cluster.process("restart", "jm-1");
    // the restarted one may still bring back its jobs, which is waited for; here not for long
    let mut tool = Tool::line(&(line + " --reconnect-timeout 1s"), &cluster.dir);
    tool.env("SAVEPOINTCTL_JOBMANAGER", &cluster.url);
    tool.run().fails(4, "does not know trigger id");
}
