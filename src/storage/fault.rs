//! What goes wrong with a request, and which requests are sent again.

use std::future::Future;
use std::time::Duration;

use super::http::shown;
use super::{Location, StorageError};

/// The longest explanation that is passed on, in characters.
const MAX_WHY: usize = 300;
/// The first pause before a request is sent again; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest pause, even where the storage asks for more.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// Nothing is there.
    #[error("it does not exist")]
    Missing,
    /// We may not.
    #[error("{0}")]
    Denied(String),
    /// The storage is busy, and may say for how long.
    #[error("{why}")]
    Throttled {
        why: String,
        pause: Option<Duration>,
    },
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// No connection.
    #[error("{0}")]
    Unreachable(String),
    /// The connection broke off, or the storage failed inside: the next try may go well.
    #[error("{0}")]
    Passing(String),
    /// An answer that no sense can be made of.
    #[error("{0}")]
    Broken(String),
}

impl Fault {
    /// What a status other than success means; `why` is what the body says.
    pub fn of_status(status: u16, why: String, pause: Option<Duration>) -> Self {
        let why = match why.as_str() {
            "" => format!("status {status}"),
            why => format!("status {status}, {why}"),
        };
        match status {
            401 | 403 => Self::Denied(why),
            404 => Self::Missing,
            429 | 503 => Self::Throttled { why, pause },
            500.. => Self::Passing(why),
            // of Amazon
            400 if why.contains("ExpiredToken") || why.contains("InvalidToken") => {
                Self::Denied(why)
            }
            _ => Self::Broken(why),
        }
    }

    /// As an error of the room.
    pub fn at(self, at: &Location, endpoint: &str) -> StorageError {
        let location = at.to_string();
        let endpoint = shown(endpoint);
        match self {
            Self::Missing => StorageError::Missing { location },
            Self::Denied(why) => StorageError::Denied { location, why },
            Self::Throttled { why, .. } => StorageError::Throttled { location, why },
            Self::Timeout => StorageError::Timeout { location, endpoint },
            Self::Unreachable(why) => StorageError::Unreachable {
                location,
                endpoint,
                why,
            },
            Self::Passing(why) | Self::Broken(why) => StorageError::Broken { location, why },
        }
    }

    /// How many tries such a fault is worth.
    fn tries(&self) -> u32 {
        match self {
            Self::Throttled { .. } => 6,
            Self::Passing(_) => 4,
            Self::Unreachable(_) => 3,
            Self::Timeout => 2,
            Self::Missing | Self::Denied(_) | Self::Broken(_) => 1,
        }
    }
}

/// Sends a request that may be sent twice, until it is answered or its fault is worth no further try.
pub(super) async fn repeated<T, F>(mut request: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let mut tries = 1;
    loop {
        let fault = match request().await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        if tries >= fault.tries() {
            return Err(fault);
        }
        let pause = match &fault {
            Fault::Throttled {
                pause: Some(pause), ..
            } => *pause,
            _ => PAUSE * (1 << (tries - 1)),
        };
        tokio::time::sleep(pause.min(MAX_PAUSE)).await;
        tries += 1;
    }
}

/// What the body of a refusal says, in one line: the XML of S3 and Azure, or the JSON of Google and WebHDFS. All else
/// that may be in it is left out: some services repeat the request's signature there.
pub(super) fn told(body: &str) -> String {
    let told = match between(body, "<Code>", "</Code>") {
        Some(code) => match between(body, "<Message>", "</Message>") {
            Some(message) if !message.is_empty() => format!("{code}: {message}"),
            _ => code.to_owned(),
        },
        None => told_in_json(body).unwrap_or_default(),
    };
    let line = told.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(MAX_WHY).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}

fn told_in_json(body: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    let text = |pointer: &str| json.pointer(pointer)?.as_str().map(str::to_owned);
    text("/error/message")
        .or_else(|| text("/RemoteException/message"))
        .or_else(|| text("/error_description"))
        .or_else(|| text("/error"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_refusal_code_and_message_are_told_and_no_signature() {
        let body = "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>The request signature\n we \
                    calculated</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId><StringToSign>secret</StringToSign></Error>";
        assert_eq!(
            told(body),
            "SignatureDoesNotMatch: The request signature we calculated"
        );
        assert_eq!(
            told(r#"{"error":{"code":403,"message":"no access"}}"#),
            "no access"
        );
        assert_eq!(told("<html>what</html>"), "");
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_storage_is_asked_six_times_and_a_refusal_once() {
        for (fault, tries) in [
            (Fault::of_status(503, String::new(), None), 6),
            (
                Fault::of_status(429, String::new(), Some(Duration::from_secs(1))),
                6,
            ),
            (Fault::of_status(500, String::new(), None), 4),
            (Fault::Timeout, 2),
            (Fault::of_status(403, String::new(), None), 1),
        ] {
            let mut asked = 0;
            let answer: Result<(), Fault> = repeated(|| {
                asked += 1;
                std::future::ready(Err(fault.clone()))
            })
            .await;
            assert_eq!(answer, Err(fault.clone()));
            assert_eq!(asked, tries, "{fault:?}");
        }
    }
}
