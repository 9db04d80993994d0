//! What the words of a line that is being typed say already.

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::super::Cli;
use super::super::context::Context;
use crate::cli::connect::ConnectArgs;
use crate::cli::storage::StorageArgs;
use crate::cli::words;
use crate::output::Printer;
use crate::storage::Location;

/// The commands whose JOB is a running one.
const OF_RUNNING_JOBS: &[&str] = &["trigger", "stop", "checkpoint", "cancel"];

/// What the words before the one that is being typed say.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The command, once it is there.
    command: String,
    /// Whether all jobs are meant.
    pub(super) is_of_all: bool,
    /// Where snapshots are looked for, where flags say so.
    pub(super) dirs: Vec<Location>,
    connect: Option<ConnectArgs>,
    storage: StorageArgs,
}

impl Line {
    /// Reads the words, which need not be a whole command yet.
    pub(super) fn of(words: &[OsString]) -> Self {
        let line = words::repeated_first(words::flink_style(words.iter().cloned()));
        let matches = Cli::command()
            .ignore_errors(true)
            .try_get_matches_from(line);
        let Ok(matches) = matches else {
            return Self::default();
        };
        let (mut innermost, mut command) = (&matches, "");
        while let Some((name, inner)) = innermost.subcommand() {
            (innermost, command) = (inner, name);
        }
        let all = innermost.try_get_one::<bool>("all").ok().flatten();
        Self {
            command: command.to_owned(),
            is_of_all: all.copied().unwrap_or_default(),
            dirs: dirs(innermost),
            connect: ConnectArgs::from_arg_matches(innermost).ok(),
            storage: StorageArgs::from_arg_matches(innermost).unwrap_or_default(),
        }
    }

    /// Whether its JOB is a running one.
    pub(super) fn is_of_running_jobs(&self) -> bool {
        OF_RUNNING_JOBS.contains(&self.command.as_str())
    }

    /// Whether its first word is a directory: all jobs are meant, and none is named.
    pub(super) fn begins_with_directory(&self) -> bool {
        self.command == "trigger" && self.is_of_all
    }

    /// The settings that it asks for. They print nothing.
    pub(super) fn context(&self) -> Option<Context> {
        let connect = self.connect.clone()?;
        Context::new(Printer::silent(), connect, self.storage.clone()).ok()
    }
}

/// The directories of `--dir`. The shell has not seen the tilde of a line that is not finished.
fn dirs(matches: &ArgMatches) -> Vec<Location> {
    let given = matches.try_get_many::<String>("dirs").ok().flatten();
    let at_home = |dir: &String| match (dir.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(below), Ok(home)) => Path::new(&home).join(below).display().to_string(),
        _ => dir.clone(),
    };
    let given = given.unwrap_or_default().map(at_home);
    given
        .filter_map(|dir| Location::of(&dir).ok())
        .map(|at| at.absolute())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        let words: Vec<OsString> = text.split(' ').map(OsString::from).collect();
        Line::of(&words)
    }

    #[test]
    fn the_flags_typed_so_far_name_the_cluster() {
        for text in [
            "savepointctl -m a:1 trigger",
            "savepointctl trigger -m a:1",
            "savepointctl trigger --type native -m a:1 --bogus",
        ] {
            let connect = line(text).connect.unwrap();
            assert_eq!(connect.jobmanager.unwrap().expose(), "a:1", "{text}");
        }
    }

    #[test]
    fn the_directories_typed_so_far_are_those_to_look_into() {
        let line = line("savepointctl verify --dir /sp --dir s3://b/sp --strict");
        let dirs: Vec<String> = line.dirs.iter().map(ToString::to_string).collect();
        assert_eq!(dirs.len(), 2, "{dirs:?}");
        assert!(
            dirs[0].ends_with("/sp") && dirs[1] == "s3://b/sp",
            "{dirs:?}"
        );
    }

    #[test]
    fn running_jobs_are_meant_by_the_command_and_not_by_a_word() {
        assert!(line("savepointctl -m a:1 stop").is_of_running_jobs());
        assert!(!line("savepointctl list stop").is_of_running_jobs());
        assert!(line("savepointctl trigger --all").begins_with_directory());
        assert!(!line("savepointctl jobs --all").begins_with_directory());
    }
}
