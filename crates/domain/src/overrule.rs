//! Overrides: the access of one customer to one feature, whatever its products say.
//!
//! Invariant: a customer has at most one override for each feature, expired or not.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::definition::{AskedAccess, Grant, grant_of};
use crate::facts::{Facts, Key, ReadSet};
use crate::feature::Feature;
use crate::id::{CustomerId, FeatureId, OverrideId};
use crate::patch::Patch;
use crate::quantity::Quantity;
use crate::record::Record;
use crate::refusal::AccessRefusal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest reason, in characters.
pub const REASON_MAX_CHARACTERS: usize = 5000;

/// What a customer gets of a feature instead of what its products grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Override {
    pub id: OverrideId,
    pub customer: CustomerId,
    pub feature: FeatureId,
    /// Nothing where access is denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From then on it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    pub created: Timestamp,
    pub updated: Timestamp,
}

impl Override {
    /// Whether it counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

fn checked(feature: &Feature, asked: &AskedAccess) -> Result<Option<Grant>, AccessRefusal> {
    grant_of(feature, asked).map_err(|fault| AccessRefusal::BadAccess { entry: None, fault })
}

/// Overrides the access of a customer to a feature; takes the place of an earlier override, under its id.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Override`")]
pub struct CreateOverride {
    pub customer: CustomerId,
    pub feature_key: String,
    pub access: AskedAccess,
    pub reason: Option<String>,
    pub expires: Option<Timestamp>,
}

impl Command for CreateOverride {
    type Reply = (Arc<Override>, Arc<Feature>);

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.customer)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let account = facts.existing_account(&self.customer)?;
        let feature = facts.writable_feature(&self.feature_key)?;
        let grant = checked(feature, &self.access)?;
        let before = account.overrides.iter().find(|kept| kept.feature == feature.id);
        let now = account.now(cx.now);
        let after = Arc::new(Override {
            id: before.map_or_else(|| OverrideId::generate(cx.now, cx.random), |before| before.id.clone()),
            customer: self.customer.clone(),
            feature: feature.id.clone(),
            grant,
            reason: self.reason.clone(),
            expires: self.expires,
            created: before.map_or(now, |before| before.created),
            updated: now,
        });
        let mut changes = Changes::default();
        changes.put(before.cloned().map(Record::Override), Record::Override(after.clone()), cx);
        Ok(((after, feature.clone()), changes))
    }
}

/// Changes an override; what is not given of its access stays.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Override`")]
pub struct UpdateOverride {
    pub id: OverrideId,
    pub has_access: Option<bool>,
    pub limit: Option<Quantity>,
    pub is_unlimited: Option<bool>,
    pub reason: Patch<String>,
    pub expires: Patch<Timestamp>,
}

impl UpdateOverride {
    /// What is asked for once what is not given is taken from what is there. A limit given by itself ends being unlimited.
    fn access(&self, before: &Override) -> AskedAccess {
        let current = match before.grant {
            Some(Grant::Limit(limit)) => Some(limit),
            _ => None,
        };
        let was_unlimited = before.grant == Some(Grant::Unlimited) && self.limit.is_none();
        AskedAccess {
            has_access: self.has_access.unwrap_or(before.grant.is_some()),
            limit: self.limit.or(current),
            is_unlimited: Some(self.is_unlimited.unwrap_or(was_unlimited)),
        }
    }
}

impl Command for UpdateOverride {
    type Reply = (Arc<Override>, Arc<Feature>);

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::overrule(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let catalog = facts.catalog()?;
        let feature = catalog.feature(&before.feature).expect("features are never deleted");
        if feature.archived.is_some() {
            return Err(AccessRefusal::FeatureArchived.into());
        }
        let after = Arc::new(Override {
            grant: checked(feature, &self.access(&before))?,
            reason: self.reason.apply(&before.reason),
            expires: self.expires.apply(&before.expires),
            updated: cx.now,
            ..(*before).clone()
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::Override(before)), Record::Override(after.clone()), cx);
        Ok(((after, feature.clone()), changes))
    }
}

/// Ends an override.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Override`")]
pub struct DeleteOverride {
    pub id: OverrideId,
}

impl Command for DeleteOverride {
    type Reply = OverrideId;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::overrule(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, _: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let feature = facts.catalog()?.feature(&before.feature);
        if feature.is_some_and(|feature| feature.archived.is_some()) {
            return Err(AccessRefusal::FeatureArchived.into());
        }
        let mut changes = Changes::default();
        changes.writes.push(Write::Delete(Record::Override(before)));
        Ok((self.id.clone(), changes))
    }
}

/// The override as its customer has it now: the row leads to the customer, who is what is held.
fn existing(facts: &Facts, id: &OverrideId) -> Result<Arc<Override>, Stop> {
    let missing = || AccessRefusal::NoOverride { id: id.clone() };
    let found = facts.overrule(id)?.ok_or_else(missing)?;
    let account = facts.account(&found.customer)?.ok_or_else(missing)?;
    Ok(account.overrides.iter().find(|kept| kept.id == *id).cloned().ok_or_else(missing)?)
}
