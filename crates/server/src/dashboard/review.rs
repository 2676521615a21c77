//! Saving what a product grants: at once where nobody has it yet, else after a look at who gains and loses what.
//!
//! Invariant: where customers have the newest version of a product, nothing is saved before somebody has seen the
//! consequences, and chosen whether those customers keep the old definition; those of the default product never do.

use super::access;
use super::api::Fault;
use super::form::{Fields, Form};
use super::frame::{Frame, Section};
use super::grants;
use super::json::Json;
use super::page::{Page, Trouble};
use super::stale::{self, Difference, Part, Seen};
use super::visit::{TOKEN_FIELD, Visit};
use super::words;
use askama::Template;
use serde_json::{Value, json};
use std::cmp::Ordering;
use tollgate_wire::priceos::operation::Operation;
use tollgate_wire::priceos::product;

/// Who has the default product.
const EVERYONE: &str = "Everyone without a product";
/// Most customers that are named as examples.
const NAMED_MAX: usize = 5;
/// Customers that are looked through for those.
const LOOKED_AT: usize = 100;

/// What a form about access came to.
pub(super) enum Outcome {
    /// It is saved.
    Saved,
    /// Another page comes first.
    Look(Page),
    /// The same form again: as it was typed, with what is wrong with it or was changed meanwhile.
    Again(Fields, Vec<Difference>),
}

/// Where a form about access belongs.
pub(super) struct Place {
    pub(super) section: Section,
    /// Where it is sent to, and its review.
    pub(super) action: String,
    /// The page it is on, and what that is called.
    pub(super) back: (String, String),
}

/// What changes of a feature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
    /// `gain` or `loss`, as the style sheet calls them too.
    pub(super) class: &'static str,
}

/// A version of the product and how many have it.
struct Holders {
    version: i64,
    customers: String,
    is_affected: bool,
}

/// A customer as a page names it, and what becomes of what it has.
struct Named {
    name: String,
    link: String,
    changes: Vec<Change>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    frame: Frame,
    product: Json,
    action: String,
    back: (String, String),
    changes: Vec<Change>,
    versions: Vec<Holders>,
    /// Who has the newest version.
    affected: String,
    /// Some of those who gain or lose something.
    named: Vec<Named>,
    /// How many of those who have it were looked at, and whether there are more.
    looked_at: usize,
    has_more: bool,
    typed: Vec<(String, String)>,
}

/// What entries of access say, to see whether they were changed.
pub(super) fn parts(entries: &[Json]) -> Vec<Part> {
    let part = |entry: &Json| Part::new(entry.text("featureKey"), entry.text("name"), words::access(entry));
    entries.iter().map(part).collect()
}

/// Saves what a form says of these entries of a product, in steps: first it may come to a review, whose own form sends
/// the same again with a decision.
pub(super) async fn save(
    visit: &Visit,
    product: &Json,
    entries: &[Json],
    form: Form,
    place: Place,
) -> Result<Outcome, Trouble> {
    let entries: Vec<Json> =
        entries.iter().filter(|entry| stale::knows(&form, &entry.text("featureKey"))).cloned().collect();
    if form.is_ticked("edit") {
        return Ok(Outcome::Again(Fields::new(form), Vec::new()));
    }
    let gone = stale::gone(&form, &parts(&entries));
    if !gone.is_empty() {
        let told = format!("Archived while you had the page open: {}. Nothing is saved yet.", gone.join(", "));
        return Ok(Outcome::Again(Fields::new(form).with_fault(told), Vec::new()));
    }
    let asked: Vec<Value> = entries.iter().map(|entry| access::entry(&form, entry)).collect();
    let key = product.text("key");
    let mut body = json!({"featureAccess": asked});
    if let Err(fault) = shape(&body, &key) {
        return Ok(Outcome::Again(refused(form, &fault, &entries), Vec::new()));
    }
    let wanted: Vec<Json> = entries.iter().zip(asked).map(|(entry, asked)| named_like(entry, asked)).collect();
    let seen = Seen::again(&form, &parts(&entries), &parts(&wanted));
    if seen.is_stale() {
        return Ok(Outcome::Again(Fields::new(form), seen.differences));
    }
    let changes = changes(&entries, &wanted);
    match form.text("decision") {
        "new_version" => body["newVersion"] = true.into(),
        "in_place" => {}
        _ if changes.is_empty() => {}
        _ => {
            let versions = visit.api().priceos(Operation::ProductVersions, &key, json!({})).await?.items();
            let count = versions.first().and_then(|newest| newest.integer("customerCount")).unwrap_or_default();
            let customers = holders(visit, product, LOOKED_AT).await?;
            if count > 0 || !customers.is_empty() {
                let about = About { product, changes, wanted: &wanted, versions: &versions, customers };
                return Ok(Outcome::Look(page(visit, about, &form, place).await?));
            }
        }
    }
    match visit.api().priceos(Operation::ProductDefine, &key, body).await {
        Ok(_) => Ok(Outcome::Saved),
        Err(fault) => Ok(Outcome::Again(refused(form, &fault, &entries), Vec::new())),
    }
}

/// What is wrong with what was typed, before anything is asked of the API: a review of it would be of no use.
fn shape(body: &Value, key: &str) -> Result<(), Fault> {
    let Value::Object(fields) = body else { return Ok(()) };
    match product::parse_define(fields, key) {
        Ok(_) => Ok(()),
        Err(fault) => Err(Fault { status: fault.code.status(), param: fault.param, message: fault.message }),
    }
}

/// A form about entries that was refused: what is wrong with a limit stands beside it.
fn refused(form: Form, fault: &Fault, entries: &[Json]) -> Fields {
    let limits = entries.iter().enumerate().map(|(index, entry)| {
        (format!("featureAccess[{index}].limit"), access::limit_field(&entry.text("featureKey")))
    });
    let limits: Vec<(String, String)> = limits.collect();
    let limits: Vec<(&str, &str)> = limits.iter().map(|(path, field)| (path.as_str(), field.as_str())).collect();
    Fields::refused(form, fault, &limits)
}

/// What is asked for a feature, with the feature's name.
fn named_like(entry: &Json, mut asked: Value) -> Json {
    asked["name"] = entry.text("name").into();
    Json(asked)
}

/// What differs between entries of the same features.
pub(super) fn changes(before: &[Json], after: &[Json]) -> Vec<Change> {
    let pairs = before.iter().zip(after);
    pairs.filter_map(|(before, after)| change(&before.text("name"), before, after)).collect()
}

/// What differs between two entries of a feature; nothing where they say the same.
pub(super) fn change(name: &str, before: &Json, after: &Json) -> Option<Change> {
    let (told_before, told_after) = (words::access(before), words::access(after));
    let class = match amount(before).partial_cmp(&amount(after)) {
        Some(Ordering::Less) => "gain",
        Some(Ordering::Greater) => "loss",
        _ => "",
    };
    (told_before != told_after).then(|| Change { name: name.to_owned(), before: told_before, after: told_after, class })
}

/// How much an entry gives, to compare.
fn amount(entry: &Json) -> f64 {
    if !entry.flag("hasAccess") {
        -1.0
    } else if entry.flag("isUnlimited") {
        f64::INFINITY
    } else {
        entry.float("limit").unwrap_or(f64::INFINITY)
    }
}

/// What a review is about.
struct About<'r> {
    product: &'r Json,
    changes: Vec<Change>,
    /// The entries as they are to be.
    wanted: &'r [Json],
    /// Newest first.
    versions: &'r [Json],
    /// Some of those who have the newest.
    customers: Vec<Json>,
}

async fn page(visit: &Visit, about: About<'_>, form: &Form, place: Place) -> Result<Page, Trouble> {
    let About { product, changes, wanted, versions, customers } = about;
    let count = |version: &Json| version.integer("customerCount").and_then(|count| usize::try_from(count).ok());
    let newest = product.integer("version").unwrap_or(1);
    let all = versions.first().and_then(count).unwrap_or_default();
    let is_default = product.flag("isDefault");
    let named = affected(visit, product, wanted, &customers).await?;
    let shown = versions.iter().map(|version| Holders {
        version: version.integer("version").unwrap_or(1),
        customers: words::counted(count(version).unwrap_or_default(), "customer"),
        is_affected: version.integer("version") == Some(newest),
    });
    let typed = form.iter().filter(|(name, _)| ![TOKEN_FIELD, "decision", "edit"].contains(name));
    let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Page::of(&ReviewPage {
        frame: visit.frame(place.section, format!("Save {}", product.text("name"))),
        product: product.clone(),
        action: place.action,
        back: place.back,
        changes,
        versions: shown.filter(|holders| holders.is_affected || holders.customers != "0 customers").collect(),
        affected: if is_default { EVERYONE.to_owned() } else { words::counted(all, "customer") },
        looked_at: customers.len(),
        has_more: is_default && customers.len() >= LOOKED_AT || customers.len() < all,
        named,
        typed,
    })
}

/// Customers who have the newest version of a product, among the newest hundred that have it or, as the default, that
/// there are.
async fn holders(visit: &Visit, product: &Json, max: usize) -> Result<Vec<Json>, Trouble> {
    let (key, version) = (product.text("key"), product.integer("version"));
    let mut among = json!({"limit": max});
    if !product.flag("isDefault") {
        among["productKey"] = key.as_str().into();
    }
    let answer = visit.api().priceos(Operation::CustomerList, "", among).await?;
    let has = |customer: &Json| {
        let mut products = customer.list("products").into_iter();
        products.any(|held| held.text("key") == key && held.integer("version") == version)
    };
    Ok(answer.list("customers").into_iter().filter(has).collect())
}

/// Some of these customers who gain or lose something: an override, or another product, may leave one with what it has.
async fn affected(visit: &Visit, product: &Json, wanted: &[Json], customers: &[Json]) -> Result<Vec<Named>, Trouble> {
    let (key, version) = (product.text("key"), product.integer("version").unwrap_or(1));
    let mut found = Vec::new();
    for customer in customers {
        let of = |field: &str| Some(customer.text(field)).filter(|text| !text.is_empty());
        let Some(id) = of("customerId").or_else(|| of("stripeCustomerId")) else { continue };
        let access = visit.api().priceos(Operation::Access, "", json!({"customerId": id, "explain": true})).await?;
        let becomes = |wanted: &Json| {
            let entry = access.get(&wanted.text("featureKey"));
            change(&wanted.text("name"), &entry, &grants::changed(&entry, &key, version, wanted)?)
        };
        let changes: Vec<Change> = wanted.iter().filter_map(becomes).collect();
        if changes.is_empty() {
            continue;
        }
        let name = of("name").or_else(|| of("email")).unwrap_or_else(|| id.clone());
        let link = visit.at(&format!("/customers/{}", tollgate_wire::form::percent_encoded(&id)));
        found.push(Named { name, link, changes });
        if found.len() == NAMED_MAX {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_a_gain_and_less_is_a_loss() {
        let [none, on, five, ten, all] = [
            json!({"hasAccess": false, "limit": 0}),
            json!({"hasAccess": true}),
            json!({"hasAccess": true, "limit": 5, "isUnlimited": false}),
            json!({"hasAccess": true, "limit": 10, "isUnlimited": false}),
            json!({"hasAccess": true, "limit": null, "isUnlimited": true}),
        ]
        .map(Json);
        for (before, after, class) in [
            (&none, &on, "gain"),
            (&on, &none, "loss"),
            (&five, &ten, "gain"),
            (&all, &ten, "loss"),
            (&none, &five, "gain"),
        ] {
            let change = change("Seats", before, after).unwrap();
            assert_eq!((change.class, change.before), (class, words::access(before)));
        }
        assert_eq!(change("Seats", &five, &five), None);
    }
}
