//! JSON bodies, read as leniently as Flink's server reads them: unknown fields are ignored, an empty body is `{}`, and
//! numbers and truth values may stand in quotes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::exchange::Request;
use super::refusal::{Refusal, stack_trace};
use crate::domain::ids::{JobId, TriggerId};

const JACKSON: &str = "org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind";

/// The fields of a body.
#[derive(Debug)]
pub(super) struct Fields {
    /// The class that Flink reads it into, for messages.
    class: &'static str,
    fields: Map<String, Value>,
}

impl Fields {
    /// Reads the body of a request that Flink would read into `class`.
    pub(super) fn of(request: &Request, class: &'static str) -> Result<Self, Refusal> {
        if request.is_multipart() {
            return Err(Refusal::plain(400, "File upload not allowed"));
        }
        let text = request.body.trim_ascii();
        let value = if text.is_empty() {
            Value::Object(Map::new())
        } else {
            serde_json::from_slice(text).map_err(|err| {
                let parse = "org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParseException";
                unexpected(class, parse, &err.to_string())
            })?
        };
        match value {
            Value::Object(fields) => Ok(Self { class, fields }),
            // as Flink: its handlers do not expect to be given nothing
            Value::Null => Err(Refusal::internal(&stack_trace(&[(
                "java.lang.NullPointerException",
                "",
            )]))),
            other => Err(unexpected(
                class,
                &format!("{JACKSON}.exc.MismatchedInputException"),
                &format!(
                    "Cannot deserialize value of type `{class}` from {}",
                    kind(&other)
                ),
            )),
        }
    }

    /// A field that is there and not null.
    fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A text; a number or truth value is taken as it is written.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        self.field(name)
            .map(|value| {
                scalar(value).ok_or_else(|| self.mismatched(name, "java.lang.String", value))
            })
            .transpose()
    }

    /// `true` or `false`; no where it is not given.
    pub(super) fn is_true(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.boolean(name)?.unwrap_or(false))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.field(name) else {
            return Ok(None);
        };
        let read = match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) => match text.trim() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            _ => None,
        };
        match read {
            Some(truth) => Ok(Some(truth)),
            None => Err(self.invalid(
                name,
                "java.lang.Boolean",
                value,
                r#"only "true" or "false" recognized"#,
            )),
        }
    }

    /// A whole number.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i32>, Refusal> {
        let Some(value) = self.field(name) else {
            return Ok(None);
        };
        let read = match value {
            Value::Number(number) => number
                .as_i64()
                .and_then(|number| i32::try_from(number).ok()),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match read {
            Some(number) => Ok(Some(number)),
            None => Err(self.invalid(
                name,
                "java.lang.Integer",
                value,
                "not a valid `java.lang.Integer` value",
            )),
        }
    }

    /// One of these texts, in exactly this case.
    pub(super) fn one_of(
        &self,
        name: &str,
        class: &str,
        texts: &'static [&'static str],
    ) -> Result<Option<&'static str>, Refusal> {
        let Some(value) = self.field(name) else {
            return Ok(None);
        };
        match texts.iter().find(|text| value.as_str() == Some(text)) {
            Some(text) => Ok(Some(text)),
            None => {
                let why = format!(
                    "not one of the values accepted for Enum class: [{}]",
                    texts.join(", ")
                );
                Err(self.invalid(name, class, value, &why))
            }
        }
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| {
                    scalar(value).ok_or_else(|| self.mismatched(name, "java.lang.String", value))
                })
                .collect(),
            Some(other) => Err(self.mismatched(name, "java.util.ArrayList", other)),
        }
    }

    /// Settings: texts by key.
    pub(super) fn settings(&self, name: &str) -> Result<BTreeMap<String, String>, Refusal> {
        const MAP: &str = "java.util.LinkedHashMap<java.lang.String,java.lang.String>";
        match self.field(name) {
            None => Ok(BTreeMap::new()),
            Some(Value::Object(settings)) => settings
                .iter()
                .map(|(key, value)| match scalar(value) {
                    Some(value) => Ok((key.clone(), value)),
                    None => Err(self.mismatched(name, "java.lang.String", value)),
                })
                .collect(),
            Some(other) => Err(self.mismatched(name, MAP, other)),
        }
    }

    /// The trigger id that the client chose.
    pub(super) fn trigger_id(&self) -> Result<Option<TriggerId>, Refusal> {
        let Some(text) = self.text("triggerId")? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let is_hex = !text.is_empty()
                && text.len().is_multiple_of(2)
                && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let (class, why) = if is_hex {
                (
                    "java.lang.IllegalArgumentException",
                    "Argument bytes must by an array of 16 bytes".to_owned(),
                )
            } else {
                (
                    "java.lang.NumberFormatException",
                    format!("For input string: \"{text}\" under radix 16"),
                )
            };
            self.mapping("triggerId", &[(class, &why)])
        })
    }

    /// The job id that the client chose.
    pub(super) fn job_id(&self) -> Result<Option<JobId>, Refusal> {
        let Some(text) = self.text("jobId")? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let why = format!(
                "Cannot parse JobID from \"{text}\". The expected format is [0-9a-fA-F]{{32}}, e.g. \
                 fd72014d4c864993a2e5a9287b4a9c5d."
            );
            let number = format!("For input string: \"{text}\" under radix 16");
            self.mapping(
                "jobId",
                &[
                    ("java.lang.IllegalArgumentException", &why),
                    ("java.lang.NumberFormatException", &number),
                ],
            )
        })
    }

    /// A value of the right kind that is no value of this field.
    fn mapping(&self, name: &str, causes: &[(&str, &str)]) -> Refusal {
        let why = causes.first().map_or("", |(_, why)| why);
        let outer = format!("{JACKSON}.JsonMappingException");
        let reference = format!(
            "{why} (through reference chain: {}[\"{name}\"])",
            self.class
        );
        let mut chain = vec![(outer.as_str(), reference.as_str())];
        chain.extend_from_slice(causes);
        Refusal::handler_because(400, &not_as_expected(self.class), &chain)
    }

    fn invalid(&self, name: &str, class: &str, value: &Value, why: &str) -> Refusal {
        let Value::String(text) = value else {
            return self.mismatched(name, class, value);
        };
        let message = format!(
            "Cannot deserialize value of type `{class}` from String \"{text}\": {why} (through reference chain: \
             {}[\"{name}\"])",
            self.class
        );
        unexpected(
            self.class,
            &format!("{JACKSON}.exc.InvalidFormatException"),
            &message,
        )
    }

    fn mismatched(&self, name: &str, class: &str, value: &Value) -> Refusal {
        let message = format!(
            "Cannot deserialize value of type `{class}` from {} (through reference chain: {}[\"{name}\"])",
            kind(value),
            self.class
        );
        unexpected(
            self.class,
            &format!("{JACKSON}.exc.MismatchedInputException"),
            &message,
        )
    }
}

fn not_as_expected(class: &str) -> String {
    format!("Request did not match expected format {class}.")
}

fn unexpected(class: &str, cause: &str, message: &str) -> Refusal {
    Refusal::handler_because(400, &not_as_expected(class), &[(cause, message)])
}

/// A value that is no list and no object, as a text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "Array value (token `JsonToken.START_ARRAY`)",
        Value::Object(_) => "Object value (token `JsonToken.START_OBJECT`)",
        Value::String(_) => "String value",
        Value::Number(_) => "Number value",
        Value::Bool(_) => "Boolean value",
        Value::Null => "null",
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Reply;
    use super::*;
    use hyper::Method;

    fn fields(body: &str) -> Result<Fields, String> {
        let mut request = Request::new(Method::POST, &"/x".parse().unwrap(), "", None);
        request.body = body.to_owned().into();
        Fields::of(&request, "SavepointTriggerRequestBody").map_err(said)
    }

    fn said(refusal: Refusal) -> String {
        let reply = Reply::from(refusal);
        format!(
            "{} {}",
            reply.status,
            String::from_utf8(reply.body).unwrap()
        )
    }

    #[test]
    fn an_empty_body_is_an_empty_object_and_null_is_a_failure() {
        for body in ["", "  \n", "{}", r#"{"unknown":[{}]}"#] {
            assert_eq!(
                fields(body).unwrap().text("target-directory").map_err(said),
                Ok(None)
            );
        }
        assert!(fields("null").unwrap_err().starts_with("500 "));
        for body in ["[]", "\"x\"", "{", "7", "{}x"] {
            let said = fields(body).unwrap_err();
            assert!(
                said.starts_with("400 ")
                    && said.contains("did not match expected format SavepointTriggerRequestBody."),
                "{said}"
            );
        }
    }

    #[test]
    fn values_in_quotes_are_taken_as_flink_takes_them() {
        let fields = fields(r#"{"a":"true","b":false,"c":"7","d":7,"e":5,"f":null}"#).unwrap();
        assert_eq!(fields.boolean("a").map_err(said), Ok(Some(true)));
        assert_eq!(fields.boolean("b").map_err(said), Ok(Some(false)));
        assert_eq!(fields.integer("c").map_err(said), Ok(Some(7)));
        assert_eq!(fields.integer("d").map_err(said), Ok(Some(7)));
        assert_eq!(fields.text("e").map_err(said), Ok(Some("5".to_owned())));
        assert_eq!(fields.boolean("f").map_err(said), Ok(None));
    }

    #[test]
    fn a_value_that_cannot_be_read_is_refused_by_field() {
        let body = r#"{"cancel-job":"maybe","formatType":"canonical","parallelism":"x","triggerId":"zz","jobId":"zz",
            "programArgsList":"x","flinkConfiguration":[]}"#;
        let fields = fields(body).unwrap();
        let modes: &[&str] = &["CANONICAL", "NATIVE"];
        for (refusal, text) in [
            (
                fields.boolean("cancel-job").map(drop),
                r#"from String \"maybe\": only"#,
            ),
            (
                fields.one_of("formatType", "F", modes).map(drop),
                "[CANONICAL, NATIVE]",
            ),
            (
                fields.integer("parallelism").map(drop),
                "not a valid `java.lang.Integer` value",
            ),
            (
                fields.trigger_id().map(drop),
                r#"For input string: \"zz\" under radix 16"#,
            ),
            (
                fields.job_id().map(drop),
                r#"Cannot parse JobID from \"zz\""#,
            ),
            (
                fields.texts("programArgsList").map(drop),
                "java.util.ArrayList",
            ),
            (
                fields.settings("flinkConfiguration").map(drop),
                "java.util.LinkedHashMap",
            ),
        ] {
            let said = said(refusal.unwrap_err());
            assert!(said.starts_with("400 ") && said.contains(text), "{said}");
        }
    }

    #[test]
    fn a_trigger_id_of_another_length_is_told_so() {
        let refusal = fields(r#"{"triggerId":"aa"}"#)
            .unwrap()
            .trigger_id()
            .unwrap_err();
        assert!(said(refusal).contains("must by an array of 16 bytes"));
    }
}
