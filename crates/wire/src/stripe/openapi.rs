//! The published description of the endpoints, made from the tables they are read with.

mod schema;

use super::API_VERSION;
use super::operation::{Method, Operation};
use crate::json::Writer;
use crate::params::Param;

/// The body of `GET /openapi.json`: an OpenAPI 3.1 document of every [`Operation`].
pub fn document() -> Vec<u8> {
    let mut writer = Writer::new();
    writer.begin_object();
    writer.field("openapi", "3.1.0");
    writer.object_field("info");
    writer.field("title", "Tollgate: the Stripe dialect");
    writer.field("version", API_VERSION);
    writer.end_object();
    render_security(&mut writer);
    render_paths(&mut writer);
    writer.end_object();
    writer.into_bytes()
}

fn render_security(writer: &mut Writer) {
    writer.object_field("components");
    writer.object_field("securitySchemes");
    for (name, scheme) in [("basic", "basic"), ("bearer", "bearer")] {
        writer.object_field(name);
        writer.field("type", "http");
        writer.field("scheme", scheme);
        writer.end_object();
    }
    writer.end_object();
    writer.end_object();
    writer.array_field("security");
    for name in ["basic", "bearer"] {
        writer.begin_object();
        writer.array_field(name);
        writer.end_array();
        writer.end_object();
    }
    writer.end_array();
}

fn render_paths(writer: &mut Writer) {
    let mut paths: Vec<&'static str> = Operation::ALL.iter().map(|operation| operation.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    writer.object_field("paths");
    for path in paths {
        writer.object_field(path);
        for operation in Operation::ALL.iter().filter(|operation| operation.path() == path) {
            render_operation(writer, *operation);
        }
        writer.end_object();
    }
    writer.end_object();
}

fn render_operation(writer: &mut Writer, operation: Operation) {
    writer.object_field(match operation.method() {
        Method::Get => "get",
        Method::Post => "post",
        Method::Delete => "delete",
    });
    writer.field("operationId", operation.name());
    writer.field("summary", operation.summary());
    writer.array_field("parameters");
    for name in placeholders(operation.path()) {
        render_path_parameter(writer, name);
    }
    if operation.method() != Method::Post {
        operation.params().iter().for_each(|param| render_query_parameter(writer, param));
    }
    writer.end_array();
    if operation.method() == Method::Post {
        render_body(writer, operation);
    }
    render_responses(writer);
    writer.end_object();
}

/// The names in braces.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn render_path_parameter(writer: &mut Writer, name: &str) {
    writer.begin_object();
    writer.field("name", name);
    writer.field("in", "path");
    writer.field("required", &true);
    writer.object_field("schema");
    writer.field("type", "string");
    writer.end_object();
    writer.end_object();
}

fn render_query_parameter(writer: &mut Writer, param: &Param) {
    writer.begin_object();
    writer.field("name", param.name);
    writer.field("in", "query");
    writer.field("description", param.doc);
    writer.field("required", &param.required);
    if schema::is_nested(&param.kind) {
        writer.field("style", "deepObject");
        writer.field("explode", &true);
    }
    writer.key("schema");
    schema::render(writer, &param.kind, param.empty);
    writer.end_object();
}

fn render_body(writer: &mut Writer, operation: Operation) {
    writer.object_field("requestBody");
    writer.object_field("content");
    writer.object_field("application/x-www-form-urlencoded");
    writer.key("schema");
    schema::render_table(writer, operation.params());
    writer.object_field("encoding");
    for param in operation.params().iter().filter(|param| schema::is_nested(&param.kind)) {
        writer.object_field(param.name);
        writer.field("style", "deepObject");
        writer.field("explode", &true);
        writer.end_object();
    }
    writer.end_object();
    writer.end_object();
    writer.end_object();
    writer.end_object();
}

fn render_responses(writer: &mut Writer) {
    writer.object_field("responses");
    for (status, description) in [("200", "The object, or the list."), ("default", "An error object.")] {
        writer.object_field(status);
        writer.field("description", description);
        writer.object_field("content");
        writer.object_field("application/json");
        writer.object_field("schema");
        writer.field("type", "object");
        writer.end_object();
        writer.end_object();
        writer.end_object();
        writer.end_object();
    }
    writer.end_object();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_json_and_has_every_operation_with_its_parameters() {
        let document: serde_json::Value = serde_json::from_slice(&document()).unwrap();
        for operation in Operation::ALL {
            let method = operation.method().as_str().to_lowercase();
            let described = &document["paths"][operation.path()][&method];
            assert_eq!(described["operationId"], operation.name());
            for param in operation.params() {
                let in_query = described["parameters"].as_array().unwrap().iter().any(|it| it["name"] == param.name);
                let form = "application/x-www-form-urlencoded";
                let in_body = &described["requestBody"]["content"][form]["schema"]["properties"][param.name];
                assert!(in_query || in_body.is_object(), "{operation:?} {}", param.name);
            }
        }
    }
}
