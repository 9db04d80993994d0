//! What a word that is none of ours was probably meant to be: habits from Flink and from other tools.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

/// Commands of other tools, and ours for them.
const COMMANDS: &[(&[&str], &str)] = &[
    (
        &["savepoint", "snapshot", "create", "take"],
        "`trigger` takes a savepoint; `flink savepoint` is Flink's own syntax",
    ),
    (
        &["run", "start", "resume", "submit", "deploy"],
        "`restore` runs a job from a snapshot; `flink run` runs one without",
    ),
    (
        &["rm", "delete", "discard", "remove", "drop"],
        "`dispose` deletes a snapshot",
    ),
    (&["ps", "status", "job", "top"], "`jobs` lists the jobs"),
    (
        &["ls", "savepoints", "snapshots", "history"],
        "`list` lists the snapshots",
    ),
    (
        &["kill", "abort"],
        "`cancel` ends a job without a savepoint",
    ),
    (
        &["show", "cat", "describe", "dump", "metadata"],
        "`inspect` shows what a snapshot contains",
    ),
    (
        &["check", "fsck", "validate", "test"],
        "`verify` checks a snapshot's files, `preflight` whether it fits a job",
    ),
    (&["compare", "cmp"], "`diff` compares two snapshots"),
    (&["hash", "operator-id"], "`uid` computes operator ids"),
    (
        &["info", "plan"],
        "`flink info` shows a jar's plan, `preflight` whether a snapshot fits it",
    ),
    (
        &["poll", "follow", "watch"],
        "`wait` waits for an operation; `jobs --watch` shows the jobs again and again",
    ),
    (
        &["cluster", "local", "start-cluster", "dev"],
        "`minicluster` starts the embedded runtime",
    ),
    (
        &["example", "tutorial", "try", "tour"],
        "`demo` shows the whole life of a savepoint",
    ),
    (&["version"], "--version tells the version"),
];

/// Flags of other tools and of Flink's commands. An empty command stands for all of ours.
const FLAGS: &[(&str, &[&str], &str)] = &[
    (
        "trigger",
        &["-d", "--dispose"],
        "`savepointctl dispose SNAPSHOT` deletes a savepoint; --detached does not wait for one",
    ),
    ("checkpoint", &["-d"], "--detached does not wait"),
    (
        "trigger",
        &["-j", "--jarfile"],
        "a trigger needs no jar, and neither does `savepointctl dispose`",
    ),
    (
        "dispose",
        &["-j", "--jarfile"],
        "no jar is needed: leave it out",
    ),
    (
        "trigger",
        &[
            "-s",
            "-p",
            "--targetDirectory",
            "--target-directory",
            "--savepointPath",
            "--savepoint-dir",
        ],
        "give the directory behind the job: `savepointctl trigger JOB TARGET_DIR`",
    ),
    (
        "cancel",
        &["-s", "--withSavepoint", "-p"],
        "`savepointctl stop JOB` takes a savepoint and ends the job",
    ),
    (
        "stop",
        &["-s", "--targetDirectory", "--target-directory"],
        "-p DIR says where the savepoint goes",
    ),
    (
        "list",
        &["-r", "-s", "--running", "--scheduled"],
        "`savepointctl jobs` lists jobs, running ones unless --all; `list` lists snapshots",
    ),
    (
        "restore",
        &["-j", "--jarfile"],
        "--jar FILE names the program",
    ),
    (
        "restore",
        &["-rm", "--restoreMode", "--restore-mode"],
        "-cm MODE, or --claim-mode, says who owns the snapshot's files",
    ),
    (
        "preflight",
        &["-j", "--jarfile"],
        "--jar FILE names the program",
    ),
    ("list", &["-t"], "--sort ORDER says in which order"),
    (
        "dispose",
        &["-n"],
        "--dry-run only shows what would be deleted",
    ),
    (
        "dispose",
        &["-y", "-f", "-q"],
        "--yes disposes without a question",
    ),
    ("", &["--json"], "-o json gives JSON"),
    (
        "",
        &["--url", "--host", "--endpoint", "--address", "-a"],
        "-m HOST:PORT names the cluster",
    ),
    ("", &["--debug", "--trace"], "-v and -vv show the requests"),
    ("", &["--silent"], "--quiet says only warnings and errors"),
    ("", &["-y", "--force"], "only `dispose` asks, and has --yes"),
    (
        "",
        &["-yid", "--yarnapplicationId", "-t", "--target"],
        "-m URL names the cluster: on YARN its proxy's URL, on Kubernetes a forwarded port (see `savepointctl man`)",
    ),
];

/// Adds to a refused command line what was probably meant. `words` are the line's, `tool` is the command tree.
pub(super) fn add(error: &mut clap::Error, tool: &Command, words: &[OsString]) {
    let meant = match error.kind() {
        ErrorKind::InvalidSubcommand => typed(error, ContextKind::InvalidSubcommand)
            .and_then(|word| command(tool, &word))
            .map(|meant| (ContextKind::SuggestedSubcommand, meant)),
        ErrorKind::UnknownArgument => {
            let word = typed(error, ContextKind::InvalidArg).unwrap_or_default();
            let typed = Typed::of(tool, &word, words);
            if typed.is_dashed() && !typed.takes_program_arguments() {
                // behind `--` it would be a job, a directory or a snapshot
                error.remove(ContextKind::TrailingArg);
                error.remove(ContextKind::Suggested);
            }
            let is_similar = error.get(ContextKind::SuggestedArg).is_some();
            typed
                .meant(is_similar)
                .map(|meant| (ContextKind::SuggestedArg, meant))
        }
        _ => None,
    };
    if let Some((guess, meant)) = meant {
        // better than what merely looks alike
        error.remove(guess);
        error.remove(ContextKind::TrailingArg);
        let meant = ContextValue::StyledStrs(vec![meant.into()]);
        error.insert(ContextKind::Suggested, meant);
    }
}

fn typed(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        _ => None,
    }
}

/// What a word that is no command was probably meant to be: one of ours, or another tool's word for one.
pub(super) fn command(tool: &Command, word: &str) -> Option<String> {
    let own = tool.get_subcommands().filter(|one| !one.is_hide_set());
    let own = own.map(|one| {
        let meant = format!("a similar subcommand exists: '{}'", one.get_name());
        (one.get_name(), meant)
    });
    let others = COMMANDS.iter();
    let others =
        others.flat_map(|(words, meant)| words.iter().map(|word| (*word, (*meant).to_owned())));
    let near = own
        .chain(others)
        .map(|(known, meant)| (distance(word, known), meant));
    // of those that are as near, the first: one of ours
    let (distance, meant) = near.min_by_key(|(distance, _)| *distance)?;
    let is_near = distance == 0 || distance <= word.chars().count() / 3;
    is_near.then_some(meant)
}

/// In how many letters two words differ; two letters that changed places count once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (rows[i][j] + usize::from(x != y)).min(rows[i][j + 1] + 1);
            least = least.min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// A flag that its command does not have.
struct Typed<'t> {
    tool: &'t Command,
    /// The command, if one was typed.
    command: Option<&'t Command>,
    /// What the parser refused: of several letters behind one dash only the first unknown one.
    refused: &'t str,
    /// The whole word, as far as it can be told.
    whole: &'t str,
}

impl<'t> Typed<'t> {
    fn of(tool: &'t Command, refused: &'t str, words: &'t [OsString]) -> Self {
        let refused = refused.split([' ', '=']).next().unwrap_or(refused);
        let words = words.iter().skip(1).filter_map(|word| word.to_str());
        let command = words.clone().find_map(|word| tool.find_subcommand(word));
        let is_short = !refused.starts_with("--");
        let mut flags = words.take_while(|word| *word != "--");
        let whole = flags.find(|word| is_short && word.starts_with(refused));
        let whole = whole.and_then(|word| word.split('=').next());
        Self {
            tool,
            command,
            refused,
            whole: whole.unwrap_or(refused),
        }
    }

    fn is_dashed(&self) -> bool {
        self.refused.starts_with('-')
    }

    /// Whether `--` would lead to the arguments of a program.
    fn takes_program_arguments(&self) -> bool {
        let mut positionals = self.command.into_iter().flat_map(Command::get_positionals);
        positionals.any(Arg::is_last_set)
    }

    /// What was probably meant; if the parser knows a similar flag of the command, nothing that is only likely.
    fn meant(&self, is_similar: bool) -> Option<String> {
        if !self.is_dashed() {
            return None;
        }
        let name = self.command.map_or("", Command::get_name);
        let table = |command: &str| {
            let of_command = || FLAGS.iter().filter(|(of, _, _)| *of == command);
            let meant = |word: &str| {
                let mut fitting = of_command().filter(|(_, flags, _)| flags.contains(&word));
                fitting.next().map(|(_, _, meant)| (*meant).to_owned())
            };
            meant(self.whole).or_else(|| meant(self.refused))
        };
        let specific = table(name).filter(|_| !name.is_empty());
        let found = specific.or_else(|| self.long(|arg| !arg.is_global_set()));
        let found = found.or_else(|| table(""));
        if is_similar {
            return found;
        }
        let found = found.or_else(|| self.long(Arg::is_global_set));
        found.or_else(|| self.of_another())
    }

    /// The command's long flags that begin with what stands behind one dash.
    fn long(&self, counts: impl Fn(&Arg) -> bool) -> Option<String> {
        let letters = |word: &'t str| word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        let counted = || {
            let args = self.command.into_iter().flat_map(Command::get_arguments);
            args.filter(|arg| !arg.is_hide_set() && counts(arg))
        };
        let begun = |start: &str| {
            let longs = counted().filter_map(Arg::get_long);
            let found = longs.filter(|long| long.starts_with(start));
            found.map(|long| format!("--{long}")).collect::<Vec<_>>()
        };
        let mut found = begun(letters(self.whole)?);
        if found.is_empty() {
            found = begun(letters(self.refused)?);
        }
        let last = found.pop()?;
        Some(match found.is_empty() {
            true => format!("perhaps {last} is meant"),
            false => format!("perhaps {} or {last} is meant", found.join(", ")),
        })
    }

    /// The other commands that have this long flag.
    fn of_another(&self) -> Option<String> {
        let long = self.refused.strip_prefix("--")?;
        let has = |one: &&Command| {
            let mut args = one.get_arguments();
            !one.is_hide_set() && args.any(|arg| arg.get_long() == Some(long))
        };
        let others = self.tool.get_subcommands().filter(has);
        let others: Vec<String> = others.map(|one| format!("`{}`", one.get_name())).collect();
        (!others.is_empty()).then(|| format!("--{long} is a flag of {}", others.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_letters_and_letters_that_changed_places() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("savpoint", "savepoint", 1),
            ("savepiont", "savepoint", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(
                (distance(a, b), distance(b, a)),
                (expected, expected),
                "{a} {b}"
            );
        }
    }
}
