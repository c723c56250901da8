//! `…/photo` and `…/photos`: the picture of a person or a group (graph-api.md §2.2). It has the one size that it was sent in.

use super::key::{exists, meant};
use super::{collection, entity};
use crate::call::Call;
use crate::dispatch::{Object, Photos, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, column, shown};
use crate::respond;
use http::{Method, StatusCode, header};
use mandate_base::{ObjectId, fnv1a};
use mandate_domain::photo::{LARGEST, NoPhoto, Photo};
use mandate_domain::query::Noun;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, ChangePhoto, PhotoRefusal};
use mandate_usecases::settle;
use mandate_web::{Answer, answer};
use serde_json::{Map, Value};

const COST: u8 = 2;

pub(super) async fn answer(call: &Call<'_>, object: &Object, which: &Photos) -> Result<Answer, Stop> {
    if call.method == Method::GET {
        return show(call, object, which).await;
    }
    call.refuse_paging()?;
    let meant = meant(call, object).await?;
    let noun = object.noun().ok_or_else(|| meant.missing())?;
    let permit = call.permit_on(writing(object, call.method == Method::DELETE), meant.id).await?;
    let photo = if call.method == Method::DELETE { None } else { Some(sent(call)?) };
    let takes_away = photo.is_none();
    let deed = ChangePhoto { permit: &permit, object: meant.known()?, noun, photo, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| match refusal {
        PhotoRefusal::NoSuchObject => meant.missing(),
        PhotoRefusal::NoPhoto => Refusal::NoPhoto,
    })?;
    // A picture that was set has always been answered with 200 and nothing (graph-response-codes.tsv).
    let mut done = respond::nothing();
    if !takes_away {
        *done.status_mut() = StatusCode::OK;
    }
    Ok(done)
}

fn sent(call: &Call<'_>) -> Result<Photo, Refusal> {
    Photo::of(call.body).map_err(|refused| match refused {
        NoPhoto::TooLarge => Refusal::Invalid(format!("The photo is larger than {LARGEST} bytes.")),
        NoPhoto::NoPicture => Refusal::Invalid("The photo is neither a PNG nor a JPEG nor a GIF picture.".to_owned()),
    })
}

async fn show(call: &Call<'_>, object: &Object, which: &Photos) -> Result<Answer, Stop> {
    let meant = meant(call, object).await?;
    let permit = call.permit_on(reading(object), meant.id).await?;
    let id = meant.known()?;
    exists(call, object.noun().unwrap_or(Noun::User), id).await?;
    let found = of(call, &permit, id).await?;
    match which {
        Photos::All => {
            call.refuse_queries()?;
            let selection = call.selection(&[&PHOTO])?;
            let value = found.iter().map(|photo| properties(call, photo, shown(photo, &selection, permit.view())));
            Ok(collection(call, context(call, object, id, "photos"), None, value.collect(), None, COST))
        }
        Photos::Bytes(size) => {
            let photo = of_size(found, size.as_deref())?;
            let (tag, kind) = (tag_of(&photo), photo.kind);
            let mut bytes = answer::bytes(StatusCode::OK, kind, photo.image);
            answer::put_text(&mut bytes, header::ETAG, &tag);
            Ok(bytes)
        }
        Photos::One(size) => {
            call.refuse_paging()?;
            let selection = call.selection(&[&PHOTO])?;
            let photo = of_size(found, size.as_deref())?;
            let told = properties(call, &photo, shown(&photo, &selection, permit.view()));
            Ok(entity(call, format!("{}/$entity", context(call, object, id, "photo")), told, COST))
        }
    }
}

async fn of(call: &Call<'_>, permit: &Permit, id: ObjectId) -> Result<Option<Photo>, Stop> {
    Ok(directory::photo(call.house, &call.caller, permit, id).await?)
}

/// Other sizes are not made.
fn of_size(found: Option<Photo>, size: Option<&str>) -> Result<Photo, Refusal> {
    let fits = |photo: &Photo| size.is_none_or(|size| size.eq_ignore_ascii_case(&photo.name()));
    found.filter(fits).ok_or(Refusal::NoPhoto)
}

fn context(call: &Call<'_>, object: &Object, id: ObjectId, part: &str) -> String {
    let set = if matches!(object, Object::Group(_)) { "groups" } else { "users" };
    format!("{}/$metadata#{set}('{id}')/{part}", call.root())
}

fn properties(call: &Call<'_>, photo: &Photo, mut shown: Map<String, Value>) -> Map<String, Value> {
    call.metadata.say(&mut shown, "@odata.mediaContentType", photo.kind.to_owned());
    call.metadata.say(&mut shown, "@odata.mediaEtag", tag_of(photo));
    shown
}

/// Another picture, another tag.
fn tag_of(photo: &Photo) -> String {
    format!("\"{:016X}\"", fnv1a(photo.image.iter().copied()))
}

fn reading(object: &Object) -> Op {
    match object {
        Object::User(Subject::Me) => Op::MePhoto,
        Object::Group(_) => Op::GroupsPhoto,
        _ => Op::UsersPhoto,
    }
}

fn writing(object: &Object, takes_away: bool) -> Op {
    match (object, takes_away) {
        (Object::User(Subject::Me), false) => Op::MePhotoUpdate,
        (Object::User(Subject::Me), true) => Op::MePhotoDelete,
        (Object::Group(_), false) => Op::GroupsPhotoUpdate,
        (Object::Group(_), true) => Op::GroupsPhotoDelete,
        (_, false) => Op::UsersPhotoUpdate,
        (_, true) => Op::UsersPhotoDelete,
    }
}

impl Entity for Photo {
    const KIND: &'static Kind = &PHOTO;

    /// It goes by its size.
    fn id(&self) -> ObjectId {
        ObjectId::from_u128(0)
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.name()),
            "height" => Value::from(self.height),
            "width" => Value::from(self.width),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static PHOTO: Kind = Kind {
    name: "microsoft.graph.profilePhoto",
    set: "photos",
    properties: &[
        column("id").default().basic(),
        column("height").default().basic(),
        column("width").default().basic(),
    ],
};
