//! Secret keys of the API, known by their hash only.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::ApiKeyId;
use crate::record::{Noun, Record};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A key that opens one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Names it in commands and lists; no secret.
    pub id: ApiKeyId,
    /// SHA-256 of the secret, in hex.
    pub hash: String,
    /// What its owner calls it.
    pub name: String,
    /// The first and the last characters of the secret, to recognize it by.
    pub hint: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was revoked; nothing while it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
}

/// Puts a key on file; one that is there already (by its hash) stays as it is, revoked ones included.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    /// SHA-256 of the secret, in hex.
    pub hash: String,
    /// What its owner calls it.
    pub name: String,
    /// The first and the last characters of the secret.
    pub hint: String,
}

impl Command for CreateApiKey {
    type Reply = Arc<ApiKey>;

    fn reads(&self) -> ReadSet {
        Key::api_key_hash(&self.hash).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        if let Some(key) = facts.api_key_by_hash(&self.hash)? {
            return Ok((key, Changes::default()));
        }
        let key = Arc::new(ApiKey {
            id: cx.new_id(),
            hash: self.hash.clone(),
            name: self.name.clone(),
            hint: self.hint.clone(),
            created: cx.now,
            revoked: None,
        });
        let write = Write::Put { before: None, after: Record::ApiKey(key.clone()) };
        Ok((key, Changes { writes: vec![write], ..Changes::default() }))
    }
}

/// Makes a key good for nothing. Revoking it again changes nothing.
#[derive(Debug, Clone)]
pub struct RevokeApiKey {
    /// Which one.
    pub id: ApiKeyId,
}

impl Command for RevokeApiKey {
    type Reply = Arc<ApiKey>;

    fn reads(&self) -> ReadSet {
        Key::Row(Noun::ApiKey, self.id.to_string()).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(before) = facts.api_key(&self.id)? else {
            return Err(Refusal::NoSubject { noun: Noun::ApiKey, id: self.id.to_string() }.into());
        };
        if before.revoked.is_some() {
            return Ok((before, Changes::default()));
        }
        let after = Arc::new(ApiKey { revoked: Some(cx.now), ..(*before).clone() });
        let write = Write::Put { before: Some(Record::ApiKey(before)), after: Record::ApiKey(after.clone()) };
        Ok((after, Changes { writes: vec![write], ..Changes::default() }))
    }
}
