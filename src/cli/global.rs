//! The flags that say how results are shown.

use clap::{ArgAction, Args, ValueEnum};

use crate::output::{Colors, Format, Look, Printer, Style};

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

    /// When to use colours; NO_COLOR turns them off too
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_short_help = true,
        value_name = "WHEN"
    )]
    color: When,

    /// Show times in UTC, not in this machine's zone (JSON has them in UTC always)
    #[arg(long, global = true, hide_short_help = true)]
    utc: bool,

    /// Show sizes in bytes, not in KiB, MiB, GiB (JSON has them in bytes always)
    #[arg(long, global = true, hide_short_help = true)]
    bytes: bool,

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

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum When {
    /// On a terminal
    #[default]
    Auto,
    /// In a pipe, too
    Always,
    /// Not even on a terminal
    Never,
}

impl GlobalArgs {
    /// The printer that these flags ask for.
    pub fn printer(&self) -> Printer {
        let format = match self.output {
            OutputFormat::Table => Format::Table,
            OutputFormat::Json => Format::Json,
            OutputFormat::Name => Format::Name,
        };
        let colors = match self.color {
            When::Auto => Colors::Auto,
            When::Always => Colors::Always,
            When::Never => Colors::Never,
        };
        let style = Style {
            utc: self.utc,
            bytes: self.bytes,
            ..Style::default()
        };
        let look = Look { style, colors };
        Printer::new(format, look, self.quiet, self.verbose, !self.no_progress)
    }
}
