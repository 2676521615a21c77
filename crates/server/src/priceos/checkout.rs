//! Pages on which customers subscribe, or see to what they have subscribed to.

use super::{ANSWER_BYTES, Asked, internal, run, written};
use crate::app::App;
use crate::pages::Kind;
use tollgate_domain::checkout::OpenSession;
use tollgate_domain::customer::ID_MAX_CHARACTERS;
use tollgate_wire::priceos::checkout::{self, PageRequest};
use tollgate_wire::priceos::fault::Fault;

pub(super) async fn checkout(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    open(app, asked, Kind::Checkout, checkout::parse_checkout(&asked.fields)?).await
}

pub(super) async fn portal(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    open(app, asked, Kind::Portal, checkout::parse_portal(&asked.fields)?).await
}

async fn open(app: &App, asked: &Asked, kind: Kind, request: PageRequest) -> Result<Vec<u8>, Fault> {
    if asked.environment.is_live() && !app.pages.in_live {
        return Err(checkout::off_in_live());
    }
    // Whoever is not there is made, so that the path has to be what a body would have to be.
    if asked.id.chars().count() > ID_MAX_CHARACTERS || asked.id.contains('\0') {
        return Err(Fault::invalid("customerId", &format!("must have at most {ID_MAX_CHARACTERS} characters.")));
    }
    let name = kind.new_name(asked.environment).map_err(|_| internal())?;
    let command = OpenSession {
        name: name.clone(),
        customer: asked.id.as_str().into(),
        customer_name: request.name,
        email: request.email,
        link_key: app.link_key.clone(),
        page: request.page,
    };
    run(app, asked, command).await?;
    let url = kind.address(app, &asked.headers, &asked.uri, &name);
    Ok(written(ANSWER_BYTES, |writer| checkout::render(writer, &url)))
}
