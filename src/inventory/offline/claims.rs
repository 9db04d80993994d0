//! What running jobs have against deleting snapshots, whatever way leads to those.

use std::collections::HashMap;

use super::places::Places;
use super::{Form, Gathered, Subject};
use crate::domain::location::NormalLocation;
use crate::inventory::catalogue::JobHistory;
use crate::inventory::check::needs::joined;
use crate::inventory::disposal::{self, Refusal};
use crate::storage::Storage;

/// One answer for each subject, in their order.
///
/// Both sides may be relative, lead through links or name a file system by another of its names: a snapshot is claimed
/// if its text or the directory that it turned out to lie in may be the one that a job names, as text or in truth.
pub async fn claims(
    storage: &Storage,
    gathered: &Gathered,
    jobs: &[JobHistory],
) -> Vec<Option<Refusal>> {
    let places = Places::new(storage);
    let mut named: HashMap<String, [NormalLocation; 3]> = HashMap::new();
    for location in disposal::named_by(jobs) {
        let text = NormalLocation::of(&location);
        let real = places.real(text.as_str()).await;
        // steps back lead elsewhere after a link
        let file = location.trim_end_matches('/');
        let followed = places
            .real(file.strip_suffix("/_metadata").unwrap_or(file))
            .await;
        named.insert(location, [text, real, followed]);
    }
    let mut found = Vec::new();
    for subject in &gathered.subjects {
        let text = NormalLocation::of(&subject.location);
        let real = really(&places, subject).await;
        let own = [text, real];
        let is_one = |location: &str| {
            let named = named.get(location).map(<[_; 3]>::as_slice);
            let mut named = named.unwrap_or_default().iter();
            let [text, real] = &own;
            // a relative text is above everything if it is taken for a directory
            named.any(|one| one.may_be(text) || one.may_be(real) || one.may_be_within(real))
        };
        found.push(disposal::claimed(&own, jobs, is_one));
    }
    found
}

/// Where a snapshot really lies.
async fn really(places: &Places<'_>, subject: &Subject) -> NormalLocation {
    let directory = subject.directory.to_string();
    match (&subject.form, &subject.metadata) {
        (Form::Flat, Some(file)) => places.real(&joined(&directory, &file.name)).await,
        _ => places.real(&directory).await,
    }
}
