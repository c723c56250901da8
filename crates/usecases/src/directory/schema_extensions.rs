//! Schema extensions defined, changed and taken away; and which of them a tenant sees.

use crate::access::{Caller, Permit};
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{AppId, CorrelationId, Draw, Folded, Moment, ObjectId};
use mandate_domain::audit::{Activity, AuditEntry, Doer};
use mandate_domain::properties::{Broken, Properties, Rule};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::schema_extension::{MOST_OF_OWNER, SchemaExtension, SchemaQuery, Status};
use mandate_domain::tenant::Tenant;
use std::sync::Arc;

/// `POST /schemaExtensions`
pub struct NewSchemaExtension<'a> {
    pub permit: &'a Permit,
    /// An application of the tenant.
    pub owner: AppId,
    pub properties: Properties,
    pub correlation: CorrelationId,
}

/// `PATCH` and `DELETE /schemaExtensions/{id}`
pub struct ChangeSchemaExtension<'a> {
    pub permit: &'a Permit,
    pub name: String,
    /// `None`: it is taken away.
    pub properties: Option<Properties>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaRefusal {
    NoSuchObject,
    Broken(Broken),
}

impl From<Broken> for SchemaRefusal {
    fn from(broken: Broken) -> SchemaRefusal {
        SchemaRefusal::Broken(broken)
    }
}

/// Of what the tenant sees, by name, and whether there is more.
pub async fn schema_extensions(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: &SchemaQuery,
    after: &str,
    most: usize,
) -> Result<(Vec<SchemaExtension>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    Ok(super::read::page(view.schema_extensions_where(query, after, most as i64 + 1).await?, most))
}

/// One that the tenant sees. That it is there is no secret: whoever names it may read it.
pub async fn schema_extension(house: &House, caller: &Caller, name: &str) -> Result<Option<SchemaExtension>, Fault> {
    let found = house.known.schema_extension(&house.store, name).await?;
    Ok(found.filter(|found| found.is_known_in(caller.tenant)).map(|found| (*found).clone()))
}

impl UseCase for NewSchemaExtension<'_> {
    type Facts = (Option<Arc<Tenant>>, usize, Option<SchemaExtension>);
    type Reply = SchemaExtension;
    type Refusal = SchemaRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let of_owner = SchemaQuery { owner: Some(self.owner), ..SchemaQuery::default() };
        let held = facing.view.schema_extensions_where(&of_owner, "", MOST_OF_OWNER as i64).await?;
        let asked = self.properties.get("id").and_then(serde_json::Value::as_str).unwrap_or("");
        let taken = facing.global.schema_extension(&Folded::of(asked)).await?;
        Ok((facing.tenant().await?, held.len(), taken))
    }

    fn plan(
        &self,
        (tenant, held, taken): Self::Facts,
        _: Moment,
        draw: &mut dyn Draw,
    ) -> Plan<SchemaExtension, SchemaRefusal> {
        let Some(tenant) = tenant else { return Plan::refuse(SchemaRefusal::NoSuchObject) };
        let made = match SchemaExtension::define(&tenant, self.owner, &self.properties, draw) {
            Ok(made) => made,
            Err(broken) => return Plan::refuse(broken.into()),
        };
        if held >= MOST_OF_OWNER {
            return Plan::refuse(Broken::new("owner", Rule::TooMany(MOST_OF_OWNER)).into());
        }
        if taken.is_some_and(|taken| taken.key() == made.key()) {
            return Plan::refuse(Broken::new("id", Rule::Taken).into());
        }
        let entry = told(&self.permit.doer(self.correlation), Activity::AddSchemaExtension, &made);
        let mut record = Record::default();
        record.change(Change::SchemaExtensionAdded(Box::new(made.clone())), entry);
        Plan::answer(made, record)
    }
}

impl UseCase for ChangeSchemaExtension<'_> {
    type Facts = (Option<Arc<Tenant>>, Option<SchemaExtension>);
    type Reply = ();
    type Refusal = SchemaRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        Ok((facing.tenant().await?, facing.global.schema_extension(&Folded::of(&self.name)).await?))
    }

    fn plan(&self, (tenant, before): Self::Facts, _: Moment, _: &mut dyn Draw) -> Plan<(), SchemaRefusal> {
        let own = before.filter(|before| tenant.is_some_and(|tenant| tenant.id == before.home));
        let Some(before) = own else { return Plan::refuse(SchemaRefusal::NoSuchObject) };
        match self.change(&before) {
            Ok(Some((change, entry))) => {
                let mut record = Record::default();
                record.change(change, entry);
                Plan::answer((), record)
            }
            Ok(None) => Plan::answer((), Record::default()),
            Err(broken) => Plan::refuse(broken.into()),
        }
    }
}

impl ChangeSchemaExtension<'_> {
    fn change(&self, before: &SchemaExtension) -> Result<Option<(Change, AuditEntry)>, Broken> {
        let doer = self.permit.doer(self.correlation);
        let Some(properties) = &self.properties else {
            // What others may have values of stays.
            if before.status != Status::InDevelopment {
                return Err(Broken::new("status", Rule::Bad("is not InDevelopment: it can no longer be deleted")));
            }
            let change = Change::SchemaExtensionRemoved { name: before.id.clone(), version: before.version };
            return Ok(Some((change, told(&doer, Activity::DeleteSchemaExtension, before))));
        };
        let after = before.changed(properties)?;
        if after == *before {
            return Ok(None);
        }
        let entry = told(&doer, Activity::UpdateSchemaExtension, before);
        let entry = entry.differences(&properties_of(before), &properties_of(&after));
        Ok(Some((Change::SchemaExtensionUpdated(Box::new(after)), entry)))
    }
}

/// It has no id but its name: the audit names the application that owns it.
fn told(doer: &Doer, activity: Activity, extension: &SchemaExtension) -> AuditEntry {
    doer.entry(activity).target(ObjectId::from(extension.owner), "SchemaExtension", &extension.id)
}

fn properties_of(extension: &SchemaExtension) -> Properties {
    match serde_json::to_value(extension) {
        Ok(serde_json::Value::Object(properties)) => properties,
        _ => Properties::new(),
    }
}
