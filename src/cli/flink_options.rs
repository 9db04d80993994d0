//! The options of Flink's command line, action by action: those of 2.3, and `-yd` of 1.20 besides.

use super::commons_cli::{OptionSpec, Values};

const fn option(short: &'static str, long: &'static str, values: Values) -> OptionSpec {
    OptionSpec {
        short,
        long: Some(long),
        values,
    }
}

const fn short_only(short: &'static str, values: Values) -> OptionSpec {
    OptionSpec {
        short,
        long: None,
        values,
    }
}

/// What Flink's command line can be asked to do, and this tool does too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Lists jobs.
    List,
    /// Takes a savepoint, or disposes of one.
    Savepoint,
    /// Takes a checkpoint.
    Checkpoint,
    /// Stops a job with a savepoint.
    Stop,
    /// Ends a job.
    Cancel,
    /// Runs a program.
    Run,
    /// Shows a program's plan.
    Info,
}

/// The options that every action takes.
pub const GENERAL: &[OptionSpec] = &[
    option("e", "executor", Values::One),
    option("t", "target", Values::One),
    short_only("D", Values::Pair),
    option("z", "zookeeperNamespace", Values::One),
    option("yid", "yarnapplicationId", Values::One),
    option("m", "jobmanager", Values::One),
];

const HELP: OptionSpec = option("h", "help", Values::None);
const VERBOSE: OptionSpec = option("v", "verbose", Values::None);
const TYPE: OptionSpec = option("type", "type", Values::One);
const DETACHED: OptionSpec = short_only("detached", Values::None);

const LIST: &[OptionSpec] = &[
    HELP,
    VERBOSE,
    option("a", "all", Values::None),
    option("r", "running", Values::None),
    option("s", "scheduled", Values::None),
];

const SAVEPOINT: &[OptionSpec] = &[
    HELP,
    VERBOSE,
    option("d", "dispose", Values::One),
    option("j", "jarfile", Values::One),
    TYPE,
    DETACHED,
];

const CHECKPOINT: &[OptionSpec] = &[HELP, VERBOSE, option("full", "full", Values::None)];

const STOP: &[OptionSpec] = &[
    HELP,
    VERBOSE,
    option("p", "savepointPath", Values::Optional),
    option("d", "drain", Values::None),
    TYPE,
    DETACHED,
];

const CANCEL: &[OptionSpec] = &[
    HELP,
    VERBOSE,
    option("s", "withSavepoint", Values::Optional),
    TYPE,
];

const PROGRAM: &[OptionSpec] = &[
    HELP,
    VERBOSE,
    option("j", "jarfile", Values::One),
    option("c", "class", Values::One),
    option("C", "classpath", Values::One),
    option("p", "parallelism", Values::One),
    option("a", "arguments", Values::Many),
    option("d", "detached", Values::None),
    option("sae", "shutdownOnAttachedExit", Values::None),
    option("yd", "yarndetached", Values::None),
    option("py", "python", Values::One),
    option("pyfs", "pyFiles", Values::One),
    option("pym", "pyModule", Values::One),
    option("pyreq", "pyRequirements", Values::One),
    option("pyarch", "pyArchives", Values::One),
    option("pyexec", "pyExecutable", Values::One),
    option("pyclientexec", "pyClientExecutable", Values::One),
    option("pypath", "pyPythonPath", Values::One),
];

const RESTORE: &[OptionSpec] = &[
    option("s", "fromSavepoint", Values::One),
    option("n", "allowNonRestoredState", Values::None),
    option("cm", "claimMode", Values::One),
    option("rm", "restoreMode", Values::One),
];

impl Action {
    /// Every action.
    pub const ALL: [Self; 7] = [
        Self::List,
        Self::Savepoint,
        Self::Checkpoint,
        Self::Stop,
        Self::Cancel,
        Self::Run,
        Self::Info,
    ];

    /// The action's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Savepoint => "savepoint",
            Self::Checkpoint => "checkpoint",
            Self::Stop => "stop",
            Self::Cancel => "cancel",
            Self::Run => "run",
            Self::Info => "info",
        }
    }

    /// The action with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }

    /// The options it takes.
    pub fn options(self) -> Vec<OptionSpec> {
        let own: &[&[OptionSpec]] = match self {
            Self::List => &[LIST],
            Self::Savepoint => &[SAVEPOINT],
            Self::Checkpoint => &[CHECKPOINT],
            Self::Stop => &[STOP],
            Self::Cancel => &[CANCEL],
            Self::Run => &[PROGRAM, RESTORE],
            Self::Info => &[PROGRAM],
        };
        let all = own.iter().chain([&GENERAL]);
        all.flat_map(|options| options.iter().copied()).collect()
    }

    /// Whether everything from the first plain word on belongs to a program.
    pub fn has_program(self) -> bool {
        matches!(self, Self::Run | Self::Info)
    }
}
