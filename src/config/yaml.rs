//! `config.yaml`, which is YAML 1.2 with the core schema, as Flink from 1.19 on reads it.
//!
//! Read from parser events rather than into a generic value: each entry must know its line, and what a scalar is
//! depends on its quotes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, StrInput, Tag};

use crate::config::error::ConfigError;
use crate::config::file::{Entry, Parsed};

/// How deep maps and lists may nest.
const DEPTH: usize = 64;
/// How many nodes a file may have once its aliases are written out: a few lines can ask for billions.
const NODES: usize = 100_000;

/// Reads the text of a file.
///
/// # Errors
/// As for Flink, anything wrong is fatal: broken syntax, a key twice in one map, a key that is no text, an empty value,
/// a file that is no map.
pub fn parse(text: &str, path: &Path) -> Result<Parsed, ConfigError> {
    let root = read(text).map_err(|Fault { line, problem }| ConfigError::File {
        path: path.to_owned(),
        line,
        problem,
    })?;
    let mut parsed = Parsed::default();
    if let Some(Node {
        kind: Kind::Map(map),
        ..
    }) = &root
    {
        flatten(String::new(), map, &mut parsed.entries);
    }
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &parsed.entries {
        if let Some(earlier) = lines.insert(&entry.key, entry.line) {
            parsed.warnings.push(format!(
                "{}:{}: sets {} again and wins over line {earlier}",
                path.display(),
                entry.line,
                entry.key
            ));
        }
    }
    Ok(parsed)
}

struct Fault {
    line: usize,
    problem: String,
}

impl Fault {
    fn at(mark: Marker, problem: impl Into<String>) -> Self {
        Self {
            line: mark.line(),
            problem: problem.into(),
        }
    }
}

#[derive(Clone)]
struct Node {
    mark: Marker,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Null,
    /// Text, and whether it is text by nature: neither a boolean nor a number.
    Scalar(String, bool),
    List(Vec<Node>),
    /// Key, its line, value; in the file's order.
    Map(Vec<(String, usize, Node)>),
}

fn read(text: &str) -> Result<Option<Node>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = granit_parser::options! { emit_comments: false };
    let mut reader = Reader::new(text, options);
    let mut root = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentEnd | Event::Comment(..) => {}
            Event::DocumentStart(..) if root.is_some() => {
                return Err(Fault::at(
                    span.start,
                    "starts a second document, and only one is read",
                ));
            }
            Event::DocumentStart(..) => {}
            other => root = Some(reader.node(other, span, 0)?),
        }
    }
    match root {
        // An empty file is an empty configuration.
        None
        | Some(Node {
            kind: Kind::Null, ..
        }) => Ok(None),
        Some(node) if matches!(node.kind, Kind::Map(_)) => Ok(Some(node)),
        Some(node) => Err(Fault::at(
            node.mark,
            "is no map of keys to values, which the file must be",
        )),
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, options: Options) -> Self {
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            anchors: HashMap::new(),
            nodes: 0,
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fault> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(err)) => Err(Fault::at(
                *err.marker(),
                format!("is not YAML: {}", err.kind()),
            )),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Counts `more` nodes against the limit.
    fn count(&mut self, more: usize, mark: Marker) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > NODES {
            return Err(Fault::at(
                mark,
                format!("goes beyond {NODES} values, aliases written out"),
            ));
        }
        Ok(())
    }

    /// The node that `event` starts, to its end.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fault> {
        let mark = span.start;
        if depth > DEPTH {
            return Err(Fault::at(mark, format!("nests deeper than {DEPTH} levels")));
        }
        let before = self.nodes;
        self.count(1, mark)?;
        let (kind, anchor) = match event {
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id).cloned() else {
                    return Err(Fault::at(mark, "refers to itself"));
                };
                self.count(size, mark)?;
                return Ok(Node {
                    mark,
                    kind: node.kind,
                });
            }
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(&text, style, tag.as_deref(), mark)?, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                untagged(tag.as_deref(), "seq", mark)?;
                (Kind::List(self.list(depth)?), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                untagged(tag.as_deref(), "map", mark)?;
                (Kind::Map(self.map(depth)?), anchor)
            }
            _ => return Err(Fault::at(mark, "is not YAML")),
        };
        let node = Node { mark, kind };
        if anchor != 0 {
            self.anchors
                .insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, usize, Node)>, Fault> {
        let mut entries: Vec<(String, usize, Node)> = Vec::new();
        let mut lines: HashMap<String, usize> = HashMap::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (event, span) => self.node(event, span, depth + 1)?,
            };
            let line = key.mark.line();
            let Kind::Scalar(name, true) = key.kind else {
                return Err(Fault::at(
                    key.mark,
                    "has a key that is no text: put it in quotes",
                ));
            };
            if let Some(earlier) = lines.insert(name.clone(), line) {
                let problem = format!("has the key '{name}' again, first on line {earlier}");
                return Err(Fault::at(key.mark, problem));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if matches!(value.kind, Kind::Null) {
                let problem = format!("has no value for '{name}': give one, or remove the line");
                return Err(Fault::at(key.mark, problem));
            }
            entries.push((name, line, value));
        }
    }
}

/// Refuses a tag that would make something else of a collection.
fn untagged(tag: Option<&Tag>, expected: &str, mark: Marker) -> Result<(), Fault> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema_tag(expected) => Err(unknown_tag(mark)),
        _ => Ok(()),
    }
}

fn unknown_tag(mark: Marker) -> Fault {
    Fault::at(mark, "has a tag that is not understood")
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, mark: Marker) -> Result<Kind, Fault> {
    let resolved = match tag {
        None if style == ScalarStyle::Plain => core(text),
        None => Kind::Scalar(text.to_owned(), true),
        Some(tag) if tag.original() == "!" || tag.is_yaml_core_schema_tag("str") => {
            Kind::Scalar(text.to_owned(), true)
        }
        Some(tag) if tag.is_yaml_core_schema() => core(text),
        Some(_) => return Err(unknown_tag(mark)),
    };
    Ok(resolved)
}

/// What a plain scalar is under YAML 1.2's core schema, as the text that Flink makes of it.
fn core(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Scalar("true".to_owned(), false),
        "false" | "False" | "FALSE" => return Kind::Scalar("false".to_owned(), false),
        ".nan" | ".NaN" | ".NAN" => return Kind::Scalar(".nan".to_owned(), false),
        _ => {}
    }
    match integer(text).or_else(|| float(text)) {
        Some(number) => Kind::Scalar(number, false),
        None => Kind::Scalar(text.to_owned(), true),
    }
}

/// Decimal with all its digits, `0o` octal or `0x` hexadecimal, as decimal text.
fn integer(text: &str) -> Option<String> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            // A sign here would be accepted by the parser and is none of YAML's.
            let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            let number = plain.then(|| u128::from_str_radix(digits, radix).ok())??;
            return Some(number.to_string());
        }
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    Some(match digits {
        "" => "0".to_owned(),
        digits if text.starts_with('-') => format!("-{digits}"),
        digits => digits.to_owned(),
    })
}

fn float(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { "-" } else { "" };
        return Some(format!("{sign}.inf"));
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let mantissa_is_one = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_is_one = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if !mantissa_is_one || !exponent_is_one {
        return None;
    }
    text.parse().ok().map(java_double)
}

/// A number as Java's `Double.toString` writes it: `1000.0`, `1.5`, `1.0E10`.
fn java_double(number: f64) -> String {
    let size = number.abs();
    if number.is_infinite() {
        return format!("{}.inf", if number < 0.0 { "-" } else { "" });
    }
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => text,
    }
}

/// Nested maps as keys with dots; a nested key and the same one written flat are equal.
fn flatten(prefix: String, map: &[(String, usize, Node)], into: &mut Vec<Entry>) {
    for (name, line, node) in map {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match &node.kind {
            Kind::Map(inner) => flatten(key, inner, into),
            _ => into.push(Entry {
                key,
                value: top(node),
                line: *line,
            }),
        }
    }
}

/// A value that is no map, as text: a scalar bare, a list in flow style.
fn top(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar(text, _) => text.clone(),
        _ => flow(node),
    }
}

fn flow(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Scalar(text, false) => text.clone(),
        Kind::Scalar(text, true) => quoted(text),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, _, value)| format!("{}: {}", quoted(key), flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A text inside a list, quoted where Flink's own writer quotes it: where it would be read as something else.
fn quoted(text: &str) -> String {
    if text.contains(['\n', '\r', '\t']) {
        let escaped = text.replace('\\', r"\\").replace('"', "\\\"");
        let escaped = escaped
            .replace('\n', r"\n")
            .replace('\r', r"\r")
            .replace('\t', r"\t");
        return format!("\"{escaped}\"");
    }
    let special = text.contains([',', '[', ']', '{', '}', ':'])
        || text.contains(" #")
        || text.starts_with([
            '#', '&', '*', '!', '|', '>', '%', '@', '`', '?', '\'', '"', ' ',
        ])
        || text.starts_with("- ")
        || text == "-"
        || text.ends_with(' ');
    if special || !matches!(core(text), Kind::Scalar(_, true)) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    text.to_owned()
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
