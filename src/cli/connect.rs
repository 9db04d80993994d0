//! The flags that say which cluster to speak to, and how.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::value;
use crate::domain::secret::Secret;

/// How to reach the JobManager. As typed: nothing is opened or looked up here.
///
/// Texts that may hold a password are secrets from the start and are parsed later, because clap repeats a value it
/// refuses. For the same reason no flag reads its own environment variable: help would show the value.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectArgs {
    /// Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]
    ///
    /// Without it: the environment variable, `-D rest.address=…`, then Flink's own configuration in FLINK_CONF_DIR,
    /// FLINK_HOME/conf or ./conf.
    #[arg(short = 'm', long, global = true, value_name = "HOST:PORT|URL", value_parser = value::hidden)]
    pub jobmanager: Option<Secret<String>>,

    /// Set a key of Flink's configuration, over its file (repeatable)
    #[arg(short = 'D', global = true, hide_short_help = true, value_name = "KEY=VALUE", value_parser = value::hidden)]
    pub definitions: Vec<Secret<String>>,

    /// Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]
    #[arg(long = "header", global = true, hide_short_help = true, value_name = "NAME: VALUE", value_parser = value::hidden)]
    pub headers: Vec<Secret<String>>,

    /// Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub bearer_token_file: Option<PathBuf>,

    /// Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub basic_auth_file: Option<PathBuf>,

    /// Trust the certificates in this PEM file, and no others
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub cacert: Option<PathBuf>,

    /// Show the server this client certificate (PEM; with its chain)
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub cert: Option<PathBuf>,

    /// The private key of --cert (PEM, not encrypted); by default it is looked for in the same file
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub key: Option<PathBuf>,

    /// Expect this name in the server's certificate instead of the host's
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME")]
    pub tls_server_name: Option<String>,

    /// Do not check the server's certificate: anybody on the way can read and change everything
    #[arg(long, global = true, hide_short_help = true)]
    pub insecure: bool,

    /// Give up when no connection is made in this time [default: 2500ms]
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", value_parser = value::timeout)]
    pub connect_timeout: Option<Duration>,

    /// Give up on a single request after this time [default: 30s]
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", value_parser = value::timeout)]
    pub request_timeout: Option<Duration>,

    /// While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", value_parser = value::duration)]
    pub reconnect_timeout: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory as _, Parser};

    #[derive(Parser, Debug)]
    struct Tool {
        #[command(flatten)]
        connect: ConnectArgs,
        #[command(subcommand)]
        command: Option<Verb>,
    }

    #[derive(clap::Subcommand, Debug)]
    enum Verb {
        Jobs,
    }

    #[test]
    fn flags_are_taken_before_and_after_the_command() {
        for line in [
            "tool -m a:1 jobs",
            "tool jobs -m a:1",
            "tool jobs --jobmanager=a:1",
        ] {
            let tool = Tool::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(tool.connect.jobmanager.unwrap().expose(), "a:1", "{line}");
        }
    }

    #[test]
    fn definitions_are_taken_joined_or_apart_and_repeatedly() {
        let tool = Tool::try_parse_from("tool jobs -Da=1 -D b=2 -Dc".split(' ')).unwrap();
        let found: Vec<_> = tool
            .connect
            .definitions
            .iter()
            .map(|d| d.expose().as_str())
            .collect();
        assert_eq!(found, ["a=1", "b=2", "c"]);
    }

    #[test]
    fn a_typed_secret_is_in_no_debug_text() {
        let line = "tool -m http://u:hunter2@h:1 -D x.password=hunter2 --header A:hunter2 jobs";
        let tool = Tool::try_parse_from(line.split(' ')).unwrap();
        let shown = format!("{tool:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_duration_without_unit_is_refused_with_a_sentence() {
        let err = Tool::try_parse_from("tool --request-timeout 30 jobs".split(' ')).unwrap_err();
        assert!(err.to_string().contains("say 30s for seconds"), "{err}");
    }

    #[test]
    fn the_flags_stand_under_a_heading_of_their_own() {
        let command = Tool::command();
        let flag = command
            .get_arguments()
            .find(|a| a.get_id() == "cacert")
            .unwrap();
        assert_eq!(flag.get_help_heading(), Some("Connection"));
        assert!(flag.is_global_set());
    }
}
