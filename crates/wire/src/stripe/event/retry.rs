//! `POST /v1/events/{id}/retry`: an addition of our own, which Stripe's command line has too.

use super::EXPANDABLE;
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Param, Table};
use tollgate_domain::id::{EventId, ID_MAX_CHARACTERS};
use tollgate_domain::webhook::delivery::RetryEvent;

const WEBHOOK_ENDPOINT: Param = Param::new(
    "webhook_endpoint",
    Kind::text(ID_MAX_CHARACTERS),
    "The webhook endpoint to send the event to once more.",
);

/// The parameters.
pub const RETRY: Table = &[WEBHOOK_ENDPOINT.required(), EXPAND];

/// Reads what is to be sent once more, and where to.
pub fn parse_retry(params: &Params, event: EventId) -> Result<(RetryEvent, Expand), Fault> {
    let params = params::read(RETRY, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let endpoint = params.get::<&str>(&WEBHOOK_ENDPOINT).unwrap_or_default().into();
    Ok((RetryEvent { event, endpoint }, expand))
}
