//! `/applications/{id}/logo`: the picture that an app is shown with (graph-api.md §2.5).

use super::application_write::edit;
use super::key::by_key;
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::{Method, StatusCode};
use mandate_domain::logo::{LARGEST, Logo, NoLogo};
use mandate_domain::query::Noun;
use mandate_usecases::directory::{self, AppEdit};
use mandate_web::{Answer, answer};

pub(super) async fn answer(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    if call.method == Method::PUT { set(call, key).await } else { show(call, key).await }
}

async fn show(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    let permit = call.permit_on(Op::ApplicationsLogo, meant.id).await?;
    let missing = || meant.missing();
    let found = directory::logo(call.house, &call.caller, &permit, meant.known()?.into()).await?.ok_or_else(missing)?;
    Ok(answer::bytes(StatusCode::OK, found.kind, found.image))
}

/// Whatever it says it is: what counts is how the bytes begin.
async fn set(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    let permit = call.permit_on(Op::ApplicationsLogoUpdate, meant.id).await?;
    let logo = Logo::of(call.body).map_err(|refused| match refused {
        NoLogo::TooLarge => Refusal::Invalid(format!("The logo is larger than {LARGEST} bytes.")),
        NoLogo::NoPicture => Refusal::Invalid("The logo is neither a PNG nor a JPEG nor a GIF picture.".to_owned()),
    })?;
    let login = call.house.origins.login.clone();
    edit(call, &permit, meant.known()?, &meant.name, AppEdit::Logo { logo, login }).await?;
    Ok(respond::nothing())
}
