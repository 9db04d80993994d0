//! What `flink` says of itself, in this tool's words.

use super::meaning;
use crate::cli::flink_options::Action;
use crate::error::Failure;
use crate::exit::Exit;

/// For the page and the help of the command.
pub const EXAMPLES: &str = "Examples:\n  \
    savepointctl flink list -a\n  \
    savepointctl flink savepoint -m jobmanager:8081 2e8f82d94cde8d5f4b6b1a8bcd87e5a3 ~/savepoints\n  \
    savepointctl flink stop -p ~/savepoints 2e8f82d94cde8d5f4b6b1a8bcd87e5a3\n  \
    savepointctl flink run -d -s ~/savepoints/savepoint-2e8f82-ef82e8cf6570 orders-2.toml";

/// How options may be typed.
pub const SPELLING: &str = "Long options take one dash or two and may be abbreviated; values follow, or stand behind =, or \
    are glued on. Of an option that is given twice the first value counts, of a key of -D the last; the others are named \
    on stderr.";

/// How the command is typed.
pub const USAGE: &str = "savepointctl [OPTIONS] flink ACTION [ACTION'S OPTIONS] [ARGUMENTS]";

/// Of the options before `flink`.
pub const BEFORE: &str = "Before `flink` stand options of this tool's own: those for the connection, credentials and \
    time-outs, and -v, -q, --no-progress and --color, which colours messages on stderr. -m means there what it means \
    behind the action. -o, --utc and --bytes are refused: what is printed has Flink's form only; TZ=UTC gives times in \
    UTC.";

/// What `-v` prints.
pub const VERSION: &str = concat!(
    "Version: savepointctl ",
    env!("CARGO_PKG_VERSION"),
    ", which speaks the command line of Flink 1.20 and 2.3\n"
);

/// What differs from Flink's own command line on purpose: in what, and how and why.
pub const DIFFERENCES: &[(&str, &str)] = &[
    (
        "Errors",
        "Failures and wrong usage are told on stderr in sentences, never as a Java stack trace, so that stdout holds only \
         what scripts read. Help and versions are this tool's own.",
    ),
    (
        "Time-outs",
        "A cluster out of reach is given up after seconds, and not after 20 tries in a minute, unless \
         rest.retry.max-attempts or rest.retry.delay is set: a wrong address is known at once. client.timeout applies only \
         where it is set: a savepoint that takes long is waited for.",
    ),
    (
        "Two stops",
        "A stop joins one of this tool's that is under way, and is refused beside somebody else's: Flink would let the \
         second one fail both, and the job.",
    ),
    (
        "Programs",
        "run and info upload the jar and have the JobManager run its main method, because no JVM is here: what the program \
         prints is in the JobManager's logs, and only -D settings travel with the job, not the client's configuration file. \
         Accumulators are printed as REST tells them. A main method that starts no job is an exit code of 0, with a \
         warning.",
    ),
    (
        "Empty values",
        "-D rest.address= is refused: for Java an empty host is this machine, and a variable that is not set would name \
         the wrong cluster.",
    ),
    (
        "Plans",
        "Inside of Flink's frame, info prints the job graph as REST gives it; the stream graph is known to Java only.",
    ),
    (
        "High availability",
        "The leader is not looked up: the configured rest.address is asked, with a note, because any JobManager answers. \
         Without one nothing is done.",
    ),
    (
        "Configuration",
        "-m works without a configuration directory, since nothing in it is needed. SAVEPOINTCTL_JOBMANAGER names the \
         cluster where none of Flink's ways does, and credentials in the environment are sent: Flink has no words for them.",
    ),
    (
        "What is ignored",
        "What Flink ignores without a word is named on stderr: words too many, the further values of an option that is repeated, -e beside -t, -m beside a target or under high availability, \
         -z without it, -j of savepoint, -type without a savepoint, -n and -cm without -s.",
    ),
    (
        "What is not covered",
        "YARN, Kubernetes and local targets, Python programs, -C and -sae are refused, and Flink's own command is named.",
    ),
    (
        "-v",
        "It shows the requests on stderr; Flink's does nothing.",
    ),
    (
        "Names of jobs",
        "Control characters in them are shown as escapes: a name must not command the terminal.",
    ),
];

/// The actions, for a sentence.
pub fn actions() -> String {
    let words: Vec<&str> = Action::ALL.into_iter().map(Action::word).collect();
    words.join(", ")
}

/// The words that an action takes, and what it does.
pub fn about(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::List => ("[OPTIONS]", "lists the jobs"),
        Action::Savepoint => (
            "[OPTIONS] JOB_ID [DIRECTORY] | -d LOCATION",
            "takes a savepoint, or disposes of one",
        ),
        Action::Checkpoint => ("[OPTIONS] JOB_ID", "takes a checkpoint"),
        Action::Stop => ("[OPTIONS] JOB_ID", "stops a job with a savepoint"),
        Action::Cancel => ("[OPTIONS] JOB_ID", "ends a job now"),
        Action::Run => ("[OPTIONS] JAR [ARGS]", "runs a program"),
        Action::Info => ("[OPTIONS] JAR [ARGS]", "shows a program's plan"),
    }
}

/// What `-h` alone prints.
pub fn tool() -> String {
    let mut text =
        "flink ACTION [OPTIONS] [ARGUMENTS], as savepointctl does it\n\nActions:\n".to_owned();
    for action in Action::ALL {
        let (words, what) = about(action);
        text.push_str(&format!("  {:<11} {what}\n", action.word()));
        text.push_str(&format!("  {:<11}   {} {words}\n", "", action.word()));
    }
    text.push_str("\n`flink ACTION -h` shows the options of an action.\n\n");
    text.push_str(&long());
    text.push('\n');
    text
}

/// What the long help of the command adds.
pub fn long() -> String {
    let mut text = format!(
        "{EXAMPLES}\n\nThe cluster, from strong to weak: high availability; a target (-t, execution.target); -D; -m; Flink's \
         configuration in FLINK_CONF_DIR, FLINK_HOME/conf or ./conf; SAVEPOINTCTL_JOBMANAGER.\n\n{BEFORE}\n\nExit codes: 0 done, 1 anything else, 31 Flink's \
         configuration cannot be read, 130 interrupted.\n\nDifferences from Flink's own command line, on purpose:\n"
    );
    for (what, how) in DIFFERENCES {
        text.push_str(&format!("  {what}: {how}\n"));
    }
    text.trim_end().to_owned()
}

/// What `ACTION -h` prints.
pub fn of(action: Action) -> String {
    let (words, what) = about(action);
    let mut text = format!("{} {words}: {what}\n\nOptions:\n", action.word());
    for option in action.options() {
        let (names, value) = meaning::spelled(option);
        let spelled = format!("{names} {value}");
        let meaning = meaning::of(action, option);
        text.push_str(&format!("  {spelled:<36} {meaning}\n"));
    }
    text.push_str(&format!("\n{SPELLING}\n"));
    text
}

/// A first word that is no action that is covered.
pub fn no_action(word: &str) -> Failure {
    if word == "run-application" {
        return uncovered("run-application");
    }
    let failure = Failure::new(Exit::Usage, format!("'{word}' is no action of flink's"));
    failure.hint(format!("say one of {}; -h tells more", actions()))
}

/// The sentence that names the command which does what is not covered.
pub const REAL: &str =
    "Flink's own command line does it: \"$FLINK_HOME/bin/flink\" with the same words";

/// What only Flink itself does.
pub fn uncovered(what: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("{what} is not covered; nothing was done"),
    )
    .hint(REAL)
}

/// A hint that names flags of this tool's own, in the words that are taken behind `flink`.
pub fn hint(hint: &str) -> String {
    const FLINKS: &[(&str, &str)] = &[
        (
            "`--connect-timeout 1m` waits",
            "`-D rest.retry.max-attempts=20 -D rest.retry.delay=3s` waits a minute",
        ),
        (
            "--connect-timeout 2m",
            "-D rest.retry.max-attempts=40 -D rest.retry.delay=3s",
        ),
        ("--claim-mode", "-cm"),
        ("--type", "-type"),
    ];
    let hint = FLINKS.iter().fold(hint.to_owned(), |hint, (own, flinks)| {
        hint.replace(own, flinks)
    });
    let is_command = hint.contains("`savepointctl ") || hint.contains("$FLINK_HOME");
    match hint.contains("--") && !is_command {
        true => {
            format!("{hint} (such flags stand before `flink`: `savepointctl --FLAG ... flink ...`)")
        }
        false => hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_what_is_taken_behind_flink() {
        for (own, flinks) in [
            (
                "is it there? `--connect-timeout 1m` waits for one",
                "is it there? `-D rest.retry.max-attempts=20 -D rest.retry.delay=3s` waits a minute for one",
            ),
            ("leave --claim-mode out", "leave -cm out"),
            (
                "`savepointctl jobs --all` lists them",
                "`savepointctl jobs --all` lists them",
            ),
        ] {
            assert_eq!(hint(own), flinks);
        }
        let other = hint("`--request-timeout` allows more");
        assert!(other.contains("before `flink`"), "{other}");
    }
}
