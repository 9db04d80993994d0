//! Jars: uploading, running, deleting; and what a job that does not start says of the reason.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use serde::Serialize;
use serde_json::Value;

use super::client::{Client, NotTriggered};
use super::error::Error;
use super::transport::Request;
use super::wire::{cluster, jars};
use crate::domain::claim_mode::ClaimMode;
use crate::domain::ids::JobId;
use crate::domain::plan::Plan;
use crate::domain::secret::MASK;
use crate::domain::throwable::Throwable;

/// How long the main method may take: it runs inside the request (`web.timeout` is 10 minutes).
const MAIN_METHOD: Duration = Duration::from_secs(600);
/// How long an upload may take.
const UPLOAD: Duration = Duration::from_secs(3600);

/// What to make a plan of. What the cluster's version does not know must be left out.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanRequest {
    /// The class with the main method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_class: Option<String>,
    /// The program's arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub program_args_list: Vec<String>,
    /// The job's parallelism.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u32>,
    /// Settings of this job (1.17+).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flink_configuration: BTreeMap<String, String>,
}

impl PlanRequest {
    /// The same with operator chaining switched off, under both names that it has had (1.17+).
    #[must_use]
    pub fn without_chaining(mut self) -> Self {
        for key in [
            "pipeline.operator-chaining.enabled",
            "pipeline.operator-chaining",
        ] {
            self.flink_configuration
                .insert(key.to_owned(), "false".to_owned());
        }
        self
    }
}

/// What to run from a jar. What the cluster's version does not know must be left out.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRequest {
    /// The job's id, which makes the request safe to repeat.
    pub job_id: String,
    /// The class with the main method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_class: Option<String>,
    /// The program's arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub program_args_list: Vec<String>,
    /// The job's parallelism.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u32>,
    /// The snapshot to restore from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub savepoint_path: Option<String>,
    /// Whether state that fits no operator may be left behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_non_restored_state: Option<bool>,
    /// The claim mode for 1.15 to 1.19.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_mode: Option<&'static str>,
    /// The claim mode from 1.20 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_mode: Option<&'static str>,
    /// Settings of this job (1.17+).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flink_configuration: BTreeMap<String, String>,
}

impl RunRequest {
    /// What the same program's plan is made of.
    pub fn program(&self) -> PlanRequest {
        PlanRequest {
            entry_class: self.entry_class.clone(),
            program_args_list: self.program_args_list.clone(),
            parallelism: self.parallelism,
            flink_configuration: self.flink_configuration.clone(),
        }
    }

    /// Sets the claim mode under the name that the version knows.
    pub fn set_claim_mode(&mut self, mode: ClaimMode, takes_claim_mode: bool) {
        if takes_claim_mode {
            self.claim_mode = Some(mode.as_flink());
        } else {
            self.restore_mode = Some(mode.as_flink());
        }
    }
}

impl Client {
    /// Whether the cluster runs jars that are sent to it; an application cluster does not.
    pub async fn runs_jars(&self) -> Result<bool, Error> {
        let config: cluster::Config = self.transport.call(&Request::get("/config")).await?;
        Ok(config.features.is_none_or(|features| features.web_submit))
    }

    /// The jars in the cluster, as (id, name), in its order: the newest first.
    pub async fn jars(&self) -> Result<Vec<(String, String)>, Error> {
        let found: jars::Jars = self.transport.call(&Request::get("/jars")).await?;
        Ok(found
            .files
            .into_iter()
            .map(|jar| (jar.id, jar.name))
            .collect())
    }

    /// Uploads a jar of `length` bytes and gives back its id in the cluster. Sent once: each upload is a new jar.
    pub async fn upload_jar(
        &self,
        name: &str,
        length: u64,
        content: Body,
    ) -> Result<String, Error> {
        let part = Part::stream_with_length(content, length).file_name(name.to_owned());
        let part = part
            .mime_str("application/java-archive")
            .map_err(|err| self.not_flink(err.to_string()))?;
        let form = Form::new().part("jarfile", part);
        let uploaded: jars::Uploaded = self.transport.upload("/jars/upload", form, UPLOAD).await?;
        let id = uploaded
            .filename
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default();
        if id.is_empty() {
            Err(self.not_flink("it names no jar after an upload".to_owned()))
        } else {
            Ok(id.to_owned())
        }
    }

    /// Runs a jar. The answer comes when the JobManager has the job, so that what keeps it from being restored is told
    /// here.
    ///
    /// # Errors
    /// [`NotTriggered`] says whether the job may be starting all the same.
    pub async fn run_jar(&self, jar: &str, request: &RunRequest) -> Result<JobId, NotTriggered> {
        let body = serde_json::to_value(request).unwrap_or(Value::Null);
        let shown = without_secrets(&body);
        let path = format!("/jars/{}/run", encoded(jar));
        // safe to repeat: the job id is ours, and Flink takes it once
        let request = Request {
            method: Method::POST,
            path,
            body: Some(&body),
            shown: Some(&shown),
            repeatable: true,
        };
        let answer: jars::Run = self.transport.call_for(&request, MAIN_METHOD).await?;
        answer.jobid.parse().map_err(|err| NotTriggered {
            error: self.not_flink(format!("its jobid is none: {err}")),
            may_run: true,
        })
    }

    /// What the cluster would make of a jar's program. Its main method runs, up to where it would start the job.
    ///
    /// # Errors
    /// Those of [`Client::run_jar`] that are not about a snapshot, and an answer that is no plan.
    pub async fn plan_jar(&self, jar: &str, request: &PlanRequest) -> Result<Plan, Error> {
        let plan: jars::Planned = self.planned(jar, request).await?;
        plan.into_plan()
            .map_err(|err| self.not_flink(format!("its plan: {err}")))
    }

    /// The same plan as the server's JSON.
    ///
    /// # Errors
    /// As [`Client::plan_jar`].
    pub async fn plan_json(&self, jar: &str, request: &PlanRequest) -> Result<Value, Error> {
        let plan: jars::RawPlan = self.planned(jar, request).await?;
        Ok(plan.plan)
    }

    async fn planned<T: serde::de::DeserializeOwned>(
        &self,
        jar: &str,
        request: &PlanRequest,
    ) -> Result<T, Error> {
        let body = serde_json::to_value(request).unwrap_or(Value::Null);
        let shown = without_secrets(&body);
        // safe to repeat: it starts nothing
        let request = Request {
            method: Method::POST,
            path: format!("/jars/{}/plan", encoded(jar)),
            body: Some(&body),
            shown: Some(&shown),
            repeatable: true,
        };
        let answer = self.transport.call_for(&request, MAIN_METHOD);
        answer.await.map_err(|unanswered| unanswered.error)
    }

    /// Deletes an uploaded jar. One that is not there any more is deleted.
    pub async fn delete_jar(&self, jar: &str) -> Result<(), Error> {
        let path = format!("/jars/{}", encoded(jar));
        let request = Request {
            method: Method::DELETE,
            path,
            body: None,
            shown: None,
            repeatable: true,
        };
        match self.transport.call::<Value>(&request).await {
            // by a request whose answer was lost
            Err(Error::Refused { cause, .. }) if cause.find("does not exist in").is_some() => {
                Ok(())
            }
            answer => answer.map(drop),
        }
    }

    /// Why the job last failed, as far as the cluster tells; it may lag some seconds behind.
    pub async fn last_exception(&self, job: JobId) -> Result<Option<Throwable>, Error> {
        let path = format!("/jobs/{job}/exceptions");
        match self
            .transport
            .call::<jars::Exceptions>(&Request::get(path))
            .await
        {
            Ok(exceptions) => Ok(exceptions.newest().map(|text| Throwable::parse(&text))),
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A run request as it may be told: settings and arguments of a program can hold passwords.
fn without_secrets(body: &Value) -> Value {
    let mut shown = body.clone();
    for key in ["flinkConfiguration", "programArgsList"] {
        match shown.get_mut(key) {
            Some(Value::Object(settings)) => settings
                .values_mut()
                .for_each(|value| *value = Value::from(MASK)),
            Some(Value::Array(arguments)) => arguments
                .iter_mut()
                .for_each(|value| *value = Value::from(MASK)),
            _ => {}
        }
    }
    shown
}

/// A path segment: everything but the plainest characters as `%XX`.
pub(super) fn encoded(segment: &str) -> String {
    segment.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jar_id_cannot_leave_its_path_segment() {
        assert_eq!(encoded("1f_job-1.2.jar"), "1f_job-1.2.jar");
        assert_eq!(encoded("../x?y#z"), "..%2Fx%3Fy%23z");
    }

    #[test]
    fn settings_and_arguments_of_a_program_are_never_told() {
        let mut request = RunRequest {
            job_id: "a".to_owned(),
            ..RunRequest::default()
        };
        request
            .flink_configuration
            .insert("s3.secret-key".to_owned(), "hunter2".to_owned());
        request.program_args_list = vec!["--password".to_owned(), "hunter2".to_owned()];
        let told = without_secrets(&serde_json::to_value(&request).unwrap()).to_string();
        assert!(
            told.contains("s3.secret-key") && !told.contains("hunter2"),
            "{told}"
        );
    }

    #[test]
    fn only_what_is_set_is_sent() {
        let mut request = RunRequest {
            job_id: "a".to_owned(),
            ..RunRequest::default()
        };
        assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"jobId":"a"}"#);
        request.set_claim_mode(ClaimMode::NoClaim, false);
        request.savepoint_path = Some("/x".to_owned());
        let sent = serde_json::to_string(&request).unwrap();
        assert_eq!(
            sent,
            r#"{"jobId":"a","savepointPath":"/x","restoreMode":"NO_CLAIM"}"#
        );
    }
}
