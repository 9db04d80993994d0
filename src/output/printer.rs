//! Results to stdout, everything else to stderr.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Duration;

use serde::Serialize;

use super::{json, text};
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::{self, Exchange, Observer};

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people; may change.
    #[default]
    Table,
    /// For programs; stable.
    Json,
    /// Only locations or ids, one a line.
    Name,
}

/// A result that can be shown in every form.
pub trait View: Serialize {
    /// The lines for people; empty for no output at all.
    fn table(&self) -> String;
    /// Locations or ids.
    fn names(&self) -> Vec<String>;

    /// Writes the lines for people. A result that may be large writes them one by one, and makes harmless what it
    /// did not choose itself.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_table(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.table() {
            lines if lines.is_empty() => Ok(()),
            lines => writeln!(out, "{}", text::harmless_lines(&lines)),
        }
    }
}

/// Bytes that are collected before they are written to stdout.
const BUFFER: usize = 64 << 10;

/// Where output goes, decided once.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    format: Format,
    quiet: bool,
    verbosity: u8,
    bars: bool,
}

impl Printer {
    /// A printer for this form; `verbosity` counts `-v`. `bars` are drawn only on a terminal.
    pub fn new(format: Format, quiet: bool, verbosity: u8, bars: bool) -> Self {
        let bars = bars && !quiet && verbosity == 0 && io::stderr().is_terminal();
        Self {
            format,
            quiet,
            verbosity,
            bars,
        }
    }

    /// The same, and it shows each request.
    #[must_use]
    pub fn verbose(self) -> Self {
        Self {
            verbosity: self.verbosity.max(1),
            bars: false,
            ..self
        }
    }

    /// The form of results.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether progress may be drawn.
    pub(super) fn draws_bars(&self) -> bool {
        self.bars
    }

    /// Writes a result, piece by piece: however large, it is never in memory as a whole.
    ///
    /// # Errors
    /// A stdout that takes nothing more. One that was closed is no error: whoever reads has seen enough.
    pub fn show(&self, view: &impl View) -> Result<(), Failure> {
        let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        let written = match self.format {
            Format::Table => view.write_table(&mut out),
            Format::Json => json::write(&mut out, view),
            Format::Name => view
                .names()
                .iter()
                .try_for_each(|name| writeln!(out, "{}", text::harmless(name))),
        };
        let written = finish(written.and_then(|()| out.flush()));
        written.map_err(|failure| match view.names().as_slice() {
            // a result that took work must not be lost with the disk it was meant for
            [one] => failure.hint(format!("the result: {one}")),
            _ => failure,
        })
    }

    /// Writes a generated text, a script or a page, as it is.
    ///
    /// # Errors
    /// As [`Printer::show`].
    pub fn raw(&self, text: &[u8]) -> Result<(), Failure> {
        finish(
            io::stdout()
                .lock()
                .write_all(text)
                .and_then(|()| io::stdout().lock().flush()),
        )
    }

    /// Says something by the way.
    pub fn note(&self, what: impl AsRef<str>) {
        if !self.quiet {
            self.stderr("note: ", what.as_ref());
        }
    }

    /// Says something that the user should act on.
    pub fn warning(&self, what: impl AsRef<str>) {
        self.stderr("warning: ", what.as_ref());
    }

    /// Says why a command failed and what to do next.
    pub fn failure(&self, failure: &Failure) {
        let mut causes = failure.source.chain();
        if let Some(first) = causes.next() {
            self.stderr("error: ", &first.to_string());
        }
        for cause in causes {
            self.stderr("caused by: ", &cause.to_string());
        }
        for hint in &failure.hints {
            self.stderr("hint: ", hint);
        }
        if let (1.., Some(stack)) = (self.verbosity, &failure.stack) {
            let _ = writeln!(io::stderr().lock(), "{}", text::harmless_lines(stack));
        }
    }

    /// One line: a job's name must not begin another that looks like ours.
    fn stderr(&self, label: &str, what: &str) {
        let what = text::harmless(what);
        // there is nobody left to tell if this fails
        let _ = writeln!(io::stderr().lock(), "{label}{what}");
    }
}

/// A closed pipe ends the output, not the operation.
pub(super) fn finish(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Failed,
            format!("cannot write the result to stdout: {err}"),
        )),
        _ => Ok(()),
    }
}

impl Observer for Printer {
    fn exchanged(&self, exchange: &Exchange<'_>) {
        if self.verbosity == 0 {
            return;
        }
        let outcome = match exchange.outcome {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let took = exchange.took.as_secs_f64() * 1000.0;
        self.stderr(
            "",
            &format!(
                "> {} {} {outcome} ({took:.1} ms)",
                exchange.method, exchange.url
            ),
        );
        if let (2.., Some(body)) = (self.verbosity, exchange.body) {
            self.stderr("", &format!("> {body}"));
        }
    }

    fn repeating(&self, why: &rest::Error, limit: Duration) {
        if limit > Duration::from_secs(3) || self.verbosity > 0 {
            self.note(format!("{why}; trying again for up to {limit:?}"));
        }
    }
}
