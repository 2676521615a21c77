//! Test clocks.

use super::refuse::missing_first;
use super::{Asked, read, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::record::Noun;
use tollgate_domain::test_clock::TestClock;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::test_clock;

const SHOW: write::Render<Arc<TestClock>> = |writer, shown, view| {
    test_clock::render(writer, shown, view);
    Ok(())
};

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    only_in_test(&asked)?;
    let (command, expand) = test_clock::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn advance(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    only_in_test(&asked)?;
    let parsed = test_clock::parse_advance(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::TestClock, id, parsed).await?;
    let answer = write::run(app, asked, command, expand, SHOW).await;
    app.jobs.look_again();
    answer
}

pub(super) async fn delete(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    only_in_test(&asked)?;
    let parsed = test_clock::parse_delete(&asked.params, id.into());
    let command = missing_first(app, &asked, Noun::TestClock, id, parsed).await?;
    let show: write::Render<_> = |writer, id, _| {
        test_clock::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), show).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    only_in_test(asked)?;
    read::retrieve(app, asked, Noun::TestClock, id, test_clock::parse_retrieve(&asked.params)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    only_in_test(asked)?;
    read::list(app, asked, test_clock::parse_list(&asked.params)?).await
}

/// Live time is nobody's to move.
fn only_in_test(asked: &Asked) -> Result<(), Fault> {
    if asked.environment.is_live() { Err(test_clock::only_in_test()) } else { Ok(()) }
}
