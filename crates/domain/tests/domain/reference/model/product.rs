//! Products and customers (spec 1.2, 1.3, 1.11, 5.23, 7).

use super::{Model, access_of};
use std::collections::BTreeSet;
use tollgate_domain::access::Limit;
use tollgate_domain::customer::WriteCustomer;
use tollgate_domain::definition::AccessEntry;
use tollgate_domain::migration::MigrateCustomers;
use tollgate_domain::patch::Patch;
use tollgate_domain::refusal::AccessRefusal as No;
use tollgate_domain::refusal::{AccessFault, DefaultConflict, LinkConflict};

/// How many moved, and whose limit of which feature went from what to what.
type Migrated = (u64, Vec<(String, String, Limit, Limit)>);

impl Model {
    pub(in crate::reference) fn define(
        &mut self,
        product: &str,
        entries: &[AccessEntry],
        version: Option<u32>,
        new_version: bool,
    ) -> Result<u32, No> {
        let features = &self.features;
        let product = self.products.get_mut(product).ok_or_else(|| No::NoProduct { key: product.to_owned() })?;
        if new_version && product.is_default {
            return Err(No::DefaultHasOneVersion);
        }
        let version = version.unwrap_or(product.newest());
        if version == 0 || version > product.newest() {
            return Err(No::NoVersion { version, field: None });
        }
        let mut grants = product.versions[version as usize - 1].clone();
        for (index, entry) in entries.iter().enumerate() {
            let wrong = |fault| No::BadAccess { entry: Some(index), fault };
            let feature = features.get(&entry.feature_key).ok_or(wrong(AccessFault::NoFeature))?;
            if feature.is_archived {
                return Err(wrong(AccessFault::Archived));
            }
            match access_of(feature, &entry.access).map_err(wrong)? {
                Some(access) => grants.insert(entry.feature_key.clone(), access),
                None => grants.remove(&entry.feature_key),
            };
        }
        if new_version {
            product.versions.push(grants);
            return Ok(product.newest());
        }
        product.versions[version as usize - 1] = grants;
        Ok(version)
    }

    pub(in crate::reference) fn product(
        &mut self,
        key: &str,
        default: Option<bool>,
        archived: Option<bool>,
    ) -> Result<(), No> {
        let Some(product) = self.products.get(key) else { return Err(No::NoProduct { key: key.to_owned() }) };
        if product.is_stripe {
            return Err(No::StripeManaged);
        }
        let (is_default, is_archived) =
            (default.unwrap_or(product.is_default), archived.unwrap_or(product.is_archived));
        let is_assigned = self.customers.values().any(|of| of.assigned.iter().any(|(assigned, _)| assigned == key));
        if is_default && is_archived {
            return Err(No::DefaultProduct(DefaultConflict::Archived));
        }
        if is_default && !product.is_default && product.newest() > 1 {
            return Err(No::DefaultProduct(DefaultConflict::HasVersions));
        }
        if is_default && !product.is_default && is_assigned {
            return Err(No::DefaultProduct(DefaultConflict::IsAssigned));
        }
        if is_default {
            self.products.values_mut().for_each(|product| product.is_default = false);
        }
        let product = self.products.get_mut(key).expect("it was found");
        (product.is_default, product.is_archived) = (is_default, is_archived);
        Ok(())
    }

    pub(in crate::reference) fn write_customer(&mut self, write: &WriteCustomer) -> Result<(), No> {
        let id = write.id.as_str();
        if !write.create {
            self.existing(id)?;
        }
        let held = self.customers.get(id).map(|customer| customer.assigned.clone()).unwrap_or_default();
        let mut assigned = None;
        if let Some(keys) = &write.product_keys {
            let mut wanted: Vec<(String, u32)> = held.clone();
            wanted.retain(|(key, _)| keys.contains(key));
            for (index, key) in keys.iter().enumerate() {
                let Some(product) = self.products.get(key) else {
                    return Err(No::UnknownProductKey { index, key: key.clone() });
                };
                let is_held = held.iter().any(|(held, _)| held == key);
                if product.is_stripe || product.is_default || (product.is_archived && !is_held) {
                    return Err(No::NotAssignable { index, key: key.clone() });
                }
                if wanted.iter().all(|(wanted, _)| wanted != key) {
                    wanted.push((key.clone(), product.newest()));
                }
            }
            assigned = Some(wanted);
        }
        self.ensure(id);
        let customer = self.customers.get_mut(id).expect("it is there now");
        customer.assigned = assigned.unwrap_or(held);
        match write.usage_started {
            Patch::Keep => {}
            Patch::Clear => customer.usage_started = None,
            Patch::Set(started) => customer.usage_started = Some(started.millis()),
        }
        Ok(())
    }

    pub(in crate::reference) fn forget(&mut self, id: &str) -> Result<(), No> {
        if self.existing(id)?.stripe.is_some() {
            return Err(No::StripeCustomer);
        }
        self.customers.remove(id);
        Ok(())
    }

    /// What a customer has by subscriptions goes with the customer of Stripe.
    pub(in crate::reference) fn link(&mut self, id: &str, stripe: &str, force: bool) -> Result<(), No> {
        let linked = self.customers.get(id).and_then(|customer| customer.stripe.as_deref());
        if linked == Some(stripe) {
            return Ok(());
        }
        if linked.is_some() && !force {
            return Err(No::Linked(LinkConflict::Customer));
        }
        let mut subscribed = Vec::new();
        for (other, customer) in &mut self.customers {
            if other != id && customer.stripe.as_deref() == Some(stripe) {
                if !force {
                    return Err(No::Linked(LinkConflict::StripeCustomer));
                }
                customer.stripe = None;
                subscribed = std::mem::take(&mut customer.subscribed);
            }
        }
        self.ensure(id);
        let customer = self.customers.get_mut(id).expect("it is there now");
        (customer.stripe, customer.subscribed) = (Some(stripe.to_owned()), subscribed);
        Ok(())
    }

    pub(in crate::reference) fn migrate(&mut self, migrate: &MigrateCustomers) -> Result<Migrated, No> {
        let key = &migrate.product_key;
        let product = self.products.get(key).ok_or_else(|| No::NoProduct { key: key.clone() })?;
        for (version, field) in [(migrate.from, "fromVersion"), (migrate.to, "toVersion")] {
            if version == 0 || version > product.newest() {
                return Err(No::NoVersion { version, field: Some(field) });
            }
        }
        // Of one that comes by subscription nobody moves: this model has no subscriptions, only what comes of them.
        let (mut moved, mut changes, mut after) = (BTreeSet::new(), Vec::new(), self.clone());
        for id in &migrate.customers {
            let Some(customer) = after.customers.get_mut(id.as_str()) else { continue };
            let held = customer.assigned.iter_mut().find(|(held, version)| held == key && *version == migrate.from);
            let Some(held) = held else { continue };
            held.1 = migrate.to;
            if !moved.insert(id.clone()) {
                continue;
            }
            for (feature, _) in self.features.iter().filter(|(_, feature)| !feature.is_archived) {
                let from = self.limit(&self.customers[id.as_str()], feature);
                let to = after.limit(&after.customers[id.as_str()], feature);
                if from != to {
                    changes.push((id.to_string(), feature.clone(), from, to));
                }
            }
        }
        if !migrate.dry_run {
            *self = after;
        }
        Ok((moved.len() as u64, changes))
    }
}
