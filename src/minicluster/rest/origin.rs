//! Requests that a web page of somebody else makes a browser send. The server asks nobody who they are, so whatever
//! page its user looks at could submit programs and delete savepoints here.

use std::net::{IpAddr, SocketAddr};

use hyper::header::{self, HeaderMap, HeaderName};

use super::refusal::Refusal;

/// What browsers say of where a request comes from, also where there is no `Origin`.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what comes from other sites. `bound` is where the server listens.
pub(super) fn check(headers: &HeaderMap, bound: SocketAddr) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST);
    if let Some(host) = host
        && bound.ip().is_loopback()
        && !is_this_machine(host)
    {
        // a name of somebody else's that leads here
        return Err(refused(&format!(
            "it is addressed to {host}, and this server listens for this machine alone: use {bound}"
        )));
    }
    if let Some(origin) = text(header::ORIGIN)
        && origin.strip_prefix("http://") != host
    {
        return Err(refused(&format!("a page of {origin} sent it")));
    }
    match text(FETCH_SITE) {
        None | Some("none" | "same-origin") => Ok(()),
        Some(_) => Err(refused("a page of another site sent it")),
    }
}

/// Whether the host of a URL, with or without a port, is this machine.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn refused(why: &str) -> Refusal {
    Refusal::plain(403, format!("The request is refused: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(bound: &str, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        check(&headers.collect(), bound.parse().unwrap()).is_ok()
    }

    #[test]
    fn only_this_machine_and_its_own_pages_are_answered_on_loopback() {
        for (host, is_its_own) in [
            ("127.0.0.1:8081", true),
            ("LOCALHOST:9999", true),
            ("localhost", true),
            ("[::1]:8081", true),
            ("127.0.0.2", true),
            ("evil.example:8081", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example:8081", false),
            ("10.0.0.1:8081", false),
            ("", false),
        ] {
            let found = is_taken("127.0.0.1:8081", &[("host", host)]);
            assert_eq!(found, is_its_own, "{host}");
        }
        assert!(is_taken("127.0.0.1:8081", &[]), "no browser at all");
        // elsewhere any name may be the server's
        assert!(is_taken("0.0.0.0:8081", &[("host", "flink.internal:8081")]));
    }

    #[test]
    fn what_a_page_of_another_site_sends_is_refused() {
        for bound in ["127.0.0.1:8081", "0.0.0.0:8081"] {
            let from = |name, value| is_taken(bound, &[("host", "127.0.0.1:8081"), (name, value)]);
            assert!(from("origin", "http://127.0.0.1:8081"));
            assert!(from("sec-fetch-site", "same-origin"));
            for origin in ["http://evil.example", "null", "http://127.0.0.1:8082", ""] {
                assert!(!from("origin", origin), "{origin}");
            }
            for site in ["cross-site", "same-site"] {
                assert!(!from("sec-fetch-site", site), "{site}");
            }
        }
    }
}
