//! What each option of Flink's means, action by action.

use crate::cli::commons_cli::{OptionSpec, Values};
use crate::cli::flink_options::Action;

/// Of an option that only Flink itself has.
const NOT_COVERED: &str = "not covered";
const FORMAT: &str = "canonical, the default, or native";
const WAIT_NOT: &str = "prints the trigger id, and does not wait";

/// What an option does; or that only Flink itself has it.
pub fn of(action: Action, option: OptionSpec) -> &'static str {
    use Action as A;
    match (action, option.short) {
        (_, "yid" | "yd" | "C") => NOT_COVERED,
        (_, short) if short.starts_with("py") => NOT_COVERED,
        (A::Info, "d" | "sae") => "ignored, and said so: info runs nothing",
        (_, "sae") => NOT_COVERED,
        (_, "h") => "shows these options",
        (_, "v") => "shows the requests on stderr",
        (_, "t") => "the target: remote is covered",
        (_, "e") => "the older name of -t, which goes before it",
        (_, "D") => "sets a key of Flink's configuration; repeatable",
        (_, "z") => "the namespace under high availability",
        (_, "m") => "where the JobManager answers: HOST:PORT or a URL",
        (A::List, "a") => "all jobs, those that have ended too",
        (A::List, "r") => "the jobs that run or restart",
        (A::List, "s") => "the jobs that are scheduled",
        (A::Savepoint, "d") => "deletes this savepoint instead",
        (A::Savepoint, "j") => "ignored, and said so: no program is needed",
        (A::Savepoint | A::Stop, "detached") => WAIT_NOT,
        (A::Savepoint | A::Stop, "type") => FORMAT,
        (A::Cancel, "type") => "with -s: canonical, the default, or native",
        (A::Checkpoint, "full") => "a full one, even of a job with incremental ones",
        (A::Stop, "p") => "the savepoint's directory, else the default one",
        (A::Stop, "d") => "drains: lets the job's time run to its end first",
        (A::Cancel, "s") => "takes a savepoint first (deprecated: use stop)",
        (_, "j") => "the jar, where it is not the first word",
        (_, "c") => "the class with the main method, else the manifest's",
        (_, "p") => "the job's parallelism; -1 for the default one",
        (_, "a") => "the program's words, if not behind the jar",
        (_, "d") => "does not wait for the job's end",
        (_, "s") => "the savepoint or checkpoint to start from",
        (_, "n") => "with -s: leaves state behind that fits no operator",
        (_, "cm") => "with -s: no_claim, the default, claim or legacy",
        (_, "rm") => "deprecated: the older name of -cm",
        _ => "",
    }
}

/// Whether this tool does what an option asks for.
pub fn is_covered(action: Action, option: OptionSpec) -> bool {
    of(action, option) != NOT_COVERED
}

/// `-p,--savepointPath [DIRECTORY]`.
pub fn spelled(option: OptionSpec) -> (String, String) {
    let names = match option.long {
        Some(long) if long != option.short => format!("-{},--{long}", option.short),
        Some(long) => format!("-{long}"),
        None => format!("-{}", option.short),
    };
    let value = match (option.values, option.short) {
        (Values::None, _) => "",
        (Values::Pair, _) => "KEY=VALUE",
        (Values::Many, _) => "ARGS...",
        (Values::Optional, _) => "[DIRECTORY]",
        (Values::One, "m") => "HOST:PORT",
        (Values::One, "t" | "e") => "TARGET",
        (Values::One, "z") => "NAMESPACE",
        (Values::One, "j") => "JAR",
        (Values::One, "c") => "CLASS",
        (Values::One, "p") => "N",
        (Values::One, "s" | "d") => "LOCATION",
        (Values::One, "type") => "FORMAT",
        (Values::One, "cm" | "rm") => "MODE",
        (Values::One, _) => "VALUE",
    };
    (names, value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_every_action_has_a_meaning() {
        for action in Action::ALL {
            for option in action.options() {
                let meaning = of(action, option);
                assert!(!meaning.is_empty(), "{action:?} {}", option.shown());
                assert!(
                    meaning.len() <= 52,
                    "{action:?} {}: {meaning}",
                    option.shown()
                );
            }
        }
    }
}
