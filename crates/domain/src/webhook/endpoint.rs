//! Webhook endpoints: where events are sent.
//!
//! Invariants: an environment has at most [`ENDPOINTS_MAX`]; all of them are one fact, which every decision that announces
//! events knows. One that was deleted stays, unseen, until nothing is left to be sent to it.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::WebhookEndpointId;
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::Patch;
use crate::record::{Field, Noun, Record};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Not;
use std::sync::Arc;

/// Most endpoints of one environment.
pub const ENDPOINTS_MAX: usize = 16;
/// Longest description, in characters.
pub const DESCRIPTION_MAX_CHARACTERS: usize = 5000;
/// What stands for every type of event.
pub const EVERY_EVENT: &str = "*";
/// How long the older secret signs too unless said otherwise, in seconds: a day.
pub const ROLL_DEFAULT_SECONDS: i64 = 24 * 60 * 60;
/// How long it does at most, in seconds: a week.
pub const ROLL_MAX_SECONDS: i64 = 7 * 24 * 60 * 60;
/// How long a deleted endpoint stays at least, in milliseconds: longer than a decision that knew it takes to be written.
pub const REMOVAL_MILLIS: i64 = 60 * 1000;

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct WebhookEndpoint {
    pub id: WebhookEndpointId,
    pub url: String,
    /// Types of events, or [`EVERY_EVENT`].
    pub enabled_events: Vec<String>,
    /// What the caller asked for; events are shown in one shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// Whether it is for the events of connected accounts, of which there are none.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub connect: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub disabled: bool,
    /// Since when it is gone for all but its deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    pub secret: Secret,
    /// Of two that are being exchanged, the older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_secret: Option<OlderSecret>,
    pub created: Timestamp,
}

/// What deliveries are signed with. Made elsewhere, of bits that nobody can guess; told to its owner once, and no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret, as it is told to its owner.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A secret that signs beside its successor, so that receivers can be given the new one in the meantime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct OlderSecret {
    pub secret: Secret,
    /// From then on it signs no more.
    pub until: Timestamp,
}

impl WebhookEndpoint {
    /// Whether events of this type are sent to it.
    pub fn wants(&self, event: &str) -> bool {
        let is_enabled = |enabled: &String| enabled == EVERY_EVENT || enabled == event;
        !self.disabled && self.deleted.is_none() && !self.connect && self.enabled_events.iter().any(is_enabled)
    }

    /// The secrets that sign at an instant, the newest first.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        let older = self.older_secret.iter().filter(move |older| now < older.until).map(|older| &older.secret);
        std::iter::once(&self.secret).chain(older)
    }
}

/// Every endpoint of an environment, deleted ones included: one fact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoints(BTreeMap<WebhookEndpointId, Arc<WebhookEndpoint>>);

impl Endpoints {
    /// Takes a record in; one that is no endpoint is none of its business.
    pub fn put(&mut self, record: &Record) {
        if let Record::WebhookEndpoint(endpoint) = record {
            self.0.insert(endpoint.id.clone(), endpoint.clone());
        }
    }

    /// Follows a write.
    pub fn follow(&mut self, write: &Write) {
        match write {
            Write::Put { after, .. } => self.put(after),
            Write::Delete(Record::WebhookEndpoint(endpoint)) => drop(self.0.remove(&endpoint.id)),
            Write::Delete(_) => {}
        }
    }

    /// Whether a write changes it.
    pub fn is_concerned(write: &Write) -> bool {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        record.noun() == Noun::WebhookEndpoint
    }

    /// Those that are there to be seen.
    pub fn seen(&self) -> impl Iterator<Item = &Arc<WebhookEndpoint>> {
        self.0.values().filter(|endpoint| endpoint.deleted.is_none())
    }

    /// The one with this id, where it is there to be seen.
    pub fn get(&self, id: &WebhookEndpointId) -> Option<&Arc<WebhookEndpoint>> {
        self.0.get(id).filter(|endpoint| endpoint.deleted.is_none())
    }

    /// All of them, those that were deleted too.
    pub fn all(&self) -> impl Iterator<Item = &Arc<WebhookEndpoint>> {
        self.0.values()
    }

    /// Those to which events of a type are sent.
    pub fn of<'e>(&'e self, event: &'e str) -> impl Iterator<Item = &'e Arc<WebhookEndpoint>> {
        self.0.values().filter(move |endpoint| endpoint.wants(event))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An endpoint that is to be changed, and so is held.
pub(super) fn existing(facts: &Facts, id: &WebhookEndpointId) -> Result<Arc<WebhookEndpoint>, Stop> {
    let found = facts.webhook_endpoint(id)?.filter(|endpoint| endpoint.deleted.is_none());
    found.ok_or_else(|| Refusal::NoSubject { noun: Noun::WebhookEndpoint, id: id.to_string() }.into())
}

fn row(id: &WebhookEndpointId) -> ReadSet {
    Key::Row(Noun::WebhookEndpoint, id.to_string()).into()
}

/// Makes an endpoint.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `WebhookEndpoint`")]
pub struct CreateWebhookEndpoint {
    pub url: String,
    pub enabled_events: Vec<String>,
    pub api_version: Option<String>,
    pub connect: bool,
    pub description: Option<String>,
    pub metadata: MetadataPatch,
    pub secret: Secret,
}

impl Command for CreateWebhookEndpoint {
    type Reply = Arc<WebhookEndpoint>;

    /// The catalog is held for the sake of order only: of two nodes that make an endpoint, one waits for the other, and
    /// counts what that made.
    fn reads(&self) -> ReadSet {
        [Key::CatalogHeld, Key::Endpoints].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        if facts.endpoints()?.seen().count() >= ENDPOINTS_MAX {
            return Err(Refusal::TooManyWebhookEndpoints.into());
        }
        let endpoint = Arc::new(WebhookEndpoint {
            id: cx.new_id(),
            url: self.url.clone(),
            enabled_events: self.enabled_events.clone(),
            api_version: self.api_version.clone(),
            connect: self.connect,
            description: self.description.clone(),
            metadata: self.metadata.apply(&Metadata::new())?,
            disabled: false,
            deleted: None,
            secret: self.secret.clone(),
            older_secret: None,
            created: cx.now,
        });
        let mut changes = Changes::default();
        changes.put(None, Record::WebhookEndpoint(endpoint.clone()), cx);
        Ok((endpoint, changes))
    }
}

/// Changes an endpoint.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `WebhookEndpoint`")]
pub struct UpdateWebhookEndpoint {
    pub id: WebhookEndpointId,
    pub url: Option<String>,
    pub enabled_events: Option<Vec<String>>,
    pub description: Patch<String>,
    pub disabled: Option<bool>,
    pub metadata: MetadataPatch,
}

impl Command for UpdateWebhookEndpoint {
    type Reply = Arc<WebhookEndpoint>;

    fn reads(&self) -> ReadSet {
        row(&self.id)
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let after = Arc::new(WebhookEndpoint {
            url: self.url.clone().unwrap_or_else(|| before.url.clone()),
            enabled_events: self.enabled_events.clone().unwrap_or_else(|| before.enabled_events.clone()),
            description: self.description.apply(&before.description),
            disabled: self.disabled.unwrap_or(before.disabled),
            metadata: self.metadata.apply(&before.metadata)?,
            ..(*before).clone()
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::WebhookEndpoint(before)), Record::WebhookEndpoint(after.clone()), cx);
        Ok((after, changes))
    }
}

/// Gives an endpoint a new secret. An older one than the one it has now signs no more.
#[derive(Debug, Clone)]
pub struct RollSecret {
    /// Whose.
    pub id: WebhookEndpointId,
    /// The new one.
    pub secret: Secret,
    /// How long the one it has now signs too, in seconds: 0 to [`ROLL_MAX_SECONDS`].
    pub keep_seconds: i64,
}

impl Command for RollSecret {
    type Reply = Arc<WebhookEndpoint>;

    fn reads(&self) -> ReadSet {
        row(&self.id)
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let until = Timestamp::from_millis(cx.now.millis().saturating_add(self.keep_seconds.saturating_mul(1000)));
        let older = OlderSecret { secret: before.secret.clone(), until };
        let after = Arc::new(WebhookEndpoint {
            secret: self.secret.clone(),
            older_secret: Some(older).filter(|older| cx.now < older.until),
            ..(*before).clone()
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::WebhookEndpoint(before)), Record::WebhookEndpoint(after.clone()), cx);
        Ok((after, changes))
    }
}

/// Deletes an endpoint: nothing more is sent to it.
#[derive(Debug, Clone)]
pub struct DeleteWebhookEndpoint {
    /// Which.
    pub id: WebhookEndpointId,
}

impl Command for DeleteWebhookEndpoint {
    type Reply = WebhookEndpointId;

    fn reads(&self) -> ReadSet {
        row(&self.id)
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let after = WebhookEndpoint { deleted: Some(cx.now), older_secret: None, ..(*before).clone() };
        let mut changes = Changes::default();
        changes.put(Some(Record::WebhookEndpoint(before)), Record::WebhookEndpoint(Arc::new(after)), cx);
        Ok((self.id.clone(), changes))
    }
}

/// Removes a deleted endpoint, once nothing is left of what was to be sent to it. Says whether it is gone.
#[derive(Debug, Clone)]
pub struct RemoveWebhookEndpoint {
    /// Which.
    pub id: WebhookEndpointId,
}

impl Command for RemoveWebhookEndpoint {
    type Reply = bool;

    fn reads(&self) -> ReadSet {
        [Key::Row(Noun::WebhookEndpoint, self.id.to_string()), Key::any(Field::DeliveryEndpoint, self.id.as_str())]
            .into_iter()
            .collect()
    }

    /// That there is no delivery cannot be held; but nobody has made one for an endpoint that is deleted for so long.
    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut changes = Changes::default();
        let Some(endpoint) = facts.webhook_endpoint(&self.id)? else { return Ok((true, changes)) };
        let is_over = |deleted: Timestamp| cx.now.millis() - deleted.millis() >= REMOVAL_MILLIS;
        let is_removed =
            endpoint.deleted.is_some_and(is_over) && !facts.any(Field::DeliveryEndpoint, self.id.as_str())?;
        if is_removed {
            changes.writes.push(Write::Delete(Record::WebhookEndpoint(endpoint)));
        }
        Ok((is_removed, changes))
    }
}
