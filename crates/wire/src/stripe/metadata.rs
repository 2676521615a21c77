//! Metadata of any object.

use super::refusal;
use crate::fault::Fault;
use crate::json::{Json, Writer};
use crate::params::{Kind, Object, Param, Path};
use tollgate_domain::metadata::{METADATA_MAX_KEYS, Metadata, MetadataPatch};

/// The metadata of a new object.
pub(super) const METADATA: Param =
    Param::new("metadata", Kind::Metadata, "Up to 50 keys and values of your own, as text.");
/// The change of an object's metadata.
pub(super) const METADATA_CHANGE: Param = Param::new(
    "metadata",
    Kind::Metadata,
    "Keys and values of your own to set; an empty value removes its key, an empty `metadata` removes all.",
)
.clearable();

/// The metadata of a new object that is nested in the request at `path`. What is too much for it is told here, since
/// only here is known where it stands.
pub(super) fn of_new(object: &Object<'_>, path: &Path<'_>) -> Result<MetadataPatch, Fault> {
    let asked: MetadataPatch = object.get(&METADATA).unwrap_or_default();
    let count = asked.set.values().flatten().count();
    if count > METADATA_MAX_KEYS {
        return Err(refusal::too_many_metadata_keys(count).about(path.key(METADATA.name)));
    }
    Ok(asked)
}

/// The change of an object's metadata.
pub(super) fn change(object: &Object<'_>) -> MetadataPatch {
    let clear = object.is_unset(&METADATA_CHANGE);
    MetadataPatch { clear, ..object.get(&METADATA_CHANGE).unwrap_or_default() }
}

/// Metadata as an object of texts.
pub(super) struct Shown<'m>(pub(super) &'m Metadata);

impl Json for Shown<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        for (key, value) in self.0 {
            writer.key(key);
            writer.value(value);
        }
        writer.end_object();
    }
}
