# The parts of a registration one by one, units, roles, policies, and what is only read.

# What the second run changes.
variable "word" { default = "een" }
# A file with a certificate.
variable "cert" {}
data "azuread_application_published_app_ids" "known" {}
data "azuread_service_principal" "msgraph" { client_id = "00000003-0000-0000-c000-000000000000" }
data "azuread_domains" "all" {}
data "azuread_domains" "default" { only_default = true }
data "azuread_domains" "initial" { only_initial = true }
data "azuread_directory_roles" "all" {}
data "azuread_directory_role_templates" "all" {}
data "azuread_users" "all" { return_all = true }
data "azuread_users" "some" { user_principal_names = ["joris.bakker@waterkant.example"] }
data "azuread_user" "joris" { user_principal_name = "joris.bakker@waterkant.example" }
data "azuread_user" "by_mail" { mail = data.azuread_user.joris.mail }
data "azuread_groups" "all" { return_all = true }
data "azuread_groups" "sec" {
  display_name_prefix = "tf-"
  security_enabled = true
  depends_on = [azuread_group_without_members.g]
}
data "azuread_service_principals" "all" { return_all = true }
data "azuread_application" "app" { client_id = azuread_application_registration.app.client_id }
data "azuread_application" "by_name" {
  display_name = azuread_application_registration.app.display_name
}
data "azuread_group" "g" {
  display_name = azuread_group_without_members.g.display_name
}
data "azuread_directory_object" "joris" { object_id = data.azuread_user.joris.object_id }
data "azuread_administrative_unit" "au" { display_name = azuread_administrative_unit.au.display_name }

resource "azuread_administrative_unit" "au" {
  display_name = "tf-unit"
  description  = var.word
  hidden_membership_enabled = false
}
resource "azuread_administrative_unit_member" "joris" {
  administrative_unit_object_id = azuread_administrative_unit.au.object_id
  member_object_id = data.azuread_user.joris.object_id
}
resource "azuread_directory_role" "helpdesk" { display_name = "Helpdesk Administrator" }
resource "azuread_administrative_unit_role_member" "joris" {
  role_object_id = azuread_directory_role.helpdesk.object_id
  administrative_unit_object_id = azuread_administrative_unit.au.object_id
  member_object_id = data.azuread_user.joris.object_id
}
resource "azuread_directory_role" "reports" { display_name = "Reports Reader" }
resource "azuread_directory_role_member" "joris" {
  role_object_id = azuread_directory_role.reports.object_id
  member_object_id = data.azuread_user.joris.object_id
}
resource "azuread_custom_directory_role" "own" {
  display_name = "tf-role"
  description  = var.word
  enabled      = true
  version      = "1.0"
  permissions {
    allowed_resource_actions = ["microsoft.directory/applications/basic/update", "microsoft.directory/applications/standard/read"]
  }
}
resource "azuread_directory_role_assignment" "own" {
  role_id = azuread_custom_directory_role.own.object_id
  principal_object_id = data.azuread_user.joris.object_id
}
resource "azuread_directory_role_assignment" "own_app" {
  role_id = azuread_custom_directory_role.own.object_id
  principal_object_id = data.azuread_user.joris.object_id
  directory_scope_id = "/${azuread_application_registration.app.object_id}"
}
resource "azuread_group_without_members" "g" {
  display_name = "tf-group"
  description = var.word
  owners = [data.azuread_client_config.current.object_id]
  security_enabled = true
}
resource "azuread_group" "unified" {
  display_name = "tf-unified"
  description = var.word
  mail_enabled = true
  mail_nickname = "tf-unified"
  security_enabled = true
  types = ["Unified"]
  visibility = "Private"
  owners = [data.azuread_user.joris.object_id]
  members = [data.azuread_user.joris.object_id]
  administrative_unit_ids = [azuread_administrative_unit.au.object_id]
}
resource "azuread_group" "assignable" {
  display_name = "tf-assignable"
  security_enabled = true
  assignable_to_role = true
  members = [data.azuread_user.joris.object_id]
}
resource "azuread_directory_role_assignment" "group" {
  role_id = azuread_directory_role.reports.template_id
  principal_object_id = azuread_group.assignable.object_id
}
resource "azuread_application_registration" "client" { display_name = "tf-client" }
resource "azuread_application_registration" "app" {
  display_name = "tf-app"
  description = var.word
  sign_in_audience = "AzureADMyOrg"
  notes = "n"
  homepage_url = "https://app.waterkant.example/"
  logout_url = "https://app.waterkant.example/logout"
  marketing_url = "https://waterkant.example/"
  privacy_statement_url = "https://waterkant.example/privacy"
  support_url = "https://support.waterkant.example/"
  terms_of_service_url = "https://waterkant.example/terms"
  group_membership_claims = ["SecurityGroup"]
  implicit_access_token_issuance_enabled = true
  requested_access_token_version = 2
  service_management_reference = "sm-1"
}
resource "azuread_application_api_access" "graph" {
  application_id = azuread_application_registration.app.id
  api_client_id = data.azuread_application_published_app_ids.known.result["MicrosoftGraph"]
  role_ids = [data.azuread_service_principal.msgraph.app_role_ids["Group.Read.All"]]
  scope_ids = [data.azuread_service_principal.msgraph.oauth2_permission_scope_ids["User.ReadWrite"]]
}
resource "azuread_application_app_role" "role" {
  application_id = azuread_application_registration.app.id
  role_id = "bbbbbbbb-1111-4111-8111-000000000001"
  allowed_member_types = ["User"]
  description = var.word
  display_name = "Beheer"
  value = "admin"
}
resource "azuread_application_certificate" "cert" {
  application_id = azuread_application_registration.app.id
  type = "AsymmetricX509Cert"
  value = file(var.cert)
}
resource "azuread_application_fallback_public_client" "f" {
  application_id = azuread_application_registration.app.id
  enabled = true
}
resource "azuread_application_known_clients" "k" {
  application_id = azuread_application_registration.app.id
  known_client_ids = [azuread_application_registration.client.client_id]
}
resource "azuread_application_optional_claims" "o" {
  application_id = azuread_application_registration.app.id
  access_token { name = "ipaddr" }
  id_token {
    name = "groups"
    additional_properties = ["emit_as_roles"]
  }
  saml2_token { name = "groups" }
}
resource "azuread_application_owner" "o" {
  application_id = azuread_application_registration.app.id
  owner_object_id = data.azuread_user.joris.object_id
}
resource "azuread_application_permission_scope" "s" {
  application_id = azuread_application_registration.app.id
  scope_id = "bbbbbbbb-1111-4111-8111-000000000002"
  value = "administer"
  admin_consent_description = var.word
  admin_consent_display_name = "Administer"
}
resource "azuread_application_pre_authorized" "p" {
  application_id = azuread_application_registration.app.id
  authorized_client_id = azuread_application_registration.client.client_id
  permission_ids = [azuread_application_permission_scope.s.scope_id]
}
resource "azuread_application_redirect_uris" "pub" {
  application_id = azuread_application_registration.app.id
  type = "PublicClient"
  redirect_uris = ["myapp://auth", "urn:ietf:wg:oauth:2.0:oob"]
}
resource "azuread_application_redirect_uris" "spa" {
  application_id = azuread_application_registration.app.id
  type = "SPA"
  redirect_uris = ["https://mobile.waterkant.example/"]
}
resource "azuread_application_redirect_uris" "web" {
  application_id = azuread_application_registration.app.id
  type = "Web"
  redirect_uris = ["https://app.waterkant.example/${var.word}"]
}
resource "azuread_application_password" "pw" {
  application_id = azuread_application_registration.app.id
  display_name = "pw"
  end_date = "2027-11-01T00:00:00Z"
}
resource "azuread_service_principal" "app" {
  client_id = azuread_application_registration.app.client_id
  account_enabled = true
  app_role_assignment_required = true
  alternative_names = ["alt"]
  description = var.word
  notes = "notes"
  notification_email_addresses = ["noc@waterkant.example"]
  login_url = "https://app.waterkant.example/login"
  preferred_single_sign_on_mode = "oidc"
  feature_tags {
    enterprise = true
    hide = true
  }
}
resource "azuread_service_principal_password" "pw" { service_principal_id = azuread_service_principal.app.id }
resource "azuread_service_principal_certificate" "cert" {
  service_principal_id = azuread_service_principal.app.id
  type = "AsymmetricX509Cert"
  value = file(var.cert)
}
resource "azuread_claims_mapping_policy" "c" {
  display_name = "tf-policy-${var.word}"
  definition = [jsonencode({ ClaimsMappingPolicy = { Version = 1, IncludeBasicClaimSet = "true", ClaimsSchema = [{ Source = "user", ID = "employeeid", JwtClaimType = "employeeid" }] } })]
}
resource "azuread_service_principal_claims_mapping_policy_assignment" "c" {
  claims_mapping_policy_id = azuread_claims_mapping_policy.c.id
  service_principal_id = azuread_service_principal.app.id
}
resource "azuread_user" "u" {
  user_principal_name = "tf.user@waterkant.example"
  display_name = "Terraform User"
  mail_nickname = "tf.user"
  mail = "tf.user@waterkant.example"
  password = "Dijk-Wacht-77"
  account_enabled = true
  age_group = "Adult"
  consent_provided_for_minor = null
  business_phones = ["+31 10 555 0199"]
  city = "Rotterdam"
  company_name = "Waterkant"
  cost_center = "12"
  country = "NL"
  department = var.word
  disable_password_expiration = true
  disable_strong_password = false
  division = "Zuid"
  employee_id = "E-1"
  employee_type = "Employee"
  fax_number = "1"
  force_password_change = false
  given_name = "Terraform"
  job_title = "Tester"
  manager_id = data.azuread_user.joris.object_id
  mobile_phone = "+31 6 55501234"
  office_location = "1"
  other_mails = ["tf@home.example"]
  postal_code = "3011"
  preferred_language = "nl-NL"
  show_in_address_list = true
  state = "ZH"
  street_address = "Kade 1"
  surname = "User"
  usage_location = "NL"
}
resource "azuread_app_role_assignment" "u" {
  app_role_id = azuread_application_app_role.role.role_id
  principal_object_id = azuread_user.u.object_id
  resource_object_id = azuread_service_principal.app.object_id
}
resource "azuread_app_role_assignment" "g" {
  app_role_id = "00000000-0000-0000-0000-000000000000"
  principal_object_id = azuread_group_without_members.g.object_id
  resource_object_id = azuread_service_principal.app.object_id
}
output "domains" { value = data.azuread_domains.all.domains[*].domain_name }
