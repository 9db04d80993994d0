//! The flags that say how results are shown.

use clap::{ArgAction, Args, ValueEnum};

use crate::output::{Format, Printer};

/// How to say what came of a command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub struct GlobalArgs {
    /// The form of the result on stdout
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    output: OutputFormat,

    /// Show each request on stderr, and a server's stack trace on failure; -vv bodies too
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,

    /// Say only warnings and errors
    #[arg(short, long, global = true)]
    quiet: bool,

    /// Draw no progress
    #[arg(long, global = true, hide_short_help = true)]
    no_progress: bool,
}

/// The form of a result.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum OutputFormat {
    /// For people; may change
    #[default]
    Table,
    /// For programs; stable
    Json,
    /// Only locations or ids, one a line
    Name,
}

impl GlobalArgs {
    /// The printer that these flags ask for.
    pub fn printer(&self) -> Printer {
        let format = match self.output {
            OutputFormat::Table => Format::Table,
            OutputFormat::Json => Format::Json,
            OutputFormat::Name => Format::Name,
        };
        Printer::new(format, self.quiet, self.verbose, !self.no_progress)
    }
}
