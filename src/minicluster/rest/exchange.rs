//! A request as the handlers see it, and their reply.

use hyper::body::Bytes;
use hyper::{Method, Uri};
use serde::Serialize;

use super::refusal::Refusal;

/// A request, read whole.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The path as it was sent, for messages.
    pub(super) path: String,
    /// The path's steps less the version, decoded.
    pub(super) steps: Vec<String>,
    query: Vec<(String, String)>,
    pub(super) content_type: String,
    /// The address that the client used.
    pub(super) host: Option<String>,
    pub(super) body: Bytes,
}

impl Request {
    /// The part of a request that stands in its first lines.
    pub(super) fn new(method: Method, uri: &Uri, content_type: &str, host: Option<&str>) -> Self {
        let path = uri.path().to_owned();
        let decoded = percent_decoded(&path);
        // Flink takes one slash for several, and forgives the last
        let mut steps: Vec<String> = decoded
            .split('/')
            .filter(|step| !step.is_empty())
            .map(str::to_owned)
            .collect();
        if steps.first().is_some_and(|step| step == "v1") {
            steps.remove(0);
        }
        let query = uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes());
        Self {
            method,
            path: decoded,
            steps,
            query: query.into_owned().collect(),
            content_type: content_type.to_owned(),
            host: host.map(str::to_owned),
            body: Bytes::new(),
        }
    }

    /// The value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the body is a form with files.
    pub(super) fn is_multipart(&self) -> bool {
        let kind = self.content_type.trim_start();
        kind.get(.."multipart/form-data".len())
            .is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data"))
    }
}

/// The text with each `%XX` replaced; what is not UTF-8 then is replaced too, and so matches nothing.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = (byte == b'%').then(|| after.split_at_checked(2)).flatten();
        let code = code.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok()?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            Some((
                u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?,
                after,
            ))
        });
        let (byte, after) = code.unwrap_or((byte, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// A JSON body.
    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self {
                status,
                content_type: "application/json; charset=UTF-8",
                body,
            },
            // maps with keys that are no text, which no answer here has
            Err(err) => Refusal::internal(&err.to_string()).into(),
        }
    }

    /// 200 with a JSON body.
    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::json(200, body)
    }

    /// An empty body of no type, as Flink's server itself answers before any handler.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: "",
            body: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request {
        Request::new(Method::GET, &uri.parse().unwrap(), "", None)
    }

    #[test]
    fn a_path_is_the_same_with_and_without_its_version_and_last_slash() {
        for uri in [
            "/jobs/x%20y",
            "/v1/jobs/x%20y/",
            "//jobs//x y?a=b".replace(' ', "%20").as_str(),
        ] {
            assert_eq!(request(uri).steps, ["jobs", "x y"], "{uri}");
        }
        assert_eq!(request("/v2/jobs").steps, ["v2", "jobs"]);
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        for (text, decoded) in [
            ("%", "%"),
            ("%4", "%4"),
            ("%+1", "%+1"),
            ("%41%zz", "A%zz"),
            ("%2F", "/"),
        ] {
            assert_eq!(percent_decoded(text), decoded);
        }
    }

    #[test]
    fn the_first_value_of_a_query_parameter_counts() {
        let request = request("/x?mode=a%20b&mode=c&empty");
        assert_eq!(request.query("mode"), Some("a b"));
        assert_eq!(
            (request.query("empty"), request.query("none")),
            (Some(""), None)
        );
    }
}
