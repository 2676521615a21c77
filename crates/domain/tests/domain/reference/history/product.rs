//! Steps of products, of what they grant, and of features.

use super::super::model::{Access, Feature};
use super::super::op::{CUSTOMERS, FEATURES, Op, PRODUCTS, STRIPE};
use super::{Difference, History, key, same};
use crate::ask::{Gives, define};
use tollgate_domain::custom_product::UpdateCustomProduct;
use tollgate_domain::definition::{AttachFeature, DefineAccess, DetachFeature, ProductRef};
use tollgate_domain::feature::{FeatureKind, FeatureName, UpdateFeature};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::migration::MigrateCustomers;
use tollgate_domain::patch::Patch;

impl History {
    pub(super) fn take_catalog(&mut self, op: &Op) -> Result<(), Difference> {
        match op {
            Op::Archive { feature, archived } => {
                self.world.ok(&UpdateFeature {
                    feature: FeatureName::Key(key(*feature)),
                    name: None,
                    description: Patch::Keep,
                    archived: Some(*archived),
                    archived_reason: Patch::Keep,
                    metadata: MetadataPatch::default(),
                });
                self.model.features.get_mut(FEATURES[*feature]).unwrap().is_archived = *archived;
                Ok(())
            }
            Op::Define { product, entries, version, new_version } => {
                let gives: Vec<(&str, Gives)> =
                    entries.iter().map(|(place, gives)| (FEATURES[*place], *gives)).collect();
                // Either names a version or makes one: the dialect refuses both at once.
                let version = if *new_version { None } else { *version };
                let define = DefineAccess { version, new_version: *new_version, ..define(PRODUCTS[*product], &gives) };
                let got = self.run(&define).map(|(_, version)| version);
                let wanted = self.model.define(PRODUCTS[*product], &define.entries, version, *new_version);
                same("define", &got, &wanted)
            }
            Op::Product { product, default, archived } => {
                let update = UpdateCustomProduct {
                    key: PRODUCTS[*product].to_owned(),
                    name: None,
                    metadata: MetadataPatch::default(),
                    is_default: *default,
                    is_archived: *archived,
                };
                let got = self.run(&update).map(|_| ());
                same("product", &got, &self.model.product(PRODUCTS[*product], *default, *archived))
            }
            Op::Attach { product, feature } => self.attach(*product, *feature),
            Op::Detach { product, feature } => self.detach(*product, *feature),
            Op::Migrate { product, from, to, customers, dry_run } => {
                let migrate = MigrateCustomers {
                    product_key: PRODUCTS[*product].to_owned(),
                    from: *from,
                    to: *to,
                    customers: customers.iter().map(|customer| CUSTOMERS[*customer].into()).collect(),
                    dry_run: *dry_run,
                };
                let got = self.run(&migrate).map(|(moved, changes)| {
                    let plain = changes.iter().map(|change| {
                        let (before, after) = (&change.before, &change.after);
                        (change.customer.to_string(), before.feature.key.clone(), before.limit, after.limit)
                    });
                    (moved, plain.collect())
                });
                same("migrate", &got, &self.model.migrate(&migrate))
            }
            _ => unreachable!("{op:?}"),
        }
    }

    fn attach(&mut self, product: usize, feature: usize) -> Result<(), Difference> {
        let id = self.world.catalog().feature_by_key(FEATURES[feature]).unwrap().id.clone();
        let command = AttachFeature { product: self.stripe[product - STRIPE[0]].clone(), feature: id };
        let got = self.run(&command).map(|(granted, _)| granted.grant).is_ok();
        let feature = FEATURES[feature];
        let Feature { kind, is_archived, .. } = self.model.features[feature];
        let newest = self.model.products.get_mut(PRODUCTS[product]).unwrap().versions.last_mut().unwrap();
        let wanted = !is_archived && !newest.contains_key(feature);
        if wanted {
            let access = if kind == FeatureKind::Boolean { Access::On } else { Access::Unlimited };
            newest.insert(feature.to_owned(), access);
        }
        same("attach", &got, &wanted)
    }

    fn detach(&mut self, product: usize, feature: usize) -> Result<(), Difference> {
        let (id, feature) = (self.stripe[product - STRIPE[0]].clone(), FEATURES[feature]);
        let catalog = self.world.catalog();
        let of_stripe = ProductRef::Stripe(id.clone());
        let definition = catalog.definition(&of_stripe, catalog.newest_version(&of_stripe));
        let feature_id = &catalog.feature_by_key(feature).unwrap().id;
        let granted = definition.and_then(|definition| definition.grants.get(feature_id)).cloned();
        let newest = self.model.products.get_mut(PRODUCTS[product]).unwrap().versions.last_mut().unwrap();
        let wanted = newest.remove(feature).is_some();
        same("what is attached", &granted.is_some(), &wanted)?;
        if let Some(granted) = granted {
            self.world.ok(&DetachFeature { product: id, attachment: granted.id });
        }
        Ok(())
    }
}
