//! The one form that clients send: `multipart/form-data` with a file in it.
//!
//! A reader of its own, because the whole body is in memory, bounded, before it is read, and what is wanted of it is one
//! file: a crate for streams of parts would bring seven more into the tree.

use super::exchange::Request;

/// More headers than this has no part of a browser or client.
const MAX_HEADERS: usize = 16;
/// No boundary may be longer.
const MAX_BOUNDARY: usize = 70;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// The file's name, its last step alone; `None` for a plain field.
    pub(super) file_name: Option<String>,
    pub(super) content: Vec<u8>,
}

/// The parts of a form, in order. A body that is no form has none; what is cut short ends with the last whole part, as
/// Flink's server has it.
pub(super) fn parts(request: &Request) -> Vec<Part> {
    let boundary = parameter(&request.content_type, "boundary");
    let Some(boundary) = boundary.filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()))
    else {
        return Vec::new();
    };
    let delimiter = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest: &[u8] = &request.body;
    let Some(start) = find(rest, delimiter.as_bytes()) else {
        return found;
    };
    rest = &rest[start + delimiter.len()..];
    let next = format!("\r\n{delimiter}");
    // what follows the delimiter is "--" at the end of the form
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        // the line end before a delimiter belongs to it, also where a part has nothing in it
        let Some(end) = find(after, next.as_bytes()) else {
            break;
        };
        if let Some(part) = part(&after[..end]) {
            found.push(part);
        }
        rest = &after[end + next.len()..];
    }
    found
}

/// Splits a part into its headers and its content.
fn part(bytes: &[u8]) -> Option<Part> {
    let end = find(bytes, b"\r\n\r\n")?;
    let headers = std::str::from_utf8(&bytes[..end]).ok()?;
    let disposition = headers.split("\r\n").take(MAX_HEADERS).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    })?;
    Some(Part {
        name: parameter(disposition, "name")?,
        file_name: parameter(disposition, "filename").map(|name| last_step(&name)),
        content: bytes[end + 4..].to_vec(),
    })
}

/// A file's name without the folders that a client may put before it.
fn last_step(name: &str) -> String {
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The value of a header's parameter, with or without quotes.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.split_once(';')?.1;
    }
}

/// What stands before the closing quote, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => {
                // a browser on Windows leaves its backslashes as they are
                let (_, escaped) = chars.next()?;
                if !matches!(escaped, '"' | '\\') {
                    value.push('\\');
                }
                value.push(escaped);
            }
            char => value.push(char),
        }
    }
    None
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Method;

    fn form(content_type: &str, body: impl Into<Vec<u8>>) -> Vec<(String, Option<String>, String)> {
        let mut request = Request::new(Method::POST, &"/x".parse().unwrap(), content_type, None);
        request.body = body.into().into();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        parts(&request)
            .into_iter()
            .map(|part| (part.name, part.file_name, text(part.content)))
            .collect()
    }

    fn one(name: &str, file: Option<&str>, content: &str) -> (String, Option<String>, String) {
        (name.to_owned(), file.map(str::to_owned), content.to_owned())
    }

    const FORM: &str = "multipart/form-data; boundary=XX";

    #[test]
    fn files_and_fields_are_told_apart() {
        let body = "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"p.toml\"\r\nContent-Type: \
                    text/plain\r\n\r\nname = \"x\"\r\n--X\r\n\r\n--XX\r\ncontent-disposition: form-data; name=b\r\n\r\n\r\n\
                    --XX--\r\n";
        assert_eq!(
            form(FORM, body),
            [
                one("a", Some("p.toml"), "name = \"x\"\r\n--X\r\n"),
                one("b", None, "")
            ]
        );
        assert_eq!(
            form("multipart/form-data; charset=x; boundary=\"XX\"", body).len(),
            2
        );
    }

    #[test]
    fn a_file_is_named_by_the_last_step_of_its_path() {
        for (name, last) in [
            ("../../up.toml", "up.toml"),
            (r"C:\new\p.toml", "p.toml"),
            (r#"a\"b.toml"#, "a\"b.toml"),
            ("..", ".."),
            ("", ""),
        ] {
            let body = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\n\r\n1\r\n--XX--"
            );
            assert_eq!(form(FORM, body), [one("f", Some(last), "1")], "{name}");
        }
    }

    #[test]
    fn what_is_no_form_has_no_parts() {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n1\r\n--XX--\r\n";
        for kind in [
            "multipart/form-data",
            "multipart/form-data; boundary=\"XX",
            "text/plain; boundary=YY",
            "",
        ] {
            assert!(form(kind, body).is_empty(), "{kind}");
        }
        for body in [
            "",
            "garbage",
            "--XX",
            "--XX--",
            "--XX\r\n",
            "--XX\r\nno header\r\n--XX--",
            "--XX\r\n\r\n\r\n--XX--",
        ] {
            assert!(form(FORM, body).is_empty(), "{body}");
        }
    }

    #[test]
    fn a_form_cut_short_anywhere_is_no_panic() {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"é\"\r\n\r\n1\r\n--XX\r\nContent-Disposition: \
                    form-data; name=\"b\"\r\n\r\n2\r\n--XX--\r\n";
        for end in 0..body.len() {
            assert!(form(FORM, &body.as_bytes()[..end]).len() <= 2);
        }
        assert_eq!(form(FORM, body).len(), 2);
    }
}
