//! Results to stdout, everything else to stderr.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::screen::Screen;
use super::style::{self, Colors, Role, Style};
use super::{json, progress, text};
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
    fn table(&self, style: Style) -> String;
    /// Locations or ids.
    fn names(&self) -> Vec<String>;

    /// Writes the lines for people. A result that may be large writes them one by one, and makes harmless what it
    /// did not choose itself.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match self.table(style) {
            lines if lines.is_empty() => Ok(()),
            lines => {
                let lines = text::harmless_lines(&lines);
                writeln!(out, "{}", style::rendered(&lines, style.in_color))
            }
        }
    }
}

/// How results look to people.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// How values are shown.
    pub style: Style,
    /// When to use colours.
    pub colors: Colors,
}

/// Whether somebody still reads stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// As far as one can tell.
    There,
    /// The pipe was closed: whoever read has seen enough.
    Gone,
}

/// Bytes that are collected before they are written to stdout.
const BUFFER: usize = 64 << 10;

/// Where output goes, decided once.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    format: Format,
    look: Look,
    quiet: bool,
    /// Nothing at all goes to stderr.
    silent: bool,
    verbosity: u8,
    bars: bool,
}

impl Printer {
    /// A printer for this form; `verbosity` counts `-v`. `bars` are drawn only on a terminal.
    pub fn new(format: Format, look: Look, quiet: bool, verbosity: u8, bars: bool) -> Self {
        let bars = bars && !quiet && verbosity == 0 && io::stderr().is_terminal();
        Self {
            format,
            look,
            quiet,
            silent: false,
            verbosity,
            bars,
        }
    }

    /// A printer that says nothing on stderr, not even warnings.
    pub fn silent() -> Self {
        Self {
            silent: true,
            ..Self::new(Format::Name, Look::default(), true, 0, false)
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

    /// How results are to look.
    pub fn look(&self) -> Look {
        self.look
    }

    /// A size as the user wants it.
    pub fn size(&self, bytes: u64) -> String {
        self.look.style.size(bytes)
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
        progress::aside(|| self.write(view)).map(|_| ())
    }

    /// As [`Printer::show`], for a result that is shown again and again: for people on a terminal it takes the place of
    /// what was there.
    ///
    /// # Errors
    /// As [`Printer::show`].
    pub fn show_anew(&self, view: &impl View) -> Result<Reader, Failure> {
        if self.format == Format::Json || !io::stdout().is_terminal() {
            return self.write(view);
        }
        let mut shown = Vec::new();
        self.render(view, &mut shown)
            .map_err(|err| cannot_write(&err))?;
        let mut shown = String::from_utf8_lossy(&shown).into_owned();
        if let Some(screen) = Screen::of_stdout() {
            shown = screen.cut(&shown);
        }
        // to the upper left corner, then erase to the end
        let shown = format!("\u{1b}[H\u{1b}[J{shown}");
        let mut out = io::stdout().lock();
        finish(out.write_all(shown.as_bytes()).and_then(|()| out.flush()))
    }

    fn write(&self, view: &impl View) -> Result<Reader, Failure> {
        let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        let written = self.render(view, &mut out);
        let written = finish(written.and_then(|()| out.flush()));
        written.map_err(|failure| match view.names().as_slice() {
            // a result that took work must not be lost with the disk it was meant for
            [one] => failure.hint(format!("the result: {one}")),
            _ => failure,
        })
    }

    fn render(&self, view: &impl View, out: &mut dyn Write) -> io::Result<()> {
        let style = Style {
            in_color: self.look.colors.are_on(&io::stdout()),
            ..self.look.style
        };
        match self.format {
            Format::Table => view.write_table(style, out),
            Format::Json => json::write(&mut *out, view),
            Format::Name => view
                .names()
                .iter()
                .try_for_each(|name| writeln!(out, "{}", text::harmless(name))),
        }
    }

    /// Writes a generated text, a script or a page, as it is.
    ///
    /// # Errors
    /// As [`Printer::show`].
    pub fn raw(&self, text: &[u8]) -> Result<(), Failure> {
        let written = io::stdout().lock().write_all(text);
        finish(written.and_then(|()| io::stdout().lock().flush())).map(|_| ())
    }

    /// The zone of the times that are shown, in which those without a zone are typed.
    pub fn zone(&self) -> TimeZone {
        self.look.style.zone()
    }

    /// Says something by the way.
    pub fn note(&self, what: impl AsRef<str>) {
        if !self.quiet {
            self.stderr(Some(Role::Note), "note: ", what.as_ref());
        }
    }

    /// Says something that the user should act on.
    pub fn warning(&self, what: impl AsRef<str>) {
        self.stderr(Some(Role::Warning), "warning: ", what.as_ref());
    }

    /// Says why a command failed and what to do next.
    pub fn failure(&self, failure: &Failure) {
        let mut causes = failure.source.chain();
        if let Some(first) = causes.next() {
            self.stderr(Some(Role::Bad), "error: ", &first.to_string());
        }
        for cause in causes {
            self.stderr(None, "caused by: ", &cause.to_string());
        }
        for hint in &failure.hints {
            self.stderr(Some(Role::Note), "hint: ", hint);
        }
        if let (1.., Some(stack)) = (self.verbosity, &failure.stack) {
            let _ = writeln!(io::stderr().lock(), "{}", text::harmless_lines(stack));
        }
    }

    /// One line: a job's name must not begin another that looks like ours.
    fn stderr(&self, role: Option<Role>, label: &str, what: &str) {
        if self.silent {
            return;
        }
        let what = text::harmless(what);
        let label = match role {
            Some(role) if self.look.colors.are_on(&io::stderr()) => {
                style::rendered(&style::painted(role, label), true)
            }
            _ => label.to_owned(),
        };
        // there is nobody left to tell if this fails
        let _ = progress::aside(|| writeln!(io::stderr().lock(), "{label}{what}"));
    }
}

/// A closed pipe ends the output, not the operation.
pub(super) fn finish(written: io::Result<()>) -> Result<Reader, Failure> {
    match written {
        Err(err) if err.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(err) => Err(cannot_write(&err)),
        Ok(()) => Ok(Reader::There),
    }
}

fn cannot_write(err: &io::Error) -> Failure {
    let what = format!("cannot write the result to stdout: {err}");
    Failure::new(Exit::Failed, what)
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
            None,
            "",
            &format!(
                "> {} {} {outcome} ({took:.1} ms)",
                exchange.method, exchange.url
            ),
        );
        if let (2.., Some(body)) = (self.verbosity, exchange.body) {
            self.stderr(None, "", &format!("> {body}"));
        }
    }

    fn repeating(&self, why: &rest::Error, limit: Duration) {
        if limit > Duration::from_secs(3) || self.verbosity > 0 {
            self.note(format!("{why}; trying again for up to {limit:?}"));
        }
    }
}
