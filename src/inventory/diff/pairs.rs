//! Which operator of one snapshot is which of the other.

use std::collections::{BTreeMap, HashMap};

use super::{Compared, Pair, Shape};
use crate::domain::ids::OperatorId;
use crate::inventory::inspection::names;
use crate::metadata::model::Operator;

/// What became of each operator.
pub(super) fn operators<'m>(old: &'m [Operator<'m>], new: &'m [Operator<'m>]) -> Vec<Compared<'m>> {
    let by_id: HashMap<OperatorId, &Operator<'_>> = old.iter().map(|op| (op.id, op)).collect();
    let is_new: HashMap<OperatorId, ()> = new.iter().map(|op| (op.id, ())).collect();
    let removed: Vec<&Operator<'_>> = old
        .iter()
        .filter(|op| !is_new.contains_key(&op.id))
        .collect();
    let added: Vec<&Operator<'_>> = new
        .iter()
        .filter(|op| !by_id.contains_key(&op.id))
        .collect();
    let renamed = renamed(&removed, &added);
    let mut compared: Vec<Compared<'_>> = new
        .iter()
        .map(|after| match by_id.get(&after.id) {
            Some(before) => Compared::Kept(Pair::new(before, after)),
            None => match renamed.get(&after.id) {
                Some(before) => Compared::Renamed(Pair::new(before, after)),
                None => Compared::Added(after),
            },
        })
        .collect();
    let is_gone = |op: &&&Operator<'_>| !renamed.values().any(|before| before.id == op.id);
    let gone = removed.iter().filter(is_gone);
    compared.extend(gone.map(|op| Compared::Removed(op)));
    compared
}

/// For ids that are new, the operator that looks the same under an id that is gone.
///
/// Only where there is no doubt: one operator that is gone and one that is new have the same states of the same kinds,
/// and the same name where the metadata records names; or all the same but the name, when no other is left.
fn renamed<'m>(
    removed: &[&'m Operator<'m>],
    added: &[&'m Operator<'m>],
) -> HashMap<OperatorId, &'m Operator<'m>> {
    let mut found = HashMap::new();
    for by_name in [true, false] {
        let key = |op: &Operator<'_>| {
            let shape = Shape::of(op);
            let name = by_name.then(|| names::name(op)).flatten();
            (!shape.is_empty() && (!by_name || name.is_some())).then_some((name, shape))
        };
        let paired: Vec<OperatorId> = found.values().map(|op: &&Operator<'_>| op.id).collect();
        let gone = only_ones(
            removed
                .iter()
                .copied()
                .filter(|op| !paired.contains(&op.id)),
            key,
        );
        let come = only_ones(
            added
                .iter()
                .copied()
                .filter(|op| !found.contains_key(&op.id)),
            key,
        );
        for (key, after) in come {
            if let (Some(after), Some(Some(before))) = (after, gone.get(&key)) {
                found.insert(after.id, *before);
            }
        }
    }
    found
}

/// The operators by their keys; `None` where several have the same.
fn only_ones<'m, K: Ord>(
    operators: impl Iterator<Item = &'m Operator<'m>>,
    key: impl Fn(&Operator<'_>) -> Option<K>,
) -> BTreeMap<K, Option<&'m Operator<'m>>> {
    let mut found = BTreeMap::new();
    for operator in operators {
        let Some(key) = key(operator) else { continue };
        let entry = found.entry(key);
        entry
            .and_modify(|one| *one = None)
            .or_insert(Some(operator));
    }
    found
}
