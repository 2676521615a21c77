//! Test clocks.

use super::undecided;
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use tollgate_domain::id::TestClockId;
use tollgate_domain::list::CreatedRange;
use tollgate_domain::record::Noun;
use tollgate_domain::test_clock::{AdvanceTestClock, CreateTestClock, DeleteTestClock, NAME_MAX_CHARACTERS, TestClock};
use tollgate_domain::time::Timestamp;
use tollgate_domain::window::{INSTANT_END, INSTANT_MIN};

const FROZEN_TIME: Param = Param::new(
    "frozen_time",
    Kind::Integer { min: INSTANT_MIN.seconds(), max: INSTANT_END.seconds() - 1 },
    "What time it is to be, in seconds since 1970.",
);
const NAME: Param = Param::new("name", Kind::trimmed(NAME_MAX_CHARACTERS), "What people call it.");

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table = &[FROZEN_TIME.required(), NAME, EXPAND];
/// The parameters of an advance.
pub const ADVANCE: Table = &[FROZEN_TIME.required(), EXPAND];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// Reads a new test clock.
pub fn parse_create(params: &Params) -> Result<(CreateTestClock, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &[])?;
    Ok((CreateTestClock { name: params.get(&NAME), frozen: frozen(&params) }, expand))
}

/// Reads where a test clock is to advance to.
pub fn parse_advance(params: &Params, id: TestClockId) -> Result<(AdvanceTestClock, Expand), Fault> {
    let params = params::read(ADVANCE, params)?;
    let expand = expand::of_object(&params, &[])?;
    Ok((AdvanceTestClock { id, to: frozen(&params) }, expand))
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &[])
}

/// Reads a list of test clocks.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    list::request(&params, Noun::TestClock, Vec::new(), CreatedRange::default(), &LISTED)
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: TestClockId) -> Result<DeleteTestClock, Fault> {
    params::read(DELETE, params)?;
    Ok(DeleteTestClock { id })
}

fn frozen(params: &Object<'_>) -> Timestamp {
    Timestamp::from_seconds(params.get(&FROZEN_TIME).unwrap_or_default())
}

/// What a request of the live environment is answered.
pub fn only_in_test() -> Fault {
    undecided::test_clock_in_live_mode()
}

/// Writes a test clock.
pub fn render(writer: &mut Writer, clock: &TestClock, view: &View<'_>) {
    writer.begin_object();
    writer.field("id", clock.id.as_str());
    writer.field("object", "test_helpers.test_clock");
    writer.field("created", &clock.created.seconds());
    writer.field("deletes_after", &clock.deletes_after().seconds());
    writer.field("frozen_time", &clock.frozen.seconds());
    writer.field("livemode", &view.environment.is_live());
    writer.field("name", &clock.name);
    writer.field("status", if clock.advancing_to.is_some() { "advancing" } else { "ready" });
    writer.object_field("status_details");
    if let Some(to) = clock.advancing_to {
        writer.object_field("advancing");
        writer.field("target_frozen_time", &to.seconds());
        writer.end_object();
    }
    writer.end_object();
    writer.end_object();
}

/// Writes what is left of a deleted test clock.
pub fn render_deleted(writer: &mut Writer, id: &TestClockId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "test_helpers.test_clock");
    writer.field("deleted", &true);
    writer.end_object();
}
