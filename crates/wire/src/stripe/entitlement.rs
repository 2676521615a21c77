//! Active entitlements: what a customer has by its subscriptions, feature by feature. They are kept nowhere: the id of
//! one names the customer and the feature.

use super::feature;
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Param, Table};
use tollgate_domain::catalog::Catalog;
use tollgate_domain::entitlement::{EntitledFeature, EntitlementSummary};
use tollgate_domain::id::{BillingCustomerId, FeatureId, ID_MAX_CHARACTERS, Id};
use tollgate_domain::list::{CreatedRange, Page};
use tollgate_domain::record::Noun;

/// What ids of entitlements begin with.
const PREFIX: &str = "ent_";
/// Most entitlements that a summary shows.
const SUMMARY_MAX: usize = 10;

const CUSTOMER: Param = Param::new("customer", Kind::text(ID_MAX_CHARACTERS), "Whose entitlements.");

/// The parameters of a list.
pub const LIST: Table = &[CUSTOMER.required(), ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];

static EXPANDABLE: [Expandable; 1] = [Expandable::leaf("feature")];
static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// A list of entitlements that was asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct EntitlementList {
    pub customer: BillingCustomerId,
    pub request: ListRequest,
}

/// Reads a list of entitlements.
pub fn parse_list(params: &Params) -> Result<EntitlementList, Fault> {
    let params = params::read(LIST, params)?;
    Ok(EntitlementList {
        customer: params.get::<&str>(&CUSTOMER).unwrap_or_default().into(),
        request: list::request(&params, Noun::Entitlement, Vec::new(), CreatedRange::default(), &LISTED)?,
    })
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// An entitlement, with the id that it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    id: String,
    feature: EntitledFeature,
}

impl Entitlement {
    /// The entitlements of a customer.
    pub fn all(customer: &BillingCustomerId, features: Vec<EntitledFeature>) -> Vec<Self> {
        features.into_iter().map(|feature| Self { id: id(customer, &feature.feature), feature }).collect()
    }
}

/// The id of an entitlement: those of the customer and the feature, without what each begins with.
fn id(customer: &BillingCustomerId, feature: &FeatureId) -> String {
    let own = |id: &str, prefix: &str| id.strip_prefix(prefix).unwrap_or(id).to_owned();
    [PREFIX, &own(customer.as_str(), BillingCustomerId::PREFIX), &own(feature.as_str(), FeatureId::PREFIX)].concat()
}

/// The customer and the feature that the id of an entitlement names; nothing where it is no such id.
pub fn named(id: &str) -> Option<(BillingCustomerId, FeatureId)> {
    let own = id.strip_prefix(PREFIX)?;
    let (customer, feature) = own.split_at_checked(BillingCustomerId::LENGTH)?;
    let is_whole = feature.len() == FeatureId::LENGTH && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_whole.then(|| {
        let whole = |prefix: &str, own: &str| [prefix, own].concat();
        (whole(BillingCustomerId::PREFIX, customer).into(), whole(FeatureId::PREFIX, feature).into())
    })
}

/// The page of entitlements that was asked for.
pub fn list(list: &EntitlementList, all: Vec<Entitlement>) -> Result<Page<Entitlement>, Fault> {
    list::page(&list.request, all, |entitlement| &entitlement.id, |_| true)
}

/// Writes an entitlement; the feature whole where it is expanded.
pub fn render(writer: &mut Writer, entitlement: &Entitlement, catalog: &Catalog, view: &View<'_>) {
    let Entitlement { id, feature: EntitledFeature { feature, key } } = entitlement;
    writer.begin_object();
    writer.field("id", id);
    writer.field("object", "entitlements.active_entitlement");
    match (view.expand.get("feature"), catalog.feature(feature)) {
        (Some(within), Some(kept)) => {
            writer.key("feature");
            feature::render(writer, kept, &view.within(within));
        }
        _ => writer.field("feature", feature.as_str()),
    }
    writer.field("livemode", &view.environment.is_live());
    writer.field("lookup_key", key);
    writer.end_object();
}

/// Writes what a customer is entitled to, as events show it.
pub fn render_summary(writer: &mut Writer, summary: &EntitlementSummary, view: &View<'_>) {
    let EntitlementSummary { customer, features, .. } = summary;
    writer.begin_object();
    writer.field("object", "entitlements.active_entitlement_summary");
    writer.field("customer", customer.as_str());
    writer.object_field("entitlements");
    writer.field("object", "list");
    writer.array_field("data");
    for EntitledFeature { feature, key } in features.iter().take(SUMMARY_MAX) {
        writer.begin_object();
        writer.field("id", &id(customer, feature));
        writer.field("object", "entitlements.active_entitlement");
        writer.field("feature", feature.as_str());
        writer.field("livemode", &view.environment.is_live());
        writer.field("lookup_key", key);
        writer.end_object();
    }
    writer.end_array();
    writer.field("has_more", &(features.len() > SUMMARY_MAX));
    writer.field("url", &format!("/v1/customers/{customer}/entitlements"));
    writer.end_object();
    writer.field("livemode", &view.environment.is_live());
    writer.end_object();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_the_customer_and_the_feature_it_was_made_of() {
        let (customer, feature) = ("cus_3pKvXerhfglmlM", "feat_3pKvXerhfglmlM0123456789");
        let id = id(&customer.into(), &feature.into());
        assert_eq!(id, "ent_3pKvXerhfglmlM3pKvXerhfglmlM0123456789");
        assert_eq!(named(&id), Some((customer.into(), feature.into())));
        for other in ["", "ent_", "ent_3pKvXerhfglmlM", &id[4..], &format!("{id}0"), &id.replace('M', "é")] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
