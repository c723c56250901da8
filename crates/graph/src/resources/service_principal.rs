//! Service principals, as far as other objects lead to them: which properties there are. What they hold is for their
//! own operations, with permissions of their own.

use crate::property::{Kind, Property, withheld};

pub(super) static SERVICE_PRINCIPAL: Kind =
    Kind { name: "microsoft.graph.servicePrincipal", set: "servicePrincipals", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    withheld("id").default().basic(),
    withheld("accountEnabled"),
    withheld("alternativeNames"),
    withheld("appDescription"),
    withheld("appDisplayName"),
    withheld("appId"),
    withheld("appOwnerOrganizationId"),
    withheld("appRoleAssignmentRequired"),
    withheld("description"),
    withheld("displayName"),
    withheld("homepage"),
    withheld("notes"),
    withheld("replyUrls"),
    withheld("servicePrincipalNames"),
    withheld("servicePrincipalType"),
    withheld("signInAudience"),
    withheld("tags"),
];
