//! Kinds of parameters as JSON Schema.

use crate::json::{Json, Writer};
use crate::params::{ARRAY_UNLIMITED, Empty, Kind, RANGE, Table};
use tollgate_domain::statement::STATEMENT_DESCRIPTOR_MAX_CHARACTERS;

/// Whether a parameter has brackets in its name on the wire.
pub(super) fn is_nested(kind: &Kind) -> bool {
    matches!(kind, Kind::Object(_) | Kind::Array { .. } | Kind::Metadata | Kind::Currencies { .. } | Kind::Created)
}

/// Writes the schema of a parameter; where it can be unset, of its empty value too.
pub(super) fn render(writer: &mut Writer, kind: &Kind, empty: Empty) {
    match empty {
        Empty::Refused => render_kind(writer, kind),
        Empty::Unsets => render_any_of(writer, |writer| {
            render_kind(writer, kind);
            writer.begin_object();
            writer.field("enum", &[""][..]);
            writer.end_object();
        }),
    }
}

/// Writes the schema of an object with these parameters and no others.
pub(super) fn render_table(writer: &mut Writer, table: Table) {
    writer.begin_object();
    writer.field("type", "object");
    writer.object_field("properties");
    for param in table {
        writer.object_field(param.name);
        writer.field("description", param.doc);
        writer.array_field("allOf");
        render(writer, &param.kind, param.empty);
        writer.end_array();
        writer.end_object();
    }
    writer.end_object();
    let required: Vec<&str> = table.iter().filter(|param| param.required).map(|param| param.name).collect();
    if !required.is_empty() {
        writer.field("required", required.as_slice());
    }
    writer.field("additionalProperties", &false);
    writer.end_object();
}

fn render_kind(writer: &mut Writer, kind: &Kind) {
    match kind {
        Kind::Text { max, .. } | Kind::Label { max } | Kind::Id { max } => render_text(writer, Some(*max)),
        Kind::StatementDescriptor => render_text(writer, Some(STATEMENT_DESCRIPTOR_MAX_CHARACTERS)),
        Kind::Currency => render_text(writer, None),
        Kind::Url => render_type(writer, "string", &[("format", &"uri")]),
        Kind::Boolean => render_type(writer, "boolean", &[]),
        Kind::Integer { min, max } => render_integer(writer, *min, *max),
        Kind::Amount => render_integer(writer, 0, i64::MAX),
        Kind::DecimalAmount => render_type(writer, "string", &[("format", &"decimal")]),
        Kind::Dimension => render_type(writer, "number", &[("minimum", &0u32)]),
        Kind::Word(words) => render_type(writer, "string", &[("enum", &Words(words))]),
        Kind::UpTo => render_any_of(writer, |writer| {
            render_type(writer, "string", &[("enum", &Words(&["inf"]))]);
            render_integer(writer, 1, i64::MAX);
        }),
        Kind::Created => render_any_of(writer, |writer| {
            render_table(writer, RANGE);
            render_type(writer, "integer", &[]);
        }),
        Kind::Object(table) => render_table(writer, table),
        Kind::Array { max, of } => render_array(writer, *max, of),
        Kind::Metadata => render_map(writer, |writer| render_text(writer, None)),
        Kind::Currencies { of, empty } => render_map(writer, |writer| render(writer, &Kind::Object(of), *empty)),
    }
}

fn render_type(writer: &mut Writer, name: &str, more: &[(&'static str, &dyn Json)]) {
    writer.begin_object();
    writer.field("type", name);
    for (key, value) in more {
        writer.field(key, *value);
    }
    writer.end_object();
}

fn render_text(writer: &mut Writer, max: Option<usize>) {
    match &max.filter(|max| *max != usize::MAX) {
        Some(max) => render_type(writer, "string", &[("maxLength", max)]),
        None => render_type(writer, "string", &[]),
    }
}

fn render_integer(writer: &mut Writer, min: i64, max: i64) {
    writer.begin_object();
    writer.field("type", "integer");
    if min != i64::MIN {
        writer.field("minimum", &min);
    }
    if max != i64::MAX {
        writer.field("maximum", &max);
    }
    writer.end_object();
}

fn render_array(writer: &mut Writer, max: usize, of: &Kind) {
    writer.begin_object();
    writer.field("type", "array");
    writer.key("items");
    render_kind(writer, of);
    if max != ARRAY_UNLIMITED {
        writer.field("maxItems", &max);
    }
    writer.end_object();
}

fn render_map(writer: &mut Writer, values: impl FnOnce(&mut Writer)) {
    writer.begin_object();
    writer.field("type", "object");
    writer.key("additionalProperties");
    values(writer);
    writer.end_object();
}

fn render_any_of(writer: &mut Writer, schemas: impl FnOnce(&mut Writer)) {
    writer.begin_object();
    writer.array_field("anyOf");
    schemas(writer);
    writer.end_array();
    writer.end_object();
}

struct Words<'w>(&'w [&'w str]);

impl Json for Words<'_> {
    fn write(&self, writer: &mut Writer) {
        self.0.write(writer);
    }
}
