//! What manual pages say that the command tree does not know.

use super::super::flink::help::DIFFERENCES;
use super::super::minicluster::{FAULTS, KEYS};
use crate::exit::Exit;

/// What a command's page says besides its flags.
pub(super) struct Told {
    /// How it can end.
    pub(super) exits: &'static [Exit],
    /// What happens when it is interrupted.
    pub(super) interruption: &'static str,
    /// Which variables and files it heeds.
    pub(super) reads: &'static str,
    /// Sections of its own: their headings, and lines that are shown as they are.
    pub(super) further: &'static [(&'static str, &'static str)],
    /// Where it is kept different from what it stands in for, and why.
    pub(super) differences: &'static [(&'static str, &'static str)],
}

/// Environment variables of all commands.
pub(super) const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "SAVEPOINTCTL_JOBMANAGER",
        "The cluster, as for `-m`, which goes before it.",
    ),
    (
        "SAVEPOINTCTL_BEARER_TOKEN",
        "A token for the Authorization header.",
    ),
    (
        "SAVEPOINTCTL_BASIC_AUTH",
        "A user and password, as user:password, for the Authorization header.",
    ),
    (
        "FLINK_REST_CLIENT_HEADERS",
        "Further headers of each request, as Name:value, one a line.",
    ),
    (
        "FLINK_CONF_DIR",
        "The directory of Flink's configuration: config.yaml, or flink-conf.yaml.",
    ),
    (
        "FLINK_HOME",
        "A Flink distribution; its conf directory is read where FLINK_CONF_DIR is not set.",
    ),
    (
        "HADOOP_CONF_DIR",
        "Hadoop's core-site.xml and hdfs-site.xml, for HDFS locations.",
    ),
    (
        "AWS_*, GOOGLE_*, AZURE_*, OSS_*, COS_*",
        "Endpoints and credentials of object stores, as their own tools take them. README.md has a table of them, and of \
         the keys in Flink's and Hadoop's configuration that say the same.",
    ),
    (
        "HTTP_PROXY, HTTPS_PROXY, NO_PROXY",
        "Proxies; never used for loopback addresses.",
    ),
    ("NO_COLOR", "Set to anything, there are no colours."),
    (
        "TZ",
        "The zone in which tables show times; `--utc` goes before it.",
    ),
];

/// Files of all commands.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "config.yaml, flink-conf.yaml",
        "Flink's configuration, in FLINK_CONF_DIR, FLINK_HOME/conf or ./conf. The endpoint, TLS and the directories of \
         savepoints and checkpoints are taken from it where no flag or variable gives them; `savepointctl config` shows \
         what is in force and where it came from.",
    ),
    (
        "_metadata",
        "The pointer file of a savepoint or checkpoint. Before Flink 1.3 it was a file of its own, without a directory.",
    ),
];

/// What the examples of all pages assume.
pub(super) const SETTING: &str = "The examples of all pages fit one setting: SAVEPOINTCTL_JOBMANAGER names a cluster, the \
    job `orders` runs there, its savepoints lie in `~/savepoints`, and its next program is `orders-2.jar`, or \
    `orders-2.toml` for a minicluster. The tests of this version have run them as they are printed; those that name S3 or \
    a jar, as far as a minicluster goes.";

/// How to do with the tool what takes several steps.
pub(super) struct Recipe {
    /// Its heading.
    pub(super) title: &'static str,
    /// Paragraphs; those whose lines are indented are to be typed.
    pub(super) text: &'static str,
    /// A script that follows.
    pub(super) script: Option<&'static str>,
}

/// The recipes of the tool's own page.
pub(super) const RECIPES: &[Recipe] = &[
    Recipe {
        title: "Deploying from a CI job",
        text: "This script replaces a running job and rolls back where the new program does not come up. \
            SAVEPOINTCTL_JOBMANAGER names the cluster.",
        script: Some(include_str!("../../../examples/deploy.sh")),
    },
    Recipe {
        title: "On Kubernetes",
        text: include_str!("kubernetes.txt"),
        script: None,
    },
    Recipe {
        title: "On YARN",
        text: include_str!("yarn.txt"),
        script: None,
    },
];

use Exit as E;

const OF_AN_OPERATION: &[Exit] = &[
    E::Success,
    E::Failed,
    E::Usage,
    E::TimedOut,
    E::NotFound,
    E::Unreachable,
    E::Refused,
    E::Partial,
    E::Interrupted,
];
const OF_A_LOOK: &[Exit] = &[
    E::Success,
    E::Failed,
    E::Usage,
    E::NotFound,
    E::Unreachable,
    E::Interrupted,
];
const OF_A_CHECK: &[Exit] = &[
    E::Success,
    E::Failed,
    E::Usage,
    E::NotFound,
    E::Unreachable,
    E::Findings,
    E::Interrupted,
];
const OFFLINE: &[Exit] = &[E::Success, E::Usage];

const CLUSTER: &str = "The endpoint comes from `-m`, SAVEPOINTCTL_JOBMANAGER, `-D`, or Flink's configuration, the first \
    that is given. `savepointctl`(1) lists all variables and files.";
const CLUSTER_AND_STORAGE: &str = "The endpoint comes from `-m`, SAVEPOINTCTL_JOBMANAGER, `-D`, or Flink's configuration, \
    the first that is given; credentials of storage from the storages' usual variables, or the same configuration. \
    `savepointctl`(1) lists all variables and files.";
const FLINKS_CLUSTER: &str = "The cluster is named, from strong to weak, by high availability, a target (`-t`, \
    execution.target), `-D`, `-m`, Flink's configuration in FLINK_CONF_DIR, FLINK_HOME/conf or ./conf, and \
    SAVEPOINTCTL_JOBMANAGER. `savepointctl`(1) lists all variables and files.";
const OF_THE_MINICLUSTER: &str = "It speaks to no other cluster: `-m` is refused, and SAVEPOINTCTL_JOBMANAGER is not \
    read. Its configuration comes from `-D` and from Flink's, in FLINK_CONF_DIR, FLINK_HOME/conf or ./conf: rest.port, \
    checkpointing, and the keys above.";
const NOTHING: &str = "None.";

const LOOKS_ONLY: &str = "Nothing was changed anywhere: it only looks.";

/// What the page of a command says. A command without an entry of its own only looks.
pub(super) fn of(command: &str) -> Told {
    let (exits, interruption, reads) = match command {
        "trigger" | "checkpoint" => (
            OF_AN_OPERATION,
            "On Ctrl-C or SIGTERM the snapshot goes on in the cluster: its trigger id and the command that waits for it \
             are printed, and the exit status is 130. Nothing is cancelled, for Flink cannot cancel a snapshot.",
            CLUSTER,
        ),
        "stop" => (
            OF_AN_OPERATION,
            "On Ctrl-C or SIGTERM the stop goes on in the cluster: its trigger id and the command that waits for it are \
             printed, and the exit status is 130.",
            CLUSTER,
        ),
        "wait" => (
            OF_AN_OPERATION,
            "What is waited for goes on in the cluster; the same command waits again.",
            CLUSTER,
        ),
        "cancel" => (
            OF_AN_OPERATION,
            "A cancellation that was asked for goes on in the cluster.",
            CLUSTER,
        ),
        "restore" => (
            OF_AN_OPERATION,
            "A job that was submitted goes on starting: its id and the command that waits for it are printed, and the \
             exit status is 130. Before that nothing runs, though an uploaded jar may stay in the cluster.",
            CLUSTER_AND_STORAGE,
        ),
        "dispose" => (
            OF_AN_OPERATION,
            "At the question, nothing is disposed of. Later, what was asked of the cluster goes on there, and the command \
             that waits for it is printed. With `--offline`, metadata goes first: what is left of a snapshot that was half \
             deleted cannot be taken for a whole one, and the same command deletes the rest.",
            CLUSTER_AND_STORAGE,
        ),
        "verify" | "diff" | "preflight" => (OF_A_CHECK, LOOKS_ONLY, CLUSTER_AND_STORAGE),
        "inspect" => (OF_A_LOOK, LOOKS_ONLY, CLUSTER_AND_STORAGE),
        "list" => (
            &[
                E::Success,
                E::Failed,
                E::Usage,
                E::NotFound,
                E::Unreachable,
                E::Partial,
                E::Interrupted,
            ][..],
            LOOKS_ONLY,
            CLUSTER_AND_STORAGE,
        ),
        "minicluster" => (
            &[E::Success, E::Failed, E::Usage][..],
            "SIGINT and SIGTERM shut it down in order: jobs are cancelled, and savepoints on its heap are gone. \
             Savepoints in the file system stay, even after SIGKILL.",
            OF_THE_MINICLUSTER,
        ),
        "demo" => (
            &[E::Success, E::Failed, E::Interrupted][..],
            "The cluster ends and its temporary directory is removed.",
            NOTHING,
        ),
        "uid" | "completions" | "man" => (OFFLINE, LOOKS_ONLY, NOTHING),
        "flink" => (
            &[E::Success, E::Failed, E::FlinkFatal, E::Interrupted][..],
            "What was triggered goes on in the cluster; the trigger id is told on stderr, with the command that waits for it. \
             A job that an attached `run` waits for goes on, too: the command that shows its state is told.",
            FLINKS_CLUSTER,
        ),
        _ => (OF_A_LOOK, LOOKS_ONLY, CLUSTER),
    };
    Told {
        exits,
        interruption,
        reads,
        further: match command {
            "minicluster" => &[("Configuration", KEYS), ("Faults", FAULTS)],
            _ => &[],
        },
        differences: match command {
            "flink" => DIFFERENCES,
            _ => &[],
        },
    }
}
