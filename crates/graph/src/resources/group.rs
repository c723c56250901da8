//! `/groups/{id}`.

use super::expand::Expansion;
use super::key::Meant;
use super::list::Listed;
use super::{entity, security_identifier, tell_restricted};
use crate::call::Call;
use crate::errors::Stop;
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, many, more, shown};
use mandate_base::{GroupId, Moment, ObjectId};
use mandate_domain::group::Group;
pub(super) use mandate_domain::group_properties::hides_members;
use mandate_domain::query::{Noun, Query};
use mandate_domain::time;
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::{Fault, House, directory};
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 2;

pub(super) async fn show(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::GroupsGet, meant.id).await?;
    let selection = call.selection(&[&GROUP])?;
    let group = find(call, &permit, meant.id.map(GroupId::from)).await?.ok_or_else(|| meant.missing())?;
    let context = call.context(GROUP.set, &selection, true);
    let mut properties = shown(&group, &selection, permit.view());
    tell_restricted(call, &permit, group.id(), &mut properties).await?;
    if let Some(expansion) = Expansion::asked(call, Noun::Group)? {
        expansion.add(call, group.id(), &mut properties).await?;
    }
    Ok(entity(call, context, properties, COST))
}

pub(super) async fn find(call: &Call<'_>, permit: &Permit, id: Option<GroupId>) -> Result<Option<Group>, Fault> {
    match id {
        Some(id) => directory::group(call.house, &call.caller, permit, id).await,
        None => Ok(None),
    }
}

impl Entity for Group {
    const KIND: &'static Kind = &GROUP;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id.to_string()),
            "displayName" => Value::from(self.display_name.as_str()),
            "securityEnabled" => Value::from(self.security_enabled),
            "mailEnabled" => Value::from(self.mail_enabled),
            "createdDateTime" => Value::from(time::iso(self.created)),
            _ => Value::Null,
        }
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.more.get(name)
    }

    /// What every group has, whether it was set or not.
    fn told(&self, name: &str) -> Value {
        let kept = self.more.get(name).filter(|value| !value.is_null());
        match (name, kept) {
            (_, Some(value)) => value.clone(),
            ("renewedDateTime", None) => Value::from(time::iso(self.created)),
            ("securityIdentifier", None) => security_identifier(self.id.into()),
            ("visibility", None) if self.is_unified() => Value::from("Public"),
            (_, None) => Value::Null,
        }
    }
}

impl Listed for Group {
    const NOUN: Noun = Noun::Group;
    const LIST: Op = Op::GroupsList;
    const COUNT: Op = Op::GroupsCount;

    fn name(&self) -> &str {
        &self.display_name
    }

    fn created(&self) -> Option<Moment> {
        Some(self.created)
    }

    async fn find(house: &House, caller: &Caller, permit: &Permit, query: Query) -> Result<(Vec<Self>, bool), Fault> {
        directory::groups(house, caller, permit, query).await
    }
}

pub(super) static GROUP: Kind = Kind { name: "microsoft.graph.group", set: "groups", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    more("classification").default(),
    column("createdDateTime").default(),
    more("deletedDateTime").default(),
    more("description").default(),
    column("displayName").default().basic(),
    more("expirationDateTime").default(),
    many("groupTypes").default(),
    more("isAssignableToRole").default(),
    more("mail").default(),
    column("mailEnabled").default(),
    more("mailNickname").default(),
    more("membershipRule").default(),
    more("membershipRuleProcessingState").default(),
    more("onPremisesDomainName").default(),
    more("onPremisesLastSyncDateTime").default(),
    more("onPremisesNetBiosName").default(),
    many("onPremisesProvisioningErrors").default(),
    more("onPremisesSamAccountName").default(),
    more("onPremisesSecurityIdentifier").default(),
    more("onPremisesSyncEnabled").default(),
    more("preferredDataLocation").default(),
    more("preferredLanguage").default(),
    many("proxyAddresses").default(),
    more("renewedDateTime").default(),
    many("resourceBehaviorOptions").default(),
    many("resourceProvisioningOptions").default(),
    column("securityEnabled").default(),
    more("securityIdentifier").default(),
    many("serviceProvisioningErrors").default(),
    more("theme").default(),
    more("uniqueName").default(),
    more("visibility").default(),
    more("accessType"),
    more("allowExternalSenders"),
    many("assignedLabels"),
    many("assignedLicenses"),
    more("autoSubscribeNewMembers"),
    more("hasMembersWithLicenseErrors"),
    more("hideFromAddressLists"),
    more("hideFromOutlookClients"),
    many("infoCatalogs"),
    more("isArchived"),
    more("isFavorite"),
    more("isManagementRestricted"),
    more("isSubscribedByMail"),
    more("licenseProcessingState"),
    more("onPremisesExtensionAttributes"),
    more("organizationId"),
    more("unseenConversationsCount"),
    more("unseenCount"),
    more("unseenMessagesCount"),
    more("welcomeMessageEnabled"),
];

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::property::Selection;
    use mandate_base::Moment;
    use mandate_decide::View;
    use mandate_odata::Select;
    use serde_json::{Map, json};

    pub(crate) fn operations(visibility: Option<&str>) -> Group {
        let mut more = Map::new();
        more.insert("mailNickname".to_owned(), json!("operations"));
        more.extend(visibility.map(|text| ("visibility".to_owned(), json!(text))));
        Group {
            id: GroupId::from_u128(3),
            display_name: "Operations".to_owned(),
            security_enabled: true,
            mail_enabled: false,
            created: Moment::from_secs(1_795_414_492),
            more,
            version: 1,
        }
    }

    #[test]
    fn what_has_a_column_is_shown_from_it() {
        let names =
            ["id", "displayName", "securityEnabled", "mailEnabled", "createdDateTime", "mailNickname", "groupTypes"];
        let select = Select::Names(names.iter().map(|name| (*name).to_owned()).collect());
        let selection = Selection::of(Some(&select), &[&GROUP], &[]).expect("properties of a group");
        let expected = json!({
            "id": "00000000-0000-0000-0000-000000000003", "displayName": "Operations", "securityEnabled": true,
            "mailEnabled": false, "createdDateTime": "2026-11-23T06:14:52Z", "mailNickname": "operations",
            "groupTypes": [],
        });
        assert_eq!(Value::Object(shown(&operations(None), &selection, View::Full)), expected);
    }

    #[test]
    fn only_one_visibility_hides_the_members() {
        assert!(hides_members(&operations(Some("HiddenMembership"))));
        assert!(!hides_members(&operations(Some("Private"))));
        assert!(!hides_members(&operations(None)));
    }

    #[test]
    fn no_property_stands_twice_in_the_table() {
        let names: Map<String, Value> =
            PROPERTIES.iter().map(|property| (property.name.to_ascii_lowercase(), Value::Null)).collect();
        assert_eq!(names.len(), PROPERTIES.len());
    }
}
