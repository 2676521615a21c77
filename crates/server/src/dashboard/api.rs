//! The API as pages use it: the operations of both dialects, called in this process.
//!
//! Invariant: pages change nothing but through here, and people; so whatever the API refuses, pages refuse with the
//! same words, and what a page shows is what the API says.

use super::json::Json;
use crate::app::App;
use crate::{priceos, stripe};
use serde_json::{Value, json};
use tollgate_domain::environment::Environment;
use tollgate_wire::form;
use tollgate_wire::priceos::fields::Map;
use tollgate_wire::priceos::operation::Operation as PriceOs;
use tollgate_wire::stripe::operation::Operation as Stripe;

/// What the API refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The HTTP status.
    pub(super) status: u16,
    /// The path of the field at fault, where it is one field.
    pub(super) param: Option<String>,
    /// A sentence for people.
    pub(super) message: String,
}

/// The API of one environment.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    pub(super) app: &'a App,
    pub(super) environment: Environment,
}

impl Api<'_> {
    /// Calls an operation of the PriceOS dialect: with what its path names, where it names something, and its fields.
    pub(super) async fn priceos(&self, operation: PriceOs, id: &str, fields: Value) -> Result<Json, Fault> {
        let fields: Map = match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        let answer = priceos::ask(self.app, self.environment, operation, id, fields).await;
        let body = answer.map_err(|fault| Fault {
            status: fault.code.status(),
            param: fault.param,
            message: fault.message,
        })?;
        Ok(read(&body))
    }

    /// Every product without what takes work to find out: its prices and what it grants.
    pub(super) async fn products(&self, archived: bool) -> Result<Vec<Json>, Fault> {
        let query = json!({"archived": archived.to_string(), "omit": "featureAccess,prices"});
        Ok(self.priceos(PriceOs::ProductList, "", query).await?.items())
    }

    /// Calls an operation of the Stripe dialect: with what its path names, and parameters whose names may have brackets.
    pub(super) async fn stripe<N: AsRef<str>, T: AsRef<str>>(
        &self,
        operation: Stripe,
        ids: &[&str],
        params: &[(N, T)],
    ) -> Result<Json, Fault> {
        let params = params.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let answer = match form::from_pairs(params) {
            Ok(params) => stripe::ask(self.app, self.environment, operation, ids, params).await,
            Err(fault) => Err(fault.into()),
        };
        match answer {
            Ok(answer) if answer.status == 200 => Ok(read(&answer.body)),
            // A refusal that was decided comes as an answer.
            Ok(answer) => {
                let error = read(&answer.body).get("error");
                let param = error.has("param").then(|| error.text("param"));
                Err(Fault { status: answer.status, param, message: error.text("message") })
            }
            Err(fault) => Err(Fault { status: fault.status, param: fault.param, message: fault.message }),
        }
    }
}

fn read(body: &[u8]) -> Json {
    Json(serde_json::from_slice(body).expect("answers are JSON"))
}
