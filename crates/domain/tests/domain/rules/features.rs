//! Features and their archive (1.4, 6.3, 7).

use crate::ask::Gives::{Of, On};
use crate::ask::{bonus, consume, define, limit, overrule, q, set, track};
use crate::world::World;
use tollgate_domain::bonus::{DeleteBonus, UpdateBonus};
use tollgate_domain::feature::{CreateFeature, FeatureKind, FeatureName, UpdateFeature};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::overrule::DeleteOverride;
use tollgate_domain::patch::Patch;
use tollgate_domain::refusal::{AccessFault, AccessRefusal, Taken};
use tollgate_domain::usage::{DeleteUsageEvents, UpdateUsageEvent};

fn archive(key: &str, archived: bool) -> UpdateFeature {
    UpdateFeature {
        feature: FeatureName::Key(key.to_owned()),
        name: None,
        description: Patch::Keep,
        archived: Some(archived),
        archived_reason: Patch::Set("old".to_owned()),
        metadata: MetadataPatch::default(),
    }
}

fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.product("pro", &[("credits", Of(100))]);
    world.assign("acme", &["pro"]);
    world
}

// 5.27: unique per environment.
#[test]
fn a_feature_key_is_taken_once_also_by_an_archived_feature() {
    let mut world = world();
    world.ok(&archive("credits", true));
    let id = world.catalog().feature_by_key("credits").unwrap().id.clone();
    assert_eq!(world.refused(&limit("credits")), AccessRefusal::KeyTaken(Taken::Feature(id)));
}

#[test]
fn a_boolean_feature_tracks_nothing() {
    let mut world = World::new();
    let asked = CreateFeature { kind: FeatureKind::Boolean, tracks_usage: true, ..limit("sso") };
    assert!(!world.ok(&asked).tracks_usage);
}

// 6.3: archiving hides the feature from access maps and keeps its data.
#[test]
fn an_archived_feature_is_in_no_answer_and_comes_back_as_it_was() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 10);
    world.track("acme", "credits", 105);
    let before = world.see("acme", "credits");
    let archived = world.ok(&archive("credits", true)).archived.clone().unwrap();
    assert_eq!((archived.at, archived.reason.as_deref()), (world.now, Some("old")));
    assert!(world.entries("acme").is_empty());
    world.wait_millis(1);
    assert_eq!(world.ok(&archive("credits", true)).archived.as_ref().unwrap().at, archived.at, "archived once");
    world.ok(&archive("credits", false));
    assert_eq!(world.see("acme", "credits"), before);
}

// 7: writes to archived features: 400 `feature_archived`.
#[test]
fn everything_but_mending_history_is_refused_of_an_archived_feature() {
    let mut world = world();
    let granted = world.grant_bonus("acme", "credits", 10);
    let overridden = world.override_access("acme", "credits", Of(5));
    world.track("acme", "credits", 1);
    world.ok(&archive("credits", true));
    assert_eq!(world.refused(&track("acme", "credits", 1)), AccessRefusal::FeatureArchived);
    assert_eq!(world.refused(&set("acme", "credits", 1)), AccessRefusal::FeatureArchived);
    assert_eq!(world.refused(&consume("acme", "credits", 1)), AccessRefusal::FeatureArchived);
    assert_eq!(world.refused(&bonus("acme", "credits", 1)), AccessRefusal::FeatureArchived);
    assert_eq!(world.refused(&DeleteBonus { id: granted.id.clone() }), AccessRefusal::FeatureArchived);
    let update = UpdateBonus {
        id: granted.id.clone(),
        amount: Some(q(1)),
        expires: Patch::Keep,
        reason: Patch::Keep,
        metadata: MetadataPatch::default(),
    };
    assert_eq!(world.refused(&update), AccessRefusal::FeatureArchived);
    assert_eq!(world.refused(&overrule("acme", "credits", Of(1))), AccessRefusal::FeatureArchived);
    assert_eq!(world.refused(&DeleteOverride { id: overridden.id.clone() }), AccessRefusal::FeatureArchived);
    let archived = AccessRefusal::BadAccess { entry: Some(0), fault: AccessFault::Archived };
    assert_eq!(world.refused(&define("pro", &[("credits", Of(1))])), archived);
}

// 7: editing and deleting past events is allowed.
#[test]
fn the_history_of_an_archived_feature_can_be_mended() {
    let mut world = world();
    for amount in [1, 2] {
        world.track("acme", "credits", amount);
    }
    world.ok(&archive("credits", true));
    let mut events = world.events("acme", "credits");
    events.sort_by_key(|event| event.amount);
    world.ok(&UpdateUsageEvent {
        id: events[0].id.clone(),
        amount: Some(q(7)),
        occurred: None,
        key: Patch::Keep,
        metadata: MetadataPatch::default(),
    });
    world.ok(&DeleteUsageEvents { ids: vec![events[1].id.clone()], must_exist: true });
    world.ok(&archive("credits", false));
    assert_eq!(world.usage("acme", "credits").used, q(7));
}

// 1.6: every live feature is in the map.
#[test]
fn every_live_feature_has_an_entry_in_the_order_of_the_keys() {
    let mut world = world();
    world.boolean("sso");
    world.untracked("agents");
    world.product("more", &[("sso", On)]);
    let keys: Vec<_> = world.entries("acme").iter().map(|entry| entry.feature.key.clone()).collect();
    assert_eq!(keys, ["agents", "credits", "sso"]);
    assert!(!world.see("acme", "sso").has_access);
}
