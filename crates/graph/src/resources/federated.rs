//! `/applications/{id}/federatedIdentityCredentials`: foreign issuers that an app trusts to name it.

use super::application::{card, part_of};
use super::application_write::edit;
use super::key::{Meant, by_key};
use super::{collection, entity};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Key, Part};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_decide::View;
use mandate_domain::application::{AppCard, FederatedCredential};
use mandate_domain::query::Noun;
use mandate_odata::{Compare, Filter, Literal};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::AppEdit;
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &["id"];

pub(super) async fn answer_all(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    if call.method == Method::POST { create(call, &meant).await } else { list(call, &meant).await }
}

pub(super) async fn answer_one(call: &Call<'_>, key: &Key, part: &Part) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    if call.method == Method::GET {
        call.refuse_paging()?;
        let permit = call.permit_on(Op::ApplicationsFederated, meant.id).await?;
        let selection = call.selection(&[&FEDERATED])?;
        let held = found(&card(call, &permit, &meant).await?, part).ok_or_else(|| missing(part))?;
        let context = call.context(&part_of(&meant, SET), &selection, true);
        return Ok(entity(call, context, shown(&held, &selection, permit.view()), COST));
    }
    let permit = call.permit_on(Op::ApplicationsCredentials, meant.id).await?;
    let held = found(&card(call, &permit, &meant).await?, part);
    if call.method == Method::DELETE {
        let id = held.ok_or_else(|| missing(part))?.id;
        edit(call, &permit, meant.known()?, &meant.name, AppEdit::RemoveFederated(id)).await?;
        return Ok(respond::nothing());
    }
    match (held, part) {
        (Some(held), _) => {
            let own = held.id.to_string();
            let properties = body::read_change(call, "federatedIdentityCredential", READ_ONLY, &own)?.properties;
            let change = AppEdit::ChangeFederated(held.id, properties);
            edit(call, &permit, meant.known()?, &meant.name, change).await?;
            Ok(respond::nothing())
        }
        (None, Part::Name(name)) if call.upsert => make(call, &permit, &meant, Some(name)).await,
        (None, _) => Err(missing(part).into()),
    }
}

async fn create(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::ApplicationsCredentials, meant.id).await?;
    make(call, &permit, meant, None).await
}

async fn make(call: &Call<'_>, permit: &Permit, meant: &Meant, name: Option<&String>) -> Result<Answer, Stop> {
    let mut properties = body::read_object(call, "federatedIdentityCredential", READ_ONLY)?.properties;
    properties.extend(name.map(|name| ("name".to_owned(), Value::from(name.as_str()))));
    let written = edit(call, permit, meant.known()?, &meant.name, AppEdit::AddFederated(properties)).await?;
    let held = written.card.federated.iter().find(|held| Some(held.id) == written.part);
    let held = held.ok_or_else(|| meant.missing())?;
    let mut body = shown(held, &Selection::Default, View::Full);
    call.metadata.say(&mut body, "@odata.context", call.context(&part_of(meant, SET), &Selection::Default, true));
    let location = format!("{}/applications/{}/{SET}/{}", call.root(), meant.known()?, held.id);
    Ok(respond::created(body, &location, call.metadata, COST))
}

async fn list(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::ApplicationsFederated, meant.id).await?;
    let selection = call.selection(&[&FEDERATED])?;
    call.refuse_sorting()?;
    let wanted = call.options.filter.as_ref().map(equality).transpose()?;
    let card = card(call, &permit, meant).await?;
    // At most twenty: one page holds them all.
    let held = card
        .federated
        .iter()
        .filter(|held| wanted.as_ref().is_none_or(|(property, value)| held.column(property).as_str() == Some(value)));
    let value = held.map(|held| shown(held, &selection, permit.view())).collect();
    Ok(collection(call, call.context(&part_of(meant, SET), &selection, false), None, value, None, COST))
}

/// `name eq '…'`, `subject eq '…'`
fn equality(filter: &Filter) -> Result<(&'static str, String), Refusal> {
    let refused = || Refusal::Unfilterable { property: String::new(), kind: FEDERATED.name };
    let Filter::Compare { member, op: Compare::Equal, value: Literal::Text(value) } = filter else {
        return Err(refused());
    };
    let path = member.path.join("/");
    let known = ["id", "name", "issuer", "subject"].into_iter().find(|known| known.eq_ignore_ascii_case(&path));
    Ok((known.ok_or_else(refused)?, value.clone()))
}

fn found(card: &AppCard, part: &Part) -> Option<FederatedCredential> {
    let named = |name: &str| card.federated.iter().find(|held| held.name.eq_ignore_ascii_case(name));
    let held = match part {
        Part::Name(name) => named(name),
        Part::IdOrName(text) => match ObjectId::parse(text) {
            Ok(id) => card.federated.iter().find(|held| held.id == id),
            Err(_) => named(text),
        },
    };
    held.cloned()
}

fn missing(part: &Part) -> Refusal {
    let (Part::Name(name) | Part::IdOrName(name)) = part;
    Refusal::NoSuchObject(name.clone())
}

const SET: &str = "federatedIdentityCredentials";

impl Entity for FederatedCredential {
    const KIND: &'static Kind = &FEDERATED;

    fn id(&self) -> ObjectId {
        self.id
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id.to_string()),
            "name" => Value::from(self.name.as_str()),
            "issuer" => Value::from(self.issuer.as_str()),
            "subject" => Value::from(self.subject.as_str()),
            "description" => Value::from(self.description.as_deref()),
            "audiences" => Value::from(self.audiences.clone()),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static FEDERATED: Kind = Kind { name: "microsoft.graph.federatedIdentityCredential", set: SET, properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("name").default(),
    column("issuer").default(),
    column("subject").default(),
    column("description").default(),
    column("audiences").default(),
];
