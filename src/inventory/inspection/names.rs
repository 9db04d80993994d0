//! What operators are called: by the metadata, or by uids that a person gives.

use std::collections::BTreeMap;

use crate::domain::ids::OperatorId;
use crate::metadata::Metadata;
use crate::metadata::model::Operator;

/// Uids that a person gives, by the operator id that each hashes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<OperatorId, String>);

impl FromIterator<String> for Names {
    fn from_iter<I: IntoIterator<Item = String>>(uids: I) -> Self {
        let hashed = |uid: String| (OperatorId::from_uid(&uid), uid);
        Self(uids.into_iter().map(hashed).collect())
    }
}

impl Names {
    /// The uids in a text: one a line, without the spaces around it; lines that start with `#` are comments.
    pub fn parse(text: &str) -> impl Iterator<Item = String> {
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
    }

    /// The operator's uid: as recorded, else as given.
    pub fn uid(&self, operator: &Operator<'_>) -> Option<String> {
        let recorded = operator.uid.as_ref().filter(|uid| !uid.is_empty());
        recorded
            .map(ToString::to_string)
            .or_else(|| self.0.get(&operator.id).cloned())
    }

    /// The uids that name no operator of the snapshot.
    pub fn unused<'n>(&'n self, metadata: &Metadata<'_>) -> Vec<&'n str> {
        let is_used = |id: &OperatorId| metadata.operators.iter().any(|op| op.id == *id);
        let unused = self.0.iter().filter(|(id, _)| !is_used(id));
        unused.map(|(_, uid)| uid.as_str()).collect()
    }
}

/// The operator's name, where it is recorded and not empty.
pub fn name(operator: &Operator<'_>) -> Option<String> {
    let name = operator.name.as_ref().filter(|name| !name.is_empty());
    name.map(ToString::to_string)
}

/// The operators that a person means: those with this uid, name or id, else those whose id starts so.
pub fn select<'m>(
    metadata: &'m Metadata<'m>,
    names: &Names,
    wanted: &str,
) -> Vec<&'m Operator<'m>> {
    let all = || metadata.operators.iter();
    let prefix = wanted.to_ascii_lowercase();
    let is_named = |operator: &&Operator<'_>| {
        names.uid(operator).as_deref() == Some(wanted)
            || name(operator).as_deref() == Some(wanted)
            || operator.id.to_string() == prefix
    };
    let named: Vec<_> = all().filter(is_named).collect();
    if !named.is_empty() || prefix.is_empty() {
        return named;
    }
    all()
        .filter(|op| op.id.to_string().starts_with(&prefix))
        .collect()
}

/// The operator that Flink could not map to the program, where that is what a failure's text says.
pub fn unmapped(failure: &str) -> Option<OperatorId> {
    let (_, after) = failure.split_once("state for operator ")?;
    after.get(..32)?.parse().ok()
}

/// What the metadata says of an operator, as a clause: `'Source: gen' with uid 'source-id'`.
pub fn described(metadata: &Metadata<'_>, id: OperatorId) -> Option<String> {
    let operator = metadata.operators.iter().find(|op| op.id == id)?;
    match (name(operator), Names::default().uid(operator)) {
        (Some(name), Some(uid)) => Some(format!("'{name}' with uid '{uid}'")),
        (Some(name), None) => Some(format!("'{name}' without a uid")),
        (None, Some(uid)) => Some(format!("the one with uid '{uid}'")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::inspection::files::tests::{operator, snapshot};
    use crate::metadata::Text;

    #[test]
    fn a_given_uid_names_the_operator_whose_id_is_its_hash() {
        let mut named = operator(vec![]);
        named.id = OperatorId::from_uid("counter-id");
        let metadata = snapshot(vec![named]);
        let text = "# uids\n\n  counter-id \r\nother\n";
        let names: Names = Names::parse(text).collect();
        assert_eq!(
            names.uid(&metadata.operators[0]).as_deref(),
            Some("counter-id")
        );
        assert_eq!(names.unused(&metadata), ["other"]);
    }

    #[test]
    fn a_recorded_uid_wins_and_an_operator_is_found_by_any_of_its_words() {
        let mut named = operator(vec![]);
        named.id = OperatorId::from_uid("a");
        named.uid = Some(Text::from("recorded"));
        named.name = Some(Text::from("Map"));
        let metadata = snapshot(vec![named]);
        let names: Names = ["a".to_owned()].into_iter().collect();
        for wanted in [
            "recorded",
            "Map",
            "897859f6655555855a890e51483ab5e6",
            "8978",
        ] {
            assert_eq!(select(&metadata, &names, wanted).len(), 1, "{wanted}");
        }
        assert!(select(&metadata, &names, "").is_empty());
        assert!(select(&metadata, &names, "a").is_empty());
    }

    #[test]
    fn the_operator_that_could_not_be_mapped_is_read_from_flinks_text_and_described() {
        let id = OperatorId::from_uid("a");
        let text = format!(
            "Failed to rollback to checkpoint/savepoint file:/sp. Cannot map checkpoint/savepoint state for operator {id} to the new program, because the operator is not available in the new program."
        );
        assert_eq!(unmapped(&text), Some(id));
        assert_eq!(unmapped("something else"), None);
        let mut named = operator(vec![]);
        named.id = id;
        named.name = Some(Text::from("Map"));
        let metadata = snapshot(vec![named]);
        assert_eq!(
            described(&metadata, id).as_deref(),
            Some("'Map' without a uid")
        );
        assert_eq!(described(&metadata, OperatorId::from_uid("b")), None);
    }
}
