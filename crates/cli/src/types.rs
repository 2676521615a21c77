//! `tollgate types`: the features of a server as types, so that a misspelled key does not compile.

use crate::api::{Api, ApiArgs, block_on};
use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum TypesCommand {
    /// Write `priceos.types.ts` for the TypeScript client.
    Typescript(TypescriptArgs),
}

#[derive(Args)]
pub(crate) struct TypescriptArgs {
    #[command(flatten)]
    api: ApiArgs,

    /// The file to write; `-` prints it
    #[arg(long, value_name = "FILE", default_value = "priceos.types.ts")]
    output: PathBuf,
}

/// What the file begins with.
const TYPESCRIPT_HEAD: &str = r#"// Written by `tollgate types typescript` from the features of this Tollgate. Do not edit: run it again instead.
//
//   import { PriceOS } from "tollgate";
//   import type { MyFeatures } from "./priceos.types";
//
//   const priceos = new PriceOS<MyFeatures>();

"#;

pub(crate) fn run(command: &TypesCommand) -> anyhow::Result<ExitCode> {
    let TypesCommand::Typescript(args) = command;
    let features = block_on(async { Api::connect(&args.api).await?.get("/v1/features").await })?;
    let features = features.as_array().context("/v1/features: the answer is no list of features")?;
    let text = typescript(features);
    if args.output.as_os_str() == "-" {
        print!("{text}");
    } else {
        std::fs::write(&args.output, text).with_context(|| format!("cannot write {}", args.output.display()))?;
        eprintln!("{} features written to {}", features.len(), args.output.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each feature that is not archived, by key.
fn typescript(features: &[Value]) -> String {
    let mut lines: Vec<(&str, String)> = features
        .iter()
        .filter(|feature| feature["isArchived"] != true)
        .filter_map(|feature| {
            let key = feature["featureKey"].as_str()?;
            let kind = match feature["type"].as_str()? {
                "boolean" => r#"{ type: "boolean" }"#.to_owned(),
                _ => format!(r#"{{ type: "limit"; tracksUsage: {} }}"#, feature["tracksUsage"] == true),
            };
            Some((key, kind))
        })
        .collect();
    lines.sort_unstable();
    if lines.is_empty() {
        return format!("{TYPESCRIPT_HEAD}export interface MyFeatures {{}}\n");
    }
    let mut text = format!("{TYPESCRIPT_HEAD}export interface MyFeatures {{\n");
    for (key, kind) in lines {
        writeln!(text, "  {}: {kind};", member(key)).expect("memory takes it");
    }
    text.push_str("}\n");
    text
}

/// A key as the name of a member: in quotes where it is no identifier.
fn member(key: &str) -> String {
    let is_start = |character: char| character.is_ascii_alphabetic() || matches!(character, '_' | '$');
    let is_part = |character: char| is_start(character) || character.is_ascii_digit();
    if key.starts_with(is_start) && key.chars().all(is_part) {
        key.to_owned()
    } else {
        Value::String(key.to_owned()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn features_are_written_by_key_without_archived_ones_and_with_quotes_where_needed() {
        let features = [
            json!({"featureKey": "sso", "type": "boolean", "tracksUsage": false, "isArchived": false}),
            json!({"featureKey": "old", "type": "boolean", "tracksUsage": false, "isArchived": true}),
            json!({"featureKey": "seats", "type": "limit", "tracksUsage": false, "isArchived": false}),
            json!({"featureKey": "api-calls.v2", "type": "limit", "tracksUsage": true, "isArchived": false}),
            json!({"featureKey": "7", "type": "boolean", "tracksUsage": false, "isArchived": false}),
        ];
        let expected = r#"export interface MyFeatures {
  "7": { type: "boolean" };
  "api-calls.v2": { type: "limit"; tracksUsage: true };
  seats: { type: "limit"; tracksUsage: false };
  sso: { type: "boolean" };
}
"#;
        assert_eq!(typescript(&features).strip_prefix(TYPESCRIPT_HEAD), Some(expected));
        assert_eq!(typescript(&[]).strip_prefix(TYPESCRIPT_HEAD), Some("export interface MyFeatures {}\n"));
    }
}
