//! A value that must never be shown.

use std::borrow::Cow;
use std::fmt;

/// What is shown in place of a secret.
pub const MASK: &str = "******";

/// Keeps a value out of every output and every error text: `Debug` and `Display` show [`MASK`] alone.
///
/// Only [`Secret::expose`] gives the value, so that each place that uses one can be found by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; never to be printed, logged or put into an error.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A text without the secrets of the URIs in it: what stands behind a colon before an `@` of an authority, all before it
/// where the scheme is that of a web server, and the signatures of queries.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut masked = Cow::Borrowed(text);
    // from the back, so that what was found before stays where it is
    for (at, _) in text.rmatch_indices("://") {
        if let Some((start, end)) = user_info(text, at) {
            masked.to_mut().replace_range(start..end, MASK);
        }
    }
    if masked.contains(SIGNATURE) {
        masked = Cow::Owned(without_signatures(&masked));
    }
    masked
}

const SIGNATURE: &str = "sig=";

/// What is secret of the authority behind the `://` at a place.
fn user_info(text: &str, at: usize) -> Option<(usize, usize)> {
    let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let (before, start) = (text.get(..at)?, at + "://".len());
    let scheme = &before[before.trim_end_matches(scheme).len()..];
    let rest = text.get(start..)?;
    let word = rest.split([' ', '\t', '\n', '"', '\'']).next()?;
    let authority = word.split(['/', '?', '#']).next()?;
    // a bucket has no port: behind its colon is a secret, which may have slashes
    let is_bucket = scheme.starts_with("s3") && authority.contains(':');
    let authority = if is_bucket { word } else { authority };
    let user = &authority[..authority.rfind('@')?];
    let secret = match user.find(':') {
        Some(colon) => colon + 1,
        None if scheme.starts_with("http") => 0,
        None => return None,
    };
    Some((start + secret, start + user.len()))
}

fn without_signatures(text: &str) -> String {
    let mut pieces = text.split(SIGNATURE);
    let mut masked = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        masked.push_str(SIGNATURE);
        if !masked[..masked.len() - SIGNATURE.len()].ends_with(['?', '&', ';']) {
            masked.push_str(piece);
            continue;
        }
        let end = piece.find(|c: char| c.is_whitespace() || matches!(c, '&' | ';' | '"' | '\''));
        masked.push_str(MASK);
        masked.push_str(&piece[end.unwrap_or(piece.len())..]);
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_of_a_uri_is_masked_and_all_else_stays() {
        for (text, shown) in [
            (
                "cannot reach http://u1:PW@127.0.0.1:9: refused",
                "cannot reach http://u1:******@127.0.0.1:9: refused",
            ),
            (
                "s3n://AKID:SE/CRET@bucket/x, s3://b/y",
                "s3n://AKID:******@bucket/x, s3://b/y",
            ),
            ("https://TOKEN@h/x", "https://******@h/x"),
            (
                "wasbs://c@a.blob.core.windows.net/x?sv=1&sig=SE%2F/C=&se=2 is",
                "wasbs://c@a.blob.core.windows.net/x?sv=1&sig=******&se=2 is",
            ),
            (
                "'webhdfs://u:PW@h/x' and 'webhdfs://u:PW@h/y'",
                "'webhdfs://u:******@h/x' and 'webhdfs://u:******@h/y'",
            ),
        ] {
            assert_eq!(masked(text), shown);
        }
        for text in [
            "hdfs://nn:8020/a@b:c",
            "abfss://container@account.dfs.core.windows.net/x",
            "design=1 mail@example.org: x",
            "s3://bucket/a@b",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn a_secret_shows_nothing_in_any_format() {
        let secret = Secret::new("hunter2".to_owned());
        let shown = format!("{secret} {secret:?} {:#?}", Some(&secret));
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(secret.expose(), "hunter2");
    }
}
