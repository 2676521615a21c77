//! Kinds of parameters as JSON Schema.

use crate::json::{Json, Writer};
use crate::params::{ARRAY_UNLIMITED, Empty, Kind, RANGE, Table};
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::statement::STATEMENT_DESCRIPTOR_MAX_CHARACTERS;

/// Whether a parameter has brackets in its name on the wire.
pub(super) fn is_nested(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Object(_)
            | Kind::IdOrObject(_)
            | Kind::Array { .. }
            | Kind::Metadata
            | Kind::Texts { .. }
            | Kind::Currencies { .. }
            | Kind::Created
    )
}

/// Writes the schema of a parameter.
pub(super) fn render(writer: &mut Writer, kind: &Kind, empty: Empty) {
    writer.begin_object();
    members(writer, kind, empty);
    writer.end_object();
}

/// Writes the schema of an object with these parameters and no others.
pub(super) fn render_table(writer: &mut Writer, table: Table) {
    render(writer, &Kind::Object(table), Empty::Refused);
}

/// Writes what a schema consists of; where the parameter can be unset, its empty value is allowed too.
fn members(writer: &mut Writer, kind: &Kind, empty: Empty) {
    match empty {
        Empty::Refused => kind_members(writer, kind),
        Empty::Unsets => any_of(writer, |writer| {
            render(writer, kind, Empty::Refused);
            writer.begin_object();
            writer.field("enum", &[""][..]);
            writer.end_object();
        }),
    }
}

fn table_members(writer: &mut Writer, table: Table) {
    writer.field("type", "object");
    writer.object_field("properties");
    for param in table {
        writer.object_field(param.name);
        writer.field("description", param.doc);
        members(writer, &param.kind, param.empty);
        writer.end_object();
    }
    writer.end_object();
    let required: Vec<&str> = table.iter().filter(|param| param.required).map(|param| param.name).collect();
    if !required.is_empty() {
        writer.field("required", required.as_slice());
    }
    writer.field("additionalProperties", &false);
}

fn kind_members(writer: &mut Writer, kind: &Kind) {
    match kind {
        Kind::Text { max, .. } | Kind::Label { max } | Kind::Id { max } => text(writer, Some(*max)),
        Kind::StatementDescriptor => text(writer, Some(STATEMENT_DESCRIPTOR_MAX_CHARACTERS)),
        Kind::Currency => text(writer, None),
        Kind::Url => type_of(writer, "string", &[("format", &"uri")]),
        Kind::Boolean => type_of(writer, "boolean", &[]),
        Kind::Integer { min, max } => integer(writer, *min, *max),
        Kind::IntegerOr(words) => any_of(writer, |writer| {
            render(writer, &Kind::Word(words), Empty::Refused);
            render(writer, &Kind::Integer { min: i64::MIN, max: i64::MAX }, Empty::Refused);
        }),
        Kind::Amount => integer(writer, 0, i64::MAX),
        Kind::DecimalAmount => type_of(writer, "string", &[("format", &"decimal")]),
        Kind::Percent => type_of(writer, "number", &[("exclusiveMinimum", &0u32), ("maximum", &100u32)]),
        Kind::Dimension => type_of(writer, "number", &[("minimum", &0u32)]),
        Kind::Word(words) => type_of(writer, "string", &[("enum", &Words(words))]),
        Kind::UpTo => any_of(writer, |writer| {
            render(writer, &Kind::Word(&["inf"]), Empty::Refused);
            render(writer, &Kind::Integer { min: 1, max: i64::MAX }, Empty::Refused);
        }),
        Kind::Created => any_of(writer, |writer| {
            render_table(writer, RANGE);
            render(writer, &Kind::Integer { min: i64::MIN, max: i64::MAX }, Empty::Refused);
        }),
        Kind::Object(table) => table_members(writer, table),
        Kind::Array { max, of } => array(writer, *max, of),
        Kind::IdOrObject(table) => any_of(writer, |writer| {
            render_table(writer, table);
            render(writer, &Kind::text(ID_MAX_CHARACTERS), Empty::Refused);
        }),
        Kind::Texts { max } => map(writer, &Kind::text(*max), Empty::Refused),
        Kind::Metadata => map(writer, &Kind::text(usize::MAX), Empty::Refused),
        Kind::Currencies { of, empty } => map(writer, &Kind::Object(of), *empty),
    }
}

fn type_of(writer: &mut Writer, name: &str, more: &[(&'static str, &dyn Json)]) {
    writer.field("type", name);
    for (key, value) in more {
        writer.field(key, *value);
    }
}

fn text(writer: &mut Writer, max: Option<usize>) {
    match &max.filter(|max| *max != usize::MAX) {
        Some(max) => type_of(writer, "string", &[("maxLength", max)]),
        None => type_of(writer, "string", &[]),
    }
}

fn integer(writer: &mut Writer, min: i64, max: i64) {
    writer.field("type", "integer");
    if min != i64::MIN {
        writer.field("minimum", &min);
    }
    if max != i64::MAX {
        writer.field("maximum", &max);
    }
}

fn array(writer: &mut Writer, max: usize, of: &Kind) {
    writer.field("type", "array");
    writer.key("items");
    render(writer, of, Empty::Refused);
    if max != ARRAY_UNLIMITED {
        writer.field("maxItems", &max);
    }
}

fn map(writer: &mut Writer, values: &Kind, empty: Empty) {
    writer.field("type", "object");
    writer.key("additionalProperties");
    render(writer, values, empty);
}

fn any_of(writer: &mut Writer, schemas: impl FnOnce(&mut Writer)) {
    writer.array_field("anyOf");
    schemas(writer);
    writer.end_array();
}

struct Words<'w>(&'w [&'w str]);

impl Json for Words<'_> {
    fn write(&self, writer: &mut Writer) {
        self.0.write(writer);
    }
}
